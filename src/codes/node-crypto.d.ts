/** The one function of node:crypto used here: all of @types/node would bring Node's globals along. */
declare module "node:crypto" {
  interface BlockCipher {
    setAutoPadding(on: boolean): BlockCipher;
    update(data: Uint8Array): Uint8Array;
  }
  export function createCipheriv(algorithm: "aes-128-ecb", key: Uint8Array, iv: null): BlockCipher;
}
