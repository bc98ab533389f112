/**
 * Password hashes: scrypt with OWASP's 16 MiB parameters. Each hash contains its parameters, so
 * they can be raised later. node:crypto computes scrypt natively; WebCrypto does not have it.
 */

import { HashingBusy, inTurn } from "./hash-turns.ts";

export const PASSWORD_LENGTH_MIN = 8;
export const PASSWORD_LENGTH_MAX = 128; // bounds the work that an anonymous request can cause

const LOG2_N = 14;
const R = 8;
const P = 5;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
const MEMORY_BYTES_MAX = 64 * 1024 * 1024;

const HASH = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Hashes a password with a random salt, in the PHC string format. */
export async function hashPassword(password: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const key = await derive(password, salt, KEY_BYTES, { N: 2 ** LOG2_N, r: R, p: P });
  return `$scrypt$ln=${LOG2_N},r=${R},p=${P}$${base64(salt)}$${base64(key)}`;
}

/** Compares in constant time. A hash that is malformed or needs too much memory never matches. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [, log2N, r, p, saltText, keyText] = HASH.exec(hash) ?? [];
  if (saltText === undefined || keyText === undefined) return false;
  try {
    const expected = bytesOf(keyText);
    if (expected.length === 0) return false;
    const cost = { N: 2 ** Number(log2N), r: Number(r), p: Number(p) };
    const key = await derive(password, bytesOf(saltText), expected.length, cost);
    return crypto.subtle.timingSafeEqual(key, expected);
  } catch (error) {
    if (error instanceof HashingBusy) throw error;
    return false;
  }
}

async function derive(
  password: string,
  salt: Uint8Array,
  length: number,
  cost: { readonly N: number; readonly r: number; readonly p: number },
): Promise<Uint8Array> {
  // A static import would be evaluated when the Worker starts, before any redirect.
  const { scrypt } = await import("node:crypto");
  const hash = (): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      // Two keyboards may encode one letter differently: NFKC makes them the same password.
      scrypt(
        password.normalize("NFKC"),
        salt,
        length,
        { ...cost, maxmem: MEMORY_BYTES_MAX },
        (error, key) => (error === null ? resolve(key) : reject(error)),
      );
    });
  return inTurn(hash);
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("=", "");
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
