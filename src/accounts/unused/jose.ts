/**
 * Stands in for jose (`[alias]` in wrangler.toml): better-auth signs tokens with it for e-mail
 * verification, sign-in elsewhere and cookie caches, none of which is served here.
 */

function unused(): never {
  throw new Error("No tokens of that kind are made here.");
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
