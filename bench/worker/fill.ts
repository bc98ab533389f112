/** Fills a Ledger with a year of clicks, and with the conversions that followed some of them. */

import { classify } from "../../src/clicks/classify.ts";
import { agentOf } from "../../src/clicks/user-agent.ts";
import type { ClickBatch, LedgerClick } from "../../src/ledger/contract.ts";
import type { LedgerId } from "../../src/ledger/ledger-id.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import type { FillPlan } from "../tasks.ts";
import { randomOf, visitsOf, type Visit } from "../traffic.ts";

/** One call of the consumer's: ten messages of fifty clicks. */
const MESSAGES_A_CALL = 10;
const CLICKS_A_MESSAGE = 50;
const DAY_MS = 86_400_000;
const CLICKS_A_PERSON = 3;
const CLICKS_A_SCAN = 20;
/** In the days that reports of conversions look at. */
const CLICKS_A_CONVERSION = 100;
const CONVERSION_DAYS = 30;
const CONVERSION_AFTER_MS = 60_000;
const INDEXING_PAUSE_MS = 50;

let prepared: ClickBatch[][] = [];

/** Makes clicks and keeps them for `ingestPrepared`, whose time then is the Ledger's alone. */
export function prepareClicks(_env: Cloudflare.Env, plan: FillPlan): Promise<number> {
  const people = Math.ceil(plan.clicks / CLICKS_A_PERSON);
  const visit = visitsOf(plan.links, people, plan.seed + plan.from);
  const timeOf = timesOf(plan);
  const perCall = MESSAGES_A_CALL * CLICKS_A_MESSAGE;
  prepared = [];
  for (let call = plan.from; call < plan.to; call += perCall) {
    const batches: ClickBatch[] = [];
    for (let first = call; first < Math.min(call + perCall, plan.to); first += CLICKS_A_MESSAGE) {
      const n = Math.min(CLICKS_A_MESSAGE, plan.to - first);
      const clicks = Array.from({ length: n }, (_, index) =>
        clickOf(plan, visit(), first + index, timeOf(first + index)),
      );
      const atMs = clicks.at(-1)?.atMs ?? 0;
      batches.push({ id: batchId(atMs, plan.seed, first), atMs, clicks, lost: 0 });
    }
    prepared.push(batches);
  }
  return Promise.resolve(prepared.length);
}

export async function ingestPrepared(
  env: Cloudflare.Env,
  { ledger: id }: { readonly ledger: LedgerId },
): Promise<number> {
  const ledger = ledgerFor(env, id);
  for (const batches of prepared) await ledger.ingest(batches);
  return prepared.length;
}

/** Puts conversions down to one click in so many of the last days, and tells how many there are. */
export async function addConversions(
  env: Cloudflare.Env,
  plan: Pick<FillPlan, "ledger" | "clicks" | "days">,
  isIndexed: (ledger: LedgerId) => Promise<boolean>,
): Promise<number> {
  const ledger = ledgerFor(env, plan.ledger);
  await ledger.trackVisitors(true);
  // Clicks that came before are made findable by alarms.
  while (!(await isIndexed(plan.ledger))) await scheduler.wait(INDEXING_PAUSE_MS);
  const timeOf = timesOf(plan);
  const first = Math.ceil(plan.clicks * (1 - CONVERSION_DAYS / plan.days));
  let attributed = 0;
  for (let ordinal = first; ordinal < plan.clicks; ordinal += CLICKS_A_CONVERSION) {
    const atMs = timeOf(ordinal) + CONVERSION_AFTER_MS;
    // Days end with today: what is bought tomorrow would close it.
    if (atMs >= timeOf(plan.clicks)) break;
    // A Ledger numbers its clicks from 1.
    const clue = { kind: "click", clickId: ordinal + 1 } as const;
    const sale = { orderId: `order-${ordinal}`, value: 1_999, currency: "EUR" };
    const converted = await ledger.convert({ goalId: 1, atMs, ...sale, clue });
    if (converted.kind === "tracked" && converted.attribution !== null) attributed += 1;
  }
  if (attributed === 0) throw new Error("No conversion was put down to a click.");
  return attributed;
}

/** Gives when each click comes, in even steps up to the end of today. */
function timesOf({ clicks, days }: Pick<FillPlan, "clicks" | "days">): (ordinal: number) => number {
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const startMs = today - (days - 1) * DAY_MS;
  return (ordinal) => Math.floor(startMs + (ordinal * days * DAY_MS) / clicks);
}

function clickOf(plan: FillPlan, visit: Visit, ordinal: number, atMs: number): LedgerClick {
  const { link, userAgent, address, referer, country, city } = visit;
  return {
    linkId: plan.firstLinkId + link - 1,
    atMs,
    class: classify("visit", userAgent),
    ...agentOf(userAgent),
    country,
    city,
    referrer: referrerOf(referer),
    rule: link === 2 ? oneOf(plan.rules, ordinal) : null,
    variant: link === 3 ? oneOf(plan.variants, ordinal) : null,
    scan: ordinal % CLICKS_A_SCAN === 0,
    addressHash: hashOf(address),
    agentHash: hashOf(userAgent),
    token: null,
  };
}

function oneOf(ids: readonly string[], ordinal: number): string | null {
  return ids[ordinal % ids.length] ?? null;
}

export function referrerOf(referer: string | null): string | null {
  return referer === null ? null : new URL(referer).hostname.replace(/^www\./, "");
}

const hashes = new Map<string, string>();

/** Spreads a text over 64 bits, as a keyed hash would. */
export function hashOf(text: string): string {
  const known = hashes.get(text);
  if (known !== undefined) return known;
  let seed = 0;
  for (let at = 0; at < text.length; at++) seed = (Math.imul(seed, 31) + text.charCodeAt(at)) | 0;
  const random = randomOf(seed);
  const half = () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0");
  const hash = half() + half();
  if (hashes.size > 500_000) hashes.clear();
  hashes.set(text, hash);
  return hash;
}

/** Gives a message an id that begins with its time, as a redirect's does. */
export function batchId(atMs: number, seed: number, first: number): string {
  const tail = `${seed.toString(16).padStart(6, "0")}${first.toString(16).padStart(14, "0")}`;
  return atMs.toString(36).padStart(9, "0") + tail;
}
