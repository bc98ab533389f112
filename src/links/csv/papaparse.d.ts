/** The part of papaparse that is used. Its published types pull in all of Node's. */
declare module "papaparse" {
  interface Step {
    /** One row. */
    readonly data: readonly string[];
    readonly errors: readonly { readonly type: string }[];
  }

  interface ParseOptions {
    readonly delimiter: string;
    readonly newline: string;
    readonly fastMode: boolean;
    /** Called once per row, before `parse` or `resume` returns. */
    step(row: Step, parser: Parser): void;
    /** Called after the last row, unless the parser was aborted. */
    complete(): unknown;
  }

  export interface Parser {
    abort(): void;
    /** Makes `parse` or `resume` return after this row. */
    pause(): void;
    /** Continues after `pause`. */
    resume(): void;
  }

  const papaparse: {
    parse(text: string, options: ParseOptions): void;
    unparse(table: readonly (readonly string[])[], options: { readonly newline: string }): string;
  };
  export default papaparse;
}
