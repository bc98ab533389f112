/**
 * The route record: all that a redirect needs of a link, derived from D1 and kept in KV as JSON.
 *
 * Absent fields mean the usual case, so that the common record stays small. A change of meaning
 * takes a new `schema`; a reader that meets another one asks D1 instead.
 */

import type { ClickLimit } from "../../gates/contract.ts";
import type { LedgerId } from "../../ledger/ledger-id.ts";
import type { RouteRule } from "../rules/rule.ts";
import type { RouteVariant } from "../variants/variant.ts";

export type RedirectStatus = 301 | 302 | 307 | 308;
export type GoneReason = "archived" | "inactive" | "suspended";

export interface RouteRecord {
  readonly schema: typeof ROUTE_SCHEMA;
  readonly linkId: number;
  /** Names the gate; of a link with a limit or a password only. */
  readonly uuid?: string;
  /** The link's version in D1 that this record was made from. */
  readonly version: number;
  readonly ledger: LedgerId;
  /** Normalised (`URL.href`): goes into `Location` as it is. */
  readonly destination: string;
  /** 302 when absent. */
  readonly status?: RedirectStatus;
  readonly gone?: GoneReason;
  readonly startsAtMs?: number;
  /** The earlier of the link's expiry and the end of its schedule; the link is dead at that instant. */
  readonly endsAtMs?: number;
  readonly expiredUrl?: string;
  readonly forwardQuery?: true;
  /** The query parameter in which a goal of the workspace wants a click's token. */
  readonly clickIdParam?: string;
  /** The password's version. The hash stays in D1: KV is read everywhere, and by more people. */
  readonly password?: number;
  readonly limit?: ClickLimit;
  /** Active ones of a test that is on: while there are any, they decide and rules do not. */
  readonly variants?: readonly RouteVariant[];
  /** A visitor keeps a variant. */
  readonly sticky?: true;
  /** In the order in which they are tried. */
  readonly rules?: readonly RouteRule[];
}

export const ROUTE_SCHEMA = 1;

/** Reads a stored record, or gives null for one of another schema or that is no JSON. */
export function parseRouteRecord(text: string): RouteRecord | null {
  try {
    const value = JSON.parse(text) as RouteRecord | null;
    return value?.schema === ROUTE_SCHEMA ? value : null;
  } catch {
    return null;
  }
}
