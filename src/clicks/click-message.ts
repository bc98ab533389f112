/** Reads click messages at the boundary: nothing in them is trusted until it has been validated. */

import { isLedgerId } from "../ledger/ledger-id.ts";
import { isObject } from "../platform/is-object.ts";
import { CLICK_FORMAT, isCount, type ClickMessage } from "./click.ts";

export type ReadMessage =
  | { readonly kind: "clicks"; readonly message: ClickMessage }
  /** Written by a newer version that is still rolling out; leave it for that version. */
  | { readonly kind: "newer" }
  | { readonly kind: "malformed" };

const MALFORMED: ReadMessage = { kind: "malformed" };

/** Reads a message's body, which is JSON text or already parsed. */
export function readClickMessage(body: unknown): ReadMessage {
  const parsed = typeof body === "string" ? parse(body) : body;
  if (!isObject(parsed)) return MALFORMED;
  const { v, id, clicks, lost } = parsed;
  if (typeof v === "number" && v > 1) return { kind: "newer" };
  if (v !== 1 || typeof id !== "string" || id === "" || id.length > 100) return MALFORMED;
  if (!Array.isArray(clicks) || !clicks.every(CLICK_FORMAT.accepts)) return MALFORMED;
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

function isLost([ledger, n]: [string, unknown]): boolean {
  return isLedgerId(ledger) && isCount(n);
}
