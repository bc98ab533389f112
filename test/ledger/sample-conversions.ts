/** Makes conversions, and Ledgers that track visitors. */

import type { LedgerClick } from "../../src/ledger/contract.ts";
import type { NewConversion } from "../../src/ledger/conversions/contract.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { freshLedger } from "./fresh-ledger.ts";
import { batch, click, DAY, hashOf } from "./sample-clicks.ts";

export const NOW = Date.now();
export const HOUR = DAY / 24;
export const ADA = { addressHash: hashOf(1), agentHash: hashOf(2) };
export const BOB = { addressHash: hashOf(3), agentHash: hashOf(4) };

export function conversion(fields: Partial<NewConversion> = {}): NewConversion {
  return {
    goalId: 1,
    atMs: NOW,
    orderId: null,
    value: 9_999,
    currency: "USD",
    clue: { kind: "none" },
    ...fields,
  };
}

export const visitor = (who: typeof ADA) => ({ kind: "visitor", ...who }) as const;

/** Returns the Ledger of a workspace with an active goal. */
export async function tracking(): Promise<DurableObjectStub<Ledger>> {
  const ledger = freshLedger();
  await ledger.trackVisitors(true);
  return ledger;
}

/** Ingests a batch of clicks, and returns the id of the first one. */
export async function clicked(
  ledger: DurableObjectStub<Ledger>,
  ...clicks: Partial<LedgerClick>[]
): Promise<number> {
  const [ingested] = await ledger.ingest([batch(clicks.map((fields) => click(fields)))]);
  return ingested?.firstClickId ?? 0;
}
