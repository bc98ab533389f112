/** Provides Ledgers of workspaces that no other test uses. */

import { env } from "cloudflare:workers";

import { ledgerIdOf, type LedgerId } from "../../src/ledger/ledger-id.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";

/** Returns the ledger id of a workspace that no other test uses. */
export function freshLedgerId(): LedgerId {
  return ledgerIdOf({ uuid: crypto.randomUUID(), jurisdiction: null });
}

export function freshLedger(): DurableObjectStub<Ledger> {
  return ledgerFor(env, freshLedgerId());
}
