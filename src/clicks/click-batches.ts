/** Turns queue messages, which hold captured clicks, into the batches that each Ledger counts. */

import type { ClickBatch, IngestedBatch, LedgerClick } from "../ledger/contract.ts";
import type { LedgerId } from "../ledger/ledger-id.ts";
import { visitorHash, type VisitorHash } from "../platform/keyed-hash.ts";
import { CLICK_FORMAT, type Click, type ClickMessage } from "./click.ts";
import { readAgent } from "./user-agent.ts";

/** One Ledger's part of one message, and the Ledger's answer to it. */
export interface IngestedClicks {
  readonly ledger: LedgerId;
  readonly batch: ClickBatch;
  readonly ingested: IngestedBatch;
}

/** Splits messages into batches per Ledger. A batch keeps the id of its message. */
export async function batchesByLedger(
  messages: readonly ClickMessage[],
  secret: string,
  nowMs: number,
): Promise<Map<LedgerId, ClickBatch[]>> {
  const batches = new Map<LedgerId, ClickBatch[]>();
  for (const message of messages) {
    for (const [ledger, batch] of await splitMessage(message, secret, nowMs)) {
      batches.set(ledger, [...(batches.get(ledger) ?? []), batch]);
    }
  }
  return batches;
}

async function splitMessage(
  message: ClickMessage,
  secret: string,
  nowMs: number,
): Promise<Map<LedgerId, ClickBatch>> {
  const clicks = message.clicks.map(CLICK_FORMAT.unpack);
  const atMs = clicks.length === 0 ? nowMs : Math.max(...clicks.map((click) => click.atMs));
  const byLedger = Map.groupBy(clicks, ({ ledger }) => ledger);
  const ledgers = new Set([...byLedger.keys(), ...(Object.keys(message.lost) as LedgerId[])]);
  const batches = new Map<LedgerId, ClickBatch>();
  for (const ledger of ledgers) {
    const hash = await visitorHash(secret, ledger);
    const ofLedger = (byLedger.get(ledger) ?? []).map((click) => ledgerClick(click, hash));
    const lost = message.lost[ledger] ?? 0;
    batches.set(ledger, { id: message.id, atMs, clicks: ofLedger, lost });
  }
  return batches;
}

function ledgerClick(click: Click, hash: VisitorHash): LedgerClick {
  const { ledger: _, kind, userAgent, hints, ...kept } = click;
  return {
    ...kept,
    ...readAgent({ kind, userAgent, hints }),
    // A visitor who asked not to be tracked has no address hash, and gets no user agent hash
    // either.
    agentHash: click.addressHash === null ? null : hash("agent", userAgent),
  };
}
