/** Addresses gates; no other file knows how they are named. */

import type { LedgerId } from "../ledger/ledger-id.ts";
import { visitorHash } from "../platform/keyed-hash.ts";
import { placeOf } from "../platform/location.ts";
import { secretOf, type Secrets } from "../platform/secrets.ts";
import type { AddressGate } from "./address-gate.ts";
import type { LinkGate } from "./link-gate.ts";

/** The fields that a gate is named by; the route record of a guarded link has them. */
export interface GateOwner {
  /** The link's UUID. Its number would not do, since a restored D1 gives it to another link. */
  readonly uuid?: string | undefined;
  readonly ledger: LedgerId;
}

/**
 * Returns the gate of a link; throws for the route record of a link that has none.
 *
 * A gate holds hashes of visitors, so it lives in the same jurisdiction as its workspace's Ledger.
 */
export function gateFor(
  env: Pick<Cloudflare.Env, "LINK_GATE" | "LOCATION_HINT">,
  { uuid, ledger }: GateOwner,
): DurableObjectStub<LinkGate> {
  if (uuid === undefined) throw new Error("The link has no gate.");
  const name = `link:${uuid}`;
  if (ledger.endsWith(".eu")) return env.LINK_GATE.jurisdiction("eu").getByName(name);
  return env.LINK_GATE.getByName(name, placeOf(env));
}

/**
 * Returns the gate of an address group, by a keyed hash that no workspace's hashes can be joined
 * with. Links whose gates must live in the EU count an address there, separately from all others.
 */
export async function addressGateFor(
  env: Pick<Cloudflare.Env, "ADDRESS_GATE"> & Secrets,
  { ledger }: Pick<GateOwner, "ledger">,
  group: string,
): Promise<DurableObjectStub<AddressGate>> {
  const hashOf = await visitorHash(await secretOf(env, "AUTH_SECRET"), "guesses");
  const name = `address:${hashOf("address", group)}`;
  // Made near its visitor, whom it has to answer.
  const namespace = ledger.endsWith(".eu") ? env.ADDRESS_GATE.jurisdiction("eu") : env.ADDRESS_GATE;
  return namespace.getByName(name);
}
