/** Fills a Ledger with a year of clicks, and asks it for every report. */

import { classify } from "../../src/ledger/classify.ts";
import type { ClickBatch, LedgerClick, ReportRange } from "../../src/ledger/contract.ts";
import { dateOf, dayOf } from "../../src/ledger/day.ts";
import type { LedgerId } from "../../src/ledger/ledger-id.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import { agentOf } from "../../src/ledger/user-agent.ts";
import type { FillPlan, ReportCost, ReportName, ReportPlan } from "../tasks.ts";
import { randomOf, visitsOf } from "../traffic.ts";
import type { UsageReader } from "./redirects.ts";

/** One call of the consumer's: ten messages of fifty clicks. */
const MESSAGES_A_CALL = 10;
const CLICKS_A_MESSAGE = 50;
const DAY_MS = 86_400_000;
const CLICKS_A_PERSON = 3;

let prepared: ClickBatch[][] = [];

/** Makes clicks and keeps them for `ingestPrepared`, whose time then is the Ledger's alone. */
export function prepareClicks(_env: Cloudflare.Env, plan: FillPlan): Promise<number> {
  const people = Math.ceil(plan.clicks / CLICKS_A_PERSON);
  const visit = visitsOf(plan.links, people, plan.workspace + plan.from);
  const startMs = lastDayMs() - (plan.days - 1) * DAY_MS;
  const stepMs = (plan.days * DAY_MS) / plan.clicks;
  const perCall = MESSAGES_A_CALL * CLICKS_A_MESSAGE;
  prepared = [];
  for (let call = plan.from; call < plan.to; call += perCall) {
    const batches: ClickBatch[] = [];
    for (let first = call; first < Math.min(call + perCall, plan.to); first += CLICKS_A_MESSAGE) {
      const n = Math.min(CLICKS_A_MESSAGE, plan.to - first);
      const clicks = Array.from({ length: n }, (_, index) =>
        clickOf(visit(), Math.floor(startMs + (first + index) * stepMs)),
      );
      const at = clicks.at(-1)?.at ?? 0;
      batches.push({ id: batchId(at, plan.workspace, first), at, clicks, lost: 0 });
    }
    prepared.push(batches);
  }
  return Promise.resolve(prepared.length);
}

export async function ingestPrepared(
  env: Cloudflare.Env,
  { workspace }: { readonly workspace: number },
): Promise<number> {
  const ledger = ledgerFor(env, String(workspace) as LedgerId);
  for (const batches of prepared) await ledger.ingest(batches);
  return prepared.length;
}

function lastDayMs(): number {
  return Math.floor(Date.now() / DAY_MS) * DAY_MS;
}

/** Links 2 and 3 have rules and variants, so that reports of both have something to tell. */
function clickOf(visit: ReturnType<ReturnType<typeof visitsOf>>, at: number): LedgerClick {
  const { link: linkId, userAgent, address, referer, country, city } = visit;
  return {
    linkId,
    at,
    class: classify("visit", userAgent),
    ...agentOf(userAgent),
    country,
    city,
    referrer: referer === null ? null : new URL(referer).hostname.replace(/^www\./, ""),
    rule: linkId === 2 ? `rule-${at % 10}` : null,
    variant: linkId === 3 ? `variant-${at % 2}` : null,
    scan: at % 20 === 0,
    addressHash: hashOf(address),
    agentHash: hashOf(userAgent),
  };
}

const hashes = new Map<string, string>();

/** Spreads a text over 64 bits, as a keyed hash would. */
function hashOf(text: string): string {
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

function batchId(at: number, workspace: number, first: number): string {
  const tail = `${workspace.toString(16).padStart(6, "0")}${first.toString(16).padStart(14, "0")}`;
  return at.toString(36).padStart(9, "0") + tail;
}

/** Asks for one report several times, one after the other. */
export async function askReport(
  env: Cloudflare.Env,
  { workspace, report, times }: ReportPlan,
  usageOf: UsageReader,
): Promise<ReportCost> {
  const id = String(workspace) as LedgerId;
  const ledger = ledgerFor(env, id);
  const before = await usageOf(id);
  let bytes = 0;
  for (let n = 0; n < times; n++) {
    bytes = JSON.stringify(await answer(ledger, report, () => usageOf(id))).length;
  }
  const after = await usageOf(id);
  return { bytes, rowsRead: (after.rowsRead - before.rowsRead) / times };
}

async function answer(
  ledger: DurableObjectStub<Ledger>,
  report: ReportName,
  nothing: () => Promise<unknown>,
): Promise<unknown> {
  switch (report) {
    case "link, 30 days":
      return await ledger.linkReport(1, lastDays(30));
    case "link, 365 days":
      return await ledger.linkReport(1, lastDays(365));
    case "workspace, 30 days":
      return await ledger.workspaceReport(lastDays(30));
    case "workspace, 365 days":
      return await ledger.workspaceReport(lastDays(365));
    case "workspace, 3,660 days":
      return await ledger.workspaceReport(lastDays(3_660));
    case "rules of a link, 30 days":
      return await ledger.served(2, lastDays(30));
    case "variants of a link, 30 days":
      return await ledger.served(3, lastDays(30));
    case "totals and leaders":
      return await ledger.totals();
    case "totals of 1,000 links":
      return await ledger.linkTotals(Array.from({ length: 1_000 }, (_, index) => index + 1));
    case "last clicks of a link":
      return await ledger.linkState(1);
    case "a page of the click log":
      return await ledger.exportLog(null);
    case "nothing (one call)":
      return await nothing();
  }
}

function lastDays(days: number): ReportRange {
  const today = dayOf(Date.now());
  return { from: dateOf(today - days + 1), to: dateOf(today) };
}
