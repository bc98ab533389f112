/** The Worker of the benches: ours, with a door for tasks and a Ledger that tells its meter. */

import type { LedgerId } from "../../src/ledger/ledger-id.ts";
import { Ledger as SignpostLedger } from "../../src/ledger/ledger.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import type { LedgerUsage, RedirectPlan, ReportPlan } from "../tasks.ts";
import { countCall } from "./calls.ts";
import { countNaive } from "./naive.ts";
import { countFirstVisits, countNewDay, countRedirects } from "./redirects.ts";
import { askReport, ingestPrepared, prepareClicks } from "./reports.ts";

export { CodeAllocator, LinkGate, Upkeep } from "../../src/worker.ts";

export class Ledger extends SignpostLedger {
  usage(): LedgerUsage {
    return { ...this.sql.usage, bytes: this.ctx.storage.sql.databaseSize };
  }
}

function usageIn(env: Cloudflare.Env) {
  return async (ledger: LedgerId): Promise<LedgerUsage> =>
    await (ledgerFor(env, ledger) as unknown as DurableObjectStub<Ledger>).usage();
}

type Task = (env: Cloudflare.Env, question: never) => Promise<unknown>;

const TASKS: Readonly<Record<string, Task>> = {
  redirects: (env, plan: RedirectPlan) => countRedirects(env, plan, usageIn(env)),
  "new-day": (env, plan: RedirectPlan) => countNewDay(env, plan, usageIn(env)),
  "first-visits": countFirstVisits,
  naive: countNaive,
  call: countCall,
  prepare: prepareClicks,
  ingest: ingestPrepared,
  report: (env, plan: ReportPlan) => askReport(env, plan, usageIn(env)),
  usage: (env, { workspace }: { readonly workspace: number }) =>
    usageIn(env)(String(workspace) as LedgerId),
};

export default {
  async fetch(request, env) {
    const task = TASKS[new URL(request.url).pathname.slice(1)];
    if (task === undefined) return new Response("No such task", { status: 404 });
    return Response.json(await task(env, (await request.json()) as never));
  },
} satisfies ExportedHandler<Cloudflare.Env>;
