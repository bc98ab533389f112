/**
 * What remains of a deleted link outside D1, or of the time before a reset: its clicks in the Ledger,
 * and its gate's counts.
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
  /** When a reset was asked for; null for a purge. */
  readonly resetAtMs: number | null;
}

/**
 * Makes the Ledger and the gate forget a link, or begin again, and then deletes the row that asks for
 * it.
 */
export async function purge(env: Cloudflare.Env, pending: PendingPurge): Promise<void> {
  const { linkId, uuid, ledger, createdAtMs, resetAtMs } = pending;
  const gate = gateFor(env, { uuid, ledger });
  if (resetAtMs === null) {
    await ledgerFor(env, ledger).purgeLink(linkId, createdAtMs);
    await gate.forget();
  } else {
    await ledgerFor(env, ledger).resetLink(linkId, createdAtMs, resetAtMs);
    // Only a link that has had a limit has counts there.
    const had = env.DB.prepare("SELECT 1 FROM links WHERE id = ?1 AND clicks_limit_since > 0");
    if ((await had.bind(linkId).first()) !== null) await gate.restart(resetAtMs);
  }
  await env.DB.prepare("DELETE FROM pending_purges WHERE link_id = ?1 AND reset_at_ms IS ?2")
    .bind(linkId, resetAtMs)
    .run();
}

/** Purges a link after the response is sent. The sweep retries what fails. */
export function purgeSoon(env: Cloudflare.Env, pending: PendingPurge): void {
  const { linkId } = pending;
  waitUntil(tolerate("link.purge.failed", purge(env, pending), { linkId }));
}
