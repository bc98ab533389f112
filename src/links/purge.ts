/**
 * What remains of a deleted link outside D1: its clicks in the Ledger, and its gate's counts.
 * Imports no packages, since the sweeps are loaded at every start.
 */

import { waitUntil } from "cloudflare:workers";

import { gateFor } from "../gates/stub.ts";
import type { LedgerId } from "../ledger/ledger-id.ts";
import { ledgerFor } from "../ledger/stub.ts";
import { tolerate } from "../platform/log.ts";

/** A row of `pending_purges`. */
export interface PendingPurge {
  readonly linkId: number;
  /** The link's UUID, which names its gate. */
  readonly uuid: string;
  readonly ledger: LedgerId;
  readonly createdAtMs: number;
}

/** Makes the Ledger and the gate forget a link, and then deletes the row that asks for it. */
export async function purge(
  env: Cloudflare.Env,
  { linkId, uuid, ledger, createdAtMs }: PendingPurge,
): Promise<void> {
  await ledgerFor(env, ledger).purgeLink(linkId, createdAtMs);
  await gateFor(env, { uuid, ledger }).forget();
  await env.DB.prepare("DELETE FROM pending_purges WHERE link_id = ?1").bind(linkId).run();
}

/** Purges a link after the response is sent. The sweep retries what fails. */
export function purgeSoon(env: Cloudflare.Env, pending: PendingPurge): void {
  const { linkId } = pending;
  waitUntil(tolerate("link.purge.failed", purge(env, pending), { linkId }));
}
