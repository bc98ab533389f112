/** The Worker of the benches: ours, with a door for tasks and a Ledger that tells its meter. */

import type { LedgerId } from "../../src/ledger/ledger-id.ts";
import { Ledger as SignpostLedger } from "../../src/ledger/ledger.ts";
import { readMark } from "../../src/ledger/marks.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import type { FillPlan, LedgerUsage, RedirectPlan, ReportCallPlan, ReportPlan } from "../tasks.ts";
import { answerCall, countCall } from "./calls.ts";
import { consumePrepared, prepareMessages } from "./consumer.ts";
import { addConversions, ingestPrepared, prepareClicks } from "./fill.ts";
import { countNaive } from "./naive.ts";
import { countFirstVisits, countNewDay, countRedirects } from "./redirects.ts";
import { askReport, countReportCall } from "./reports.ts";
import { numbersOf } from "./workspaces.ts";

export { AddressGate, CodeAllocator, LinkGate, Upkeep } from "../../src/worker.ts";

export class Ledger extends SignpostLedger {
  usage(): LedgerUsage {
    return { ...this.sql.usage, bytes: this.ctx.storage.sql.databaseSize };
  }

  /** Tells whether all clicks of the attribution window can be found by their ids. */
  isIndexed(): boolean {
    return readMark(this.sql, "indexing") === null;
  }

  /** Loses what is in memory, as an object does that nobody asked for a while; never answers. */
  async restart(): Promise<void> {
    await this.ctx.storage.sync();
    this.ctx.abort("A bench wants it to begin anew.");
  }
}

function stubOf(env: Cloudflare.Env, ledger: LedgerId): DurableObjectStub<Ledger> {
  const stub: unknown = ledgerFor(env, ledger);
  return stub as DurableObjectStub<Ledger>;
}

function usageIn(env: Cloudflare.Env) {
  return async (ledger: LedgerId): Promise<LedgerUsage> => await stubOf(env, ledger).usage();
}

function restartIn(env: Cloudflare.Env) {
  return async (ledger: LedgerId): Promise<void> => {
    // The call ends with the object that it was made to.
    await stubOf(env, ledger)
      .restart()
      .catch(() => undefined);
  };
}

type Task = (env: Cloudflare.Env, question: never) => Promise<unknown>;

const TASKS: Readonly<Record<string, Task>> = {
  redirects: (env, plan: RedirectPlan) => countRedirects(env, plan, usageIn(env)),
  "new-day": (env, plan: RedirectPlan) => countNewDay(env, plan, usageIn(env)),
  "first-visits": countFirstVisits,
  naive: countNaive,
  call: countCall,
  "plain-call": answerCall,
  "report-call": (env, plan: ReportCallPlan) =>
    countReportCall(env, plan, { usageOf: usageIn(env), restart: restartIn(env) }),
  numbers: numbersOf,
  prepare: prepareClicks,
  ingest: ingestPrepared,
  convert: (env, plan: FillPlan) =>
    addConversions(env, plan, async (ledger) => await stubOf(env, ledger).isIndexed()),
  messages: prepareMessages,
  consume: consumePrepared,
  report: (env, plan: ReportPlan) => askReport(env, plan, usageIn(env)),
  usage: (env, { ledger }: { readonly ledger: LedgerId }) => usageIn(env)(ledger),
};

export default {
  async fetch(request, env) {
    const task = TASKS[new URL(request.url).pathname.slice(1)];
    if (task === undefined) return new Response("No such task", { status: 404 });
    return Response.json(await task(env, (await request.json()) as never));
  },
} satisfies ExportedHandler<Cloudflare.Env>;
