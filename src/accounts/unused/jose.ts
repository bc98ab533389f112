/**
 * Replaces jose (`[alias]` in wrangler.toml), with which better-auth would sign tokens for e-mail
 * verification, social sign-in and cookie caches. Signpost has none of these.
 */

function unused(): never {
  throw new Error("Signpost does not use JSON Web Tokens.");
}

export const base64url = { encode: unused, decode: unused };
export const EncryptJWT = unused;
export const SignJWT = unused;
export const UnsecuredJWT = unused;
export const calculateJwkThumbprint = unused;
export const createLocalJWKSet = unused;
export const createRemoteJWKSet = unused;
export const decodeJwt = unused;
export const decodeProtectedHeader = unused;
export const errors = {};
export const importJWK = unused;
export const importPKCS8 = unused;
export const jwtDecrypt = unused;
export const jwtVerify = unused;
