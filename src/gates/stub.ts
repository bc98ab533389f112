/** The only place that knows how to reach a link's gate. */

import type { LedgerId } from "../ledger/ledger-id.ts";
import type { LinkGate } from "./link-gate.ts";

/** What names a gate; the route record of a guarded link will do. */
export interface GateOwner {
  /** The link's, and not its number, which a restored D1 gives to another one. */
  readonly uuid?: string | undefined;
  readonly ledger: LedgerId;
}

/**
 * Returns the gate of a link, and throws for the record of a link that has none.
 *
 * It holds hashes of visitors, so it stays where its workspace's Ledger stays.
 */
export function gateFor(
  env: Pick<Cloudflare.Env, "LINK_GATE">,
  { uuid, ledger }: GateOwner,
): DurableObjectStub<LinkGate> {
  if (uuid === undefined) throw new Error("The link has no gate.");
  const namespace = ledger.endsWith(".eu") ? env.LINK_GATE.jurisdiction("eu") : env.LINK_GATE;
  return namespace.getByName(`link:${uuid}`);
}
