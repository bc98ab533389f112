/** Addresses a workspace's Ledger; no other file knows how Ledgers are reached. */

import { placeOf } from "../platform/location.ts";
import type { LedgerId } from "./ledger-id.ts";
import type { Ledger } from "./ledger.ts";

/**
 * Returns the Ledger of a workspace.
 *
 * A workspace in the EU has its object in a separate id space, which never leaves the EU.
 */
export function ledgerFor(env: Cloudflare.Env, id: LedgerId): DurableObjectStub<Ledger> {
  if (id.endsWith(".eu")) return env.LEDGER.jurisdiction("eu").getByName(id);
  return env.LEDGER.getByName(id, placeOf(env));
}
