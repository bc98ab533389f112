/** Reads queue messages at the boundary: nothing of them is trusted until it has its shape. */

import { isObject } from "../platform/is-object.ts";
import type { ClickMessage, PackedClick } from "./click.ts";

export type ReadMessage =
  | { readonly kind: "clicks"; readonly message: ClickMessage }
  /** Written by a newer version, which is being rolled out: it will be able to read it. */
  | { readonly kind: "newer" }
  | { readonly kind: "malformed" };

const MALFORMED: ReadMessage = { kind: "malformed" };
const LEDGER = /^\d{1,16}(?:\.eu)?$/;
const KINDS: readonly unknown[] = ["visit", "head", "prefetch"];
const HASH = /^[0-9a-f]{16}$/;
const TOKEN = /^[\w-]{1,64}$/;

/** Reads a message's body: JSON text, or the same thing parsed already. */
export function readClickMessage(body: unknown): ReadMessage {
  const parsed = typeof body === "string" ? parse(body) : body;
  if (!isObject(parsed)) return MALFORMED;
  const { v, id, clicks, lost } = parsed;
  if (typeof v === "number" && v > 1) return { kind: "newer" };
  if (v !== 1 || typeof id !== "string" || id === "" || id.length > 100) return MALFORMED;
  if (!Array.isArray(clicks) || !clicks.every(isPackedClick)) return MALFORMED;
  if (!isObject(lost) || !Object.entries(lost).every(isLost)) return MALFORMED;
  return { kind: "clicks", message: { v: 1, id, clicks, lost: lost as Record<string, number> } };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A newer redirect may add fields at the end; those of today must be right. */
function isPackedClick(value: unknown): value is PackedClick {
  if (!Array.isArray(value) || value.length < 13) return false;
  const [ledger, linkId, at, kind, country, city, referrer, agent, hash, scan, ...last] =
    value as readonly unknown[];
  const [rule, variant, hints, token] = last;
  return (
    typeof ledger === "string" &&
    LEDGER.test(ledger) &&
    isCount(linkId) &&
    linkId > 0 &&
    isCount(at) &&
    at < 8_640_000_000_000_000 &&
    KINDS.includes(kind) &&
    [country, city, referrer, rule, variant, hints].every(isTextOrNull) &&
    typeof agent === "string" &&
    (hash === null || (typeof hash === "string" && HASH.test(hash))) &&
    (token === undefined || token === null || (typeof token === "string" && TOKEN.test(token))) &&
    (scan === 0 || scan === 1)
  );
}

function isLost([ledger, n]: [string, unknown]): boolean {
  return LEDGER.test(ledger) && isCount(n);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === "string";
}
