/** What crosses a LinkGate's RPC boundary: plain data, no behaviour. */

import type { LedgerId } from "../ledger/ledger-id.ts";

/** A link's limit on human clicks, as the route record carries it. */
export interface ClickLimit {
  readonly max: number;
  /**
   * The link's version in which a limit was set where there was none. Raising or lowering the limit
   * keeps it; removing the limit and setting one again changes it, and the gate then starts again
   * from the Ledger's total.
   */
  readonly since: number;
}

export interface AdmitRequest {
  readonly linkId: number;
  readonly ledger: LedgerId;
  /** The link's version that `limit` was read from; the gate obeys the newest that it has seen. */
  readonly version: number;
  readonly limit: ClickLimit;
}

export interface Admission {
  /** Whether this click was admitted, and thereby counted. */
  readonly admitted: boolean;
  /** Human clicks of all time, including this one. */
  readonly used: number;
}

export interface AttemptAnswer {
  /** Whether the password may be compared now; if so, the try is already counted. */
  readonly allowed: boolean;
  /** The wait until the next try; for an allowed try, the wait that applies if it fails. */
  readonly retryAfterMs: number;
}
