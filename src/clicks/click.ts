/**
 * A click on its way from the redirect to the Ledger, and the queue message that carries many.
 *
 * The message is a contract between two deployments: an old consumer may read what a new redirect
 * wrote, and vice versa, so a change of its shape needs a new `v`.
 */

import type { LedgerClick } from "../ledger/contract.ts";
import { isLedgerId, type LedgerId } from "../ledger/ledger-id.ts";
import { asIs, FLAG, rowFormat, type Row } from "../platform/row-format.ts";

/** The kind that the redirect knows. The consumer adds the class from the user agent. */
export type ClickKind = "visit" | "head" | "prefetch" | "excluded";

/** The fields that the consumer derives from the user agent, which it then drops. */
type ReadByConsumer = "class" | "device" | "browser" | "os" | "agentHash";

export interface Click extends Omit<LedgerClick, ReadByConsumer> {
  readonly ledger: LedgerId;
  readonly kind: ClickKind;
  /** At most `USER_AGENT_CHARS_MAX` characters; empty if the visitor sent none. */
  readonly userAgent: string;
  /** The browser's client hints in the form of `client-hints.ts`; null if it sent none. */
  readonly hints: string | null;
}

export interface ClickMessage {
  readonly v: 1;
  /** Random after a prefix of its creation time. The Ledger deduplicates batches by it. */
  readonly id: string;
  /** Rows in `CLICK_FORMAT`. */
  readonly clicks: readonly Row[];
  /** The number of clicks per Ledger that a full buffer dropped; only their number is known. */
  readonly lost: Readonly<Record<string, number>>;
}

const KINDS: readonly unknown[] = ["visit", "head", "prefetch", "excluded"] satisfies ClickKind[];
const HASH = /^[0-9a-f]{16}$/;
const TOKEN = /^[\w-]{1,64}$/;
const TIME_MAX = 8_640_000_000_000_000;

/** Whether a value is a non-negative integer. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || isText(value);
}

/** The row format of a click in a queue message. */
export const CLICK_FORMAT = /* @__PURE__ */ rowFormat<Click>()([
  ["ledger", asIs(isLedgerId)],
  ["linkId", asIs((value): value is number => isCount(value) && value > 0)],
  ["atMs", asIs((value): value is number => isCount(value) && value < TIME_MAX)],
  ["kind", asIs((value): value is ClickKind => KINDS.includes(value))],
  ["country", asIs(isTextOrNull)],
  ["city", asIs(isTextOrNull)],
  ["referrer", asIs(isTextOrNull)],
  ["userAgent", asIs(isText)],
  ["addressHash", asIs(orNull(HASH))],
  ["scan", FLAG],
  ["rule", asIs(isTextOrNull)],
  ["variant", asIs(isTextOrNull)],
  ["hints", asIs(isTextOrNull)],
  ["token", asIs(orNull(TOKEN)), "optional"],
]);

function orNull(pattern: RegExp) {
  return (value: unknown): value is string | null =>
    value === null || (isText(value) && pattern.test(value));
}
