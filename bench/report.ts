/**
 * `npm run bench:report`: what reports cost, how fast a Ledger counts, and what the consumer costs.
 *
 * Workspaces with a year of clicks on 1,000 links by Zipf's law, on workerd with its real SQLite, in
 * memory; routes are called through the whole API, with a token. `-- --clicks=10000000` adds a fourth
 * size, which takes a quarter of an hour or more; one that is less than a million is the largest.
 * Rows and bytes do not depend on the machine. Times do: they are medians, they hold a call to the
 * Worker and back, and what such a call alone takes is a line of its own.
 */

import { parseArgs } from "node:util";

import { cpuTime } from "../tools/process-cpu.ts";
import { main } from "../tools/trouble.ts";
import { printConsumer } from "./report/consumer.ts";
import { printRoutes } from "./report/routes.ts";
import { type BenchWorkspace, openWorkspace } from "./report/workspace.ts";
import { print, printHead, printTable, whole } from "./support/print.ts";
import { startRuntime, type Runtime } from "./support/runtime.ts";
import { median } from "./support/statistics.ts";
import {
  ledgerOf,
  REPORTS,
  type FillPlan,
  type LedgerUsage,
  type ReportCost,
  type ReportName,
  type ReportPlan,
} from "./tasks.ts";

const SIZES = [10_000, 100_000, 1_000_000] as const;
const LINKS = 1_000;
const DAYS = 365;
const SLICE = 50_000;
const ROUNDS = 7;
const RATE_CLICKS = 25_000;
const RATE_ROUNDS = 5;

const { values } = parseArgs({ options: { clicks: { type: "string", default: "1000000" } } });
const clicks = Number(values.clicks);

type Plan = Omit<FillPlan, "from" | "to">;

await main(async () => {
  printHead("Reports, and the rate of counting");
  const runtime = await startRuntime();
  try {
    await printRates(runtime);
    await printConsumer(runtime);
    const sizes = sizesUpTo(clicks);
    const workspaces: BenchWorkspace[] = [];
    const filled: Filled[] = [];
    for (const size of sizes) {
      const workspace = await openWorkspace(runtime, `bench-${size}`, LINKS);
      workspaces.push(workspace);
      const plan = planOf(workspace, size);
      filled.push(await fill(runtime, plan));
      await runtime.ask("convert", plan);
    }
    printSizes(filled);
    const heads = sizes.map((size) => size.toExponential(0)).join(" / ");
    await printRoutes(runtime, workspaces, heads);
    await printReports(runtime, workspaces, heads);
  } finally {
    await runtime.stop();
  }
});

/** The usual sizes below the largest, and the largest. */
function sizesUpTo(largest: number): readonly number[] {
  return [...SIZES.filter((size) => size < largest), largest];
}

function planOf(workspace: BenchWorkspace, size: number): Plan {
  const { ledger, firstLinkId, rules, variants } = workspace;
  return {
    ledger,
    seed: size,
    firstLinkId,
    rules,
    variants,
    links: LINKS,
    clicks: size,
    days: DAYS,
  };
}

interface Filled {
  readonly clicks: number;
  readonly rowsWritten: number;
  readonly bytes: number;
}

/** Fills a Ledger with clicks, and tells what they take. */
async function fill(runtime: Runtime, plan: Plan): Promise<Filled> {
  const { ledger } = plan;
  let rowsWritten = 0;
  for (let from = 0; from < plan.clicks; from += SLICE) {
    const to = Math.min(plan.clicks, from + SLICE);
    await runtime.ask("prepare", { ...plan, from, to });
    // The meter starts anew when an object that was idle for a while comes back.
    const before = await runtime.ask<LedgerUsage>("usage", { ledger });
    await runtime.ask("ingest", { ledger });
    const after = await runtime.ask<LedgerUsage>("usage", { ledger });
    rowsWritten += after.rowsWritten - before.rowsWritten;
  }
  const { bytes } = await runtime.ask<LedgerUsage>("usage", { ledger });
  return { clicks: plan.clicks, rowsWritten, bytes };
}

interface Rate {
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

/** Each round is a day of its own in a Ledger that has seen all links before. */
async function printRates(runtime: Runtime): Promise<void> {
  const cases = [
    { name: "one hot link", workspace: 101, links: 1, target: 20_000 },
    { name: "1,000 links", workspace: 102, links: 1_000, target: 5_000 },
  ];
  const rates = cases.map((): Rate[] => []);
  for (let round = 0; round <= RATE_ROUNDS; round++) {
    for (const [index, { workspace, links }] of cases.entries()) {
      const rate = await measureRate(runtime, { workspace, links }, round);
      if (round > 0) rates[index]?.push(rate);
    }
  }
  print("Counting, in merged batches of 500 clicks (10 messages), through the object's RPC:\n");
  printTable(
    [
      ["clicks on", "left"],
      ["clicks a second", "right"],
      ["clicks a CPU second", "right"],
      ["target", "right"],
    ],
    cases.map(({ name, target }, index) => {
      const perSecond = median((rates[index] ?? []).map((rate) => rate.perSecond));
      const perCpuSecond = median((rates[index] ?? []).map((rate) => rate.perCpuSecond));
      return [name, whole(perSecond), whole(perCpuSecond), `≥ ${whole(target)}`];
    }),
  );
}

async function measureRate(
  runtime: Runtime,
  { workspace, links }: { readonly workspace: number; readonly links: number },
  round: number,
): Promise<Rate> {
  const ledger = ledgerOf(workspace);
  const rounds = RATE_ROUNDS + 1;
  const from = round * RATE_CLICKS;
  const plan: Plan = {
    ledger,
    seed: workspace,
    firstLinkId: 1,
    links,
    rules: [],
    variants: [],
    clicks: rounds * RATE_CLICKS,
    days: rounds,
  };
  await runtime.ask("prepare", { ...plan, from, to: from + RATE_CLICKS });
  const cpuBefore = await cpuTime(runtime.pid);
  const start = performance.now();
  await runtime.ask("ingest", { ledger });
  const seconds = (performance.now() - start) / 1_000;
  const cpuSeconds = ((await cpuTime(runtime.pid)) - cpuBefore) / 1_000;
  return { perSecond: RATE_CLICKS / seconds, perCpuSecond: RATE_CLICKS / cpuSeconds };
}

function printSizes(filled: readonly Filled[]): void {
  print(`Size, ${whole(LINKS)} links, ${DAYS} days:\n`);
  printTable(
    [
      ["clicks", "right"],
      ["MB", "right"],
      ["bytes a click", "right"],
      ["rows written a click", "right"],
    ],
    filled.map(({ clicks: size, rowsWritten, bytes }) => [
      whole(size),
      (bytes / 1e6).toFixed(1),
      (bytes / size).toFixed(0),
      (rowsWritten / size).toFixed(2),
    ]),
  );
}

interface Measured extends ReportCost {
  readonly ms: number;
}

async function printReports(
  runtime: Runtime,
  workspaces: readonly BenchWorkspace[],
  heads: string,
): Promise<void> {
  const rows = [];
  for (const report of REPORTS) {
    const costs = [];
    for (const workspace of workspaces) costs.push(await measureReport(runtime, workspace, report));
    rows.push([
      report,
      costs.map(({ ms }) => ms.toFixed(1)).join(" / "),
      costs.map(({ rowsRead }) => whole(rowsRead)).join(" / "),
      costs.map(({ bytes }) => whole(bytes)).join(" / "),
    ]);
  }
  print(
    `The Ledger's part alone, with what it has in memory, at ${heads} clicks, medians of ${ROUNDS}:\n`,
  );
  printTable(
    [
      ["report", "left"],
      ["ms", "right"],
      ["rows read", "right"],
      ["bytes", "right"],
    ],
    rows,
  );
}

async function measureReport(
  runtime: Runtime,
  { ledger, hot, ruled, tested }: BenchWorkspace,
  report: ReportName,
): Promise<Measured> {
  const linkIds = { hot: hot.id, ruled: ruled.id, tested: tested.id };
  const plan: ReportPlan = { ledger, linkIds, report };
  const times: number[] = [];
  let cost: ReportCost = { bytes: 0, rowsRead: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    cost = await runtime.ask<ReportCost>("report", plan);
    times.push(performance.now() - start);
  }
  return { ...cost, ms: median(times) };
}
