/** The only place that knows how to reach a link's gate. */

import type { LedgerId } from "../ledger/ledger-id.ts";
import type { LinkGate } from "./link-gate.ts";

/**
 * Gives the gate of a link; a route record will do.
 *
 * It holds hashes of visitors, so it stays where its workspace's Ledger stays.
 */
export function gateFor(
  env: Pick<Cloudflare.Env, "LINK_GATE">,
  { linkId, ledger }: { readonly linkId: number; readonly ledger: LedgerId },
): DurableObjectStub<LinkGate> {
  const namespace = ledger.endsWith(".eu") ? env.LINK_GATE.jurisdiction("eu") : env.LINK_GATE;
  return namespace.getByName(`link:${linkId}`);
}
