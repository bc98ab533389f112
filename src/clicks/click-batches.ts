/** Turns queue messages into the batches of each Ledger: what was captured becomes what is counted. */

import type { ClickBatch, IngestedBatch, LedgerClick } from "../ledger/contract.ts";
import type { LedgerId } from "../ledger/ledger-id.ts";
import { visitorHash, type VisitorHash } from "../platform/keyed-hash.ts";
import { CLICK_FORMAT, type Click, type ClickMessage } from "./click.ts";
import { readAgent } from "./user-agent.ts";

/** One Ledger's part of one message, and what became of it. */
export interface IngestedClicks {
  readonly ledger: LedgerId;
  readonly batch: ClickBatch;
  readonly ingested: IngestedBatch;
}

/** Gives each Ledger its part of each message; a part keeps the message's id. */
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
    // Who asked not to be tracked has no address hash, and gets none of the user agent either.
    agentHash: click.addressHash === null ? null : hash("agent", userAgent),
  };
}
