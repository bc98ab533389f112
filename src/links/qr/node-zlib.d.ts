/** The part of node:zlib that is used here: all of Node's types would add its globals. */
declare module "node:zlib" {
  export function deflateSync(bytes: Uint8Array, options: { readonly level: number }): Uint8Array;
}
