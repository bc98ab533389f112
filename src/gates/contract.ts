/** What crosses a LinkGate's RPC boundary: plain data, no behaviour. */

import type { LedgerId } from "../ledger/ledger-id.ts";

/** A link's limit of human clicks, as the route record carries it. */
export interface ClickLimit {
  readonly max: number;
  /**
   * The link's version in which it got this limit where it had none. Raising or lowering keeps it;
   * removing the limit and setting one again makes a newer one, and the gate counts anew from the
   * Ledger.
   */
  readonly since: number;
}

export interface AdmitRequest {
  readonly linkId: number;
  readonly ledger: LedgerId;
  /** The version of the link that `limit` was read from; the newest that the gate has met rules. */
  readonly version: number;
  readonly limit: ClickLimit;
}

export interface Admission {
  /** True when this click was let in, and thereby counted. */
  readonly admitted: boolean;
  /** Human clicks of all time, this one included. */
  readonly used: number;
}

export interface AttemptAnswer {
  /** True when the password may be compared now; the try is counted by then. */
  readonly allowed: boolean;
  /** When refused, the wait until the next try; when allowed, that wait should this one fail. */
  readonly retryAfterMs: number;
}
