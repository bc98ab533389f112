/**
 * Encrypts secrets that must be read again: AES-GCM under ENCRYPTION_KEY, so that a copy of the
 * database alone reveals nothing.
 *
 * ENCRYPTION_KEY is `<key id>:<32 bytes in base64>`, or several of these separated by commas: the
 * first one seals, all of them open. To rotate, put a new key in front, and keep the old one until
 * nothing sealed under it is left.
 */

import { bytesOfBase64, base64Of, utf8 } from "./bytes.ts";

const IV_BYTES = 12; // the length that AES-GCM is designed for
const KEY_BYTES = 32;

/** Seals a text. `context` names its owner; unsealing with another context fails. */
export async function seal(keys: string, context: string, text: string): Promise<string> {
  const [current] = keys.split(",");
  const { id, bytes } = parseKey(current ?? "");
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: utf8(context) },
    await importKey(bytes, "encrypt"),
    utf8(text),
  );
  return `${id}:${base64Of(iv)}:${base64Of(new Uint8Array(sealed))}`;
}

/** Opens a sealed text. Throws if its key is gone or the context differs. */
export async function unseal(keys: string, context: string, sealed: string): Promise<string> {
  const [id = "", iv = "", text = ""] = sealed.split(":");
  const key = keys
    .split(",")
    .map(parseKey)
    .find((candidate) => candidate.id === id);
  if (key === undefined) throw new Error(`ENCRYPTION_KEY no longer has a key named ${id}.`);
  const opened = await crypto.subtle.decrypt(
    { name: "AES-GCM", iv: bytesOfBase64(iv), additionalData: utf8(context) },
    await importKey(key.bytes, "decrypt"),
    bytesOfBase64(text),
  );
  return new TextDecoder().decode(opened);
}

function parseKey(text: string) {
  const [, id, base64] = /^\s*([\w-]+):([\w+/]+=*)\s*$/.exec(text) ?? [];
  const bytes = base64 === undefined ? null : bytesOfBase64(base64);
  if (id === undefined || bytes?.length !== KEY_BYTES) {
    throw new Error("ENCRYPTION_KEY must be <key id>:<32 bytes in base64>.");
  }
  return { id, bytes };
}

async function importKey(bytes: Uint8Array, use: "encrypt" | "decrypt"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, [use]);
}
