/** The one function of node:crypto used here. @types/node would add all of Node's globals. */
declare module "node:crypto" {
  interface BlockCipher {
    setAutoPadding(on: boolean): BlockCipher;
    update(data: Uint8Array): Uint8Array;
  }
  export function createCipheriv(algorithm: "aes-128-ecb", key: Uint8Array, iv: null): BlockCipher;
}
