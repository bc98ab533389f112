/**
 * Replaces @noble/ciphers (`[alias]` in wrangler.toml), with which better-auth would encrypt the
 * tokens of social providers.
 */

function unused(): never {
  throw new Error("Signpost does not use better-auth's encryption.");
}

export const bytesToHex = unused;
export const hexToBytes = unused;
export const managedNonce = unused;
export const utf8ToBytes = unused;
export const xchacha20poly1305 = unused;
