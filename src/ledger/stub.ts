/** The only place that knows how to reach a workspace's Ledger. */

import type { LedgerId } from "./ledger-id.ts";
import type { Ledger } from "./ledger.ts";

/**
 * Gives the Ledger of a workspace.
 *
 * A workspace of the EU has its object in an id space of its own, which never leaves the EU.
 */
export function ledgerFor(env: Cloudflare.Env, id: LedgerId): DurableObjectStub<Ledger> {
  const namespace = id.endsWith(".eu") ? env.LEDGER.jurisdiction("eu") : env.LEDGER;
  return namespace.getByName(id);
}
