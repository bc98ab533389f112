/** Turns queue messages into the batches of each Ledger: what was captured becomes what is counted. */

import { unpackClick, type Click, type ClickMessage } from "../redirect/click.ts";
import { visitorHash } from "../redirect/visitor-hash.ts";
import { classify } from "./classify.ts";
import type { ClickBatch, LedgerClick } from "./contract.ts";
import type { LedgerId } from "./ledger-id.ts";
import { agentOf } from "./user-agent.ts";

/** Gives each Ledger its part of each message; a part keeps the message's id. */
export async function batchesByLedger(
  messages: readonly ClickMessage[],
  secret: string,
  nowMs: number,
): Promise<Map<LedgerId, ClickBatch[]>> {
  const batches = new Map<LedgerId, ClickBatch[]>();
  const hashOf = agentHasher(secret);
  for (const message of messages) {
    for (const [ledger, batch] of await splitMessage(message, hashOf, nowMs)) {
      batches.set(ledger, [...(batches.get(ledger) ?? []), batch]);
    }
  }
  return batches;
}

type AgentHasher = (ledger: LedgerId, userAgent: string) => Promise<string>;

async function splitMessage(
  message: ClickMessage,
  hashOf: AgentHasher,
  nowMs: number,
): Promise<Map<LedgerId, ClickBatch>> {
  const clicks = new Map<LedgerId, LedgerClick[]>();
  let newestMs: number | null = null;
  for (const packed of message.clicks) {
    const click = unpackClick(packed);
    const ofLedger = clicks.get(click.ledger) ?? [];
    ofLedger.push(await ledgerClick(click, hashOf));
    clicks.set(click.ledger, ofLedger);
    newestMs = Math.max(newestMs ?? 0, click.at);
  }
  const ledgers = new Set([...clicks.keys(), ...(Object.keys(message.lost) as LedgerId[])]);
  const batches = new Map<LedgerId, ClickBatch>();
  for (const ledger of ledgers) {
    const lost = message.lost[ledger] ?? 0;
    const ofLedger = clicks.get(ledger) ?? [];
    batches.set(ledger, { id: message.id, at: newestMs ?? nowMs, clicks: ofLedger, lost });
  }
  return batches;
}

async function ledgerClick(click: Click, hashOf: AgentHasher): Promise<LedgerClick> {
  const { ledger, kind, userAgent, hints, ...kept } = click;
  return {
    ...kept,
    class: classify(kind, userAgent),
    ...agentOf(userAgent, hints),
    // Who asked not to be tracked has no address hash, and gets none of the user agent either.
    agentHash: click.addressHash === null ? null : await hashOf(ledger, userAgent),
  };
}

/** Hashes each user agent of a Ledger once; lives as long as one queue batch. */
function agentHasher(secret: string): AgentHasher {
  const known = new Map<string, string>();
  return async (ledger, userAgent) => {
    const key = `${ledger}/${userAgent}`;
    const hash = known.get(key) ?? (await visitorHash(secret, ledger, "agent", userAgent));
    known.set(key, hash);
    return hash;
  };
}
