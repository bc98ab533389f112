/** Addresses a workspace's Ledger; no other file knows how Ledgers are reached. */

import type { LedgerId } from "./ledger-id.ts";
import type { Ledger } from "./ledger.ts";

/**
 * Returns the Ledger of a workspace.
 *
 * A workspace in the EU has its object in a separate id space, which never leaves the EU.
 */
export function ledgerFor(env: Cloudflare.Env, id: LedgerId): DurableObjectStub<Ledger> {
  const namespace = id.endsWith(".eu") ? env.LEDGER.jurisdiction("eu") : env.LEDGER;
  return namespace.getByName(id);
}
