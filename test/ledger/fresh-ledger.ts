/** Ledgers of workspaces that no other test uses. */

import { env } from "cloudflare:workers";

import { ledgerIdOf, type LedgerId } from "../../src/ledger/ledger-id.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";

// Far above the ids that D1 gives out: the runtime, and so its objects, is shared by many files.
let workspaces = 1_000_000_000;

/** Returns the ledger id of a workspace that no other test uses. */
export function freshLedgerId(): LedgerId {
  workspaces += 1;
  return ledgerIdOf({ id: workspaces, jurisdiction: null });
}

export function freshLedger(): DurableObjectStub<Ledger> {
  return ledgerFor(env, freshLedgerId());
}
