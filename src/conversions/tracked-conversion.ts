/** A conversion that was counted, as the API shows it and webhooks are told of it. */

import type { Attribution } from "../ledger/conversions/contract.ts";

export interface TrackedConversion {
  readonly id: number;
  readonly atMs: number;
  readonly orderId: string | null;
  /** A decimal. */
  readonly value: number;
  readonly currency: string;
  readonly attribution: Attribution | null;
}
