/**
 * Stands in for @noble/ciphers (`[alias]` in wrangler.toml), with which better-auth would encrypt
 * the tokens of social providers.
 */

function unused(): never {
  throw new Error("Nothing is encrypted by the accounts' library here.");
}

export const bytesToHex = unused;
export const hexToBytes = unused;
export const managedNonce = unused;
export const utf8ToBytes = unused;
export const xchacha20poly1305 = unused;
