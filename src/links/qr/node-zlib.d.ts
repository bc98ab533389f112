/** The part of node:zlib that is used here: all of Node's types would add its globals. */
declare module "node:zlib" {
  export interface Deflate {
    on(event: "data", listener: (part: Uint8Array<ArrayBuffer>) => void): void;
    on(event: "end", listener: () => void): void;
    write(bytes: Uint8Array, done: (error?: Error | null) => void): void;
    end(): void;
  }
  export function createDeflate(options: { readonly level: number }): Deflate;
}
