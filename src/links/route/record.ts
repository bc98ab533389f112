/**
 * The route record: everything that a redirect needs of a link, derived from D1 and stored in KV as
 * JSON.
 *
 * Absent fields mean the default, so that the common record stays small. A change of meaning takes
 * a new `schema`, and so does a new field that restricts (`tools/route-fields.ts` says why); a
 * reader that meets another schema asks D1 instead.
 */

import type { ClickLimit } from "../../gates/contract.ts";
import type { LedgerId } from "../../ledger/ledger-id.ts";
import type { RouteRule } from "../rules/rule.ts";
import type { SocialCard } from "../social.ts";
import type { RouteVariant } from "../variants/variant.ts";

export type RedirectStatus = 301 | 302 | 307 | 308;
export type GoneReason = "archived" | "inactive" | "suspended";

export interface RouteRecord {
  readonly schema: typeof ROUTE_SCHEMA;
  readonly linkId: number;
  /** Names the gate; present only for a link with a limit or a password. */
  readonly uuid?: string;
  /** The link's version in D1 from which this record was derived. */
  readonly version: number;
  readonly ledger: LedgerId;
  /** Normalised (`URL.href`): sent in `Location` unchanged. */
  readonly destination: string;
  /** 302 if absent. */
  readonly status?: RedirectStatus;
  readonly gone?: GoneReason;
  readonly startsAtMs?: number;
  /**
   * The earlier of the link's expiry and the end of its schedule; the link has ended at that
   * instant.
   */
  readonly endsAtMs?: number;
  readonly expiredUrl?: string;
  readonly forwardQuery?: true;
  readonly forwardPath?: true;
  /** What apps are shown of the link instead of being redirected. */
  readonly social?: SocialCard;
  /** Search engines may index the link. */
  readonly crawlable?: true;
  /** The query parameter in which a goal of the workspace receives the click token. */
  readonly clickIdParam?: string;
  /**
   * The password's version. The hash stays in D1: KV is replicated everywhere, and more people can
   * read it.
   */
  readonly password?: number;
  readonly limit?: ClickLimit;
  /** Where the link leads once its limit is used up; 410 if absent. */
  readonly limitReachedUrl?: string;
  /** The active variants of a test that is on: if there are any, they decide and rules do not. */
  readonly variants?: readonly RouteVariant[];
  /** A visitor keeps the variant of the first visit. */
  readonly sticky?: true;
  /** The networks whose clicks the workspace leaves out, in the form of `excluded.ts`. */
  readonly excluded?: readonly string[];
  /** In the order in which they are tried. */
  readonly rules?: readonly RouteRule[];
}

export const ROUTE_SCHEMA = 1;

/** A record as D1 has it. */
export interface Stored<Record> {
  readonly record: Record;
  /** Whether a replica answered, which may not have the last changes yet. */
  readonly isNearby?: true;
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], null> };

/** Drops nulls, so that defaults take no space in a record. */
export function present<T extends object>(fields: T): Present<T> {
  const entries = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(entries) as Present<T>;
}

/** Returns a URL as `Location` sends it. */
export function hrefOf(url: string | null): string | null {
  return url === null ? null : new URL(url).href;
}

/** Parses a stored record; returns null if it is no JSON or has another schema. */
export function parseRecord(text: string): Pick<RouteRecord, "schema"> | null {
  try {
    const value = JSON.parse(text) as Pick<RouteRecord, "schema"> | null;
    return value?.schema === ROUTE_SCHEMA ? value : null;
  } catch {
    return null;
  }
}
