/** A counted conversion, as the API and webhooks show it. */

import type { Attribution } from "../ledger/conversions/contract.ts";

export interface TrackedConversion {
  readonly id: number;
  readonly atMs: number;
  readonly orderId: string | null;
  /** A decimal amount. */
  readonly value: number;
  readonly currency: string;
  readonly attribution: Attribution | null;
}
