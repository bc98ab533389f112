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
    /** Called once per row, before `parse` returns. */
    step(row: Step, parser: { abort(): void }): void;
  }

  const papaparse: {
    parse(text: string, options: ParseOptions): void;
    unparse(table: readonly (readonly string[])[], options: { readonly newline: string }): string;
  };
  export default papaparse;
}
