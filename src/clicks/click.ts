/**
 * A click on its way from the redirect to the Ledger, and the queue message that carries many.
 *
 * The message is the contract between two deployments: an old consumer may read what a new
 * redirect wrote and the other way round, so a change of shape takes a new `v`.
 */

import type { LedgerId } from "../ledger/ledger-id.ts";

/** What the request itself says of its kind; the user agent's class is told by the consumer. */
export type ClickKind = "visit" | "head" | "prefetch";

export const USER_AGENT_CHARS_MAX = 512;

export interface Click {
  readonly ledger: LedgerId;
  readonly linkId: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly kind: ClickKind;
  /** ISO 3166-1 alpha-2, or null when Cloudflare cannot place the address. */
  readonly country: string | null;
  readonly city: string | null;
  /** The referring host without `www.`, or null for none. */
  readonly referrer: string | null;
  /** At most `USER_AGENT_CHARS_MAX`; empty when the visitor sent none. */
  readonly userAgent: string;
  /** What the browser's client hints say, in the form of `client-hints.ts`; null for none. */
  readonly hints: string | null;
  /** Keyed hash of the address (IPv6: its /64), or null for a visitor who asked not to be tracked. */
  readonly addressHash: string | null;
  /** Followed from the link's QR code. */
  readonly scan: boolean;
  /** The rule and the A/B variant that were served, by their public ids. */
  readonly rule: string | null;
  readonly variant: string | null;
  /** What was appended to the destination for conversions: random, and not digits alone. */
  readonly token?: string | null | undefined;
}

/** A click as an array: at 300 clicks a message, field names would be half of the bytes. */
export type PackedClick = readonly [
  ledger: string,
  linkId: number,
  at: number,
  kind: ClickKind,
  country: string | null,
  city: string | null,
  referrer: string | null,
  userAgent: string,
  addressHash: string | null,
  scan: 0 | 1,
  rule: string | null,
  variant: string | null,
  hints: string | null,
  /** Absent in most clicks, and in those of older redirects. */
  token?: string | null,
];

export interface ClickMessage {
  readonly v: 1;
  /** Random, and beginning with the time it was made: the Ledger counts a batch once by it. */
  readonly id: string;
  readonly clicks: readonly PackedClick[];
  /** Clicks a full buffer had to let go, by Ledger: counted here, since nothing else is known. */
  readonly lost: Readonly<Record<string, number>>;
}

export function packClick(click: Click): PackedClick {
  const packed = [
    click.ledger,
    click.linkId,
    click.at,
    click.kind,
    click.country,
    click.city,
    click.referrer,
    click.userAgent,
    click.addressHash,
    click.scan ? 1 : 0,
    click.rule,
    click.variant,
    click.hints,
  ] as const;
  return click.token === undefined || click.token === null ? packed : [...packed, click.token];
}

export function unpackClick(packed: PackedClick): Click {
  const [
    ledger,
    linkId,
    at,
    kind,
    country,
    city,
    referrer,
    userAgent,
    addressHash,
    scan,
    rule,
    variant,
    hints,
    token,
  ] = packed;
  return {
    ledger: ledger as LedgerId,
    linkId,
    at,
    kind,
    country,
    city,
    referrer,
    userAgent,
    addressHash,
    scan: scan === 1,
    rule,
    variant,
    hints,
    ...(token === undefined ? {} : { token }),
  };
}
