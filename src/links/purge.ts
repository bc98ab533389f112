/**
 * What is left of a link that was deleted, outside of D1: its clicks in the Ledger, and the counts of
 * its gate. Free of packages, since the sweeps are part of every start.
 */

import { waitUntil } from "cloudflare:workers";

import { gateFor } from "../gates/stub.ts";
import type { LedgerId } from "../ledger/ledger-id.ts";
import { ledgerFor } from "../ledger/stub.ts";
import { tolerate } from "../platform/log.ts";

/** A row of `pending_purges`. */
export interface PendingPurge {
  readonly linkId: number;
  /** The link's, which names its gate. */
  readonly uuid: string;
  readonly ledger: LedgerId;
  readonly createdAtMs: number;
}

/** Has the Ledger and the gate forget a link, and then drops the row that asks for it. */
export async function purge(
  env: Cloudflare.Env,
  { linkId, uuid, ledger, createdAtMs }: PendingPurge,
): Promise<void> {
  await ledgerFor(env, ledger).purgeLink(linkId, createdAtMs);
  await gateFor(env, { uuid, ledger }).forget();
  await env.DB.prepare("DELETE FROM pending_purges WHERE link_id = ?1").bind(linkId).run();
}

/** Purges a link behind the answer. What fails is left to the sweep. */
export function purgeSoon(env: Cloudflare.Env, pending: PendingPurge): void {
  const { linkId } = pending;
  waitUntil(tolerate("link.purge.failed", purge(env, pending), { linkId }));
}
