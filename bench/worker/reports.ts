/** Asks for reports: of a Ledger itself, and of the routes that tell them. */

import type { ReportRange } from "../../src/ledger/counts/contract.ts";
import { dateOf, dayOf } from "../../src/ledger/counts/day.ts";
import type { LedgerId } from "../../src/ledger/ledger-id.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import type { ReportCallCost, ReportCallPlan, ReportCost, ReportPlan } from "../tasks.ts";
import { byteLength, countCall } from "./calls.ts";
import type { UsageReader } from "./redirects.ts";

/** Asks a Ledger for one report. */
export async function askReport(
  env: Cloudflare.Env,
  plan: ReportPlan,
  usageOf: UsageReader,
): Promise<ReportCost> {
  const { ledger: id } = plan;
  const before = await usageOf(id);
  const report = await answer(ledgerFor(env, id), plan, () => usageOf(id));
  const after = await usageOf(id);
  return {
    bytes: byteLength(JSON.stringify(report)),
    rowsRead: after.rowsRead - before.rowsRead,
  };
}

async function answer(
  ledger: DurableObjectStub<Ledger>,
  { report, linkIds }: ReportPlan,
  nothing: () => Promise<unknown>,
): Promise<unknown> {
  switch (report) {
    case "link, 30 days":
      return await ledger.linkReport(linkIds.hot, lastDays(30));
    case "link, 365 days":
      return await ledger.linkReport(linkIds.hot, lastDays(365));
    case "workspace, 30 days":
      return await ledger.workspaceReport(lastDays(30));
    case "workspace, 365 days":
      return await ledger.workspaceReport(lastDays(365));
    case "rules of a link, 30 days":
      return await ledger.detailedLinkReport(linkIds.ruled, lastDays(30));
    case "variants of a link, 30 days":
      return await ledger.detailedLinkReport(linkIds.tested, lastDays(30));
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

interface LedgerMeter {
  readonly usageOf: UsageReader;
  readonly restart: (ledger: LedgerId) => Promise<void>;
}

/** Calls a report's route once, with a Ledger that has just woken up. */
export async function countReportCall(
  env: Cloudflare.Env,
  { ledger, call }: ReportCallPlan,
  { usageOf, restart }: LedgerMeter,
): Promise<ReportCallCost> {
  await restart(ledger);
  const before = await usageOf(ledger);
  const { status, body, answered } = await countCall(env, call);
  const after = await usageOf(ledger);
  return {
    status,
    bytes: byteLength(body),
    rowsRead: after.rowsRead - before.rowsRead,
    d1Trips: answered.d1Trips,
    d1RowsRead: answered.d1RowsRead,
  };
}
