/**
 * `npm run bench:cost`: what Cloudflare bills for a million redirects, counted and not estimated.
 *
 * Visitors go through the whole Worker: front door, redirect, capture, queue message, consumer,
 * Ledger. Time is virtual, KV and the queue are stand-ins that count, D1 and the Ledger are workerd's
 * own and count their rows. A sample is scaled to a million; CPU is no operation and is priced by an
 * upper bound. Nothing here is a time, so a busy machine changes no number.
 */

import { main } from "../tools/trouble.ts";
import { billOf, scaledTo, type Bill, type CpuTime, type Operations } from "./operations.ts";
import { dollars, print, printHead, printTable, whole } from "./support/print.ts";
import { startRuntime, type Runtime } from "./support/runtime.ts";
import type { NewDayCost, RedirectPlan } from "./tasks.ts";
import { randomOf, zipfOf } from "./traffic.ts";

const MILLION = 1_000_000;
const MERGED_MESSAGES = 10;
const NEW_DAY_WORKSPACE = 99;

/** As in the estimate that these numbers are compared with; `bench:redirect` and `bench:report` measure less. */
const OUR_CPU: CpuTime = { redirectMs: 1.5, consumerCallMs: 5 };
const NAIVE_CPU: CpuTime = { redirectMs: 2, consumerCallMs: 5 };

interface Load {
  readonly name: string;
  readonly clicksPerSecond: number;
  readonly clicks: number;
}

/** A drain pauses 250 ms, so 20 clicks a second in one isolate make messages of 5. */
const LOADS: readonly Load[] = [
  { name: "1", clicksPerSecond: 0.5, clicks: 3_000 },
  { name: "5", clicksPerSecond: 20, clicks: 20_000 },
  { name: "50", clicksPerSecond: 200, clicks: 40_000 },
];

const LINKS = [1, 1_000, 100_000] as const;

/** Dollars at most, by load and number of links; elsewhere half of the naive design. */
const TARGETS: Readonly<Record<string, number>> = {
  "5/1": 1,
  "5/1000": 2.5,
  "5/100000": 3.5,
  "50/1000": 1.5,
};

await main(async () => {
  printHead("A million redirects, in billable operations and dollars");
  const runtime = await startRuntime();
  try {
    const naive = await runtime.ask<Operations>("naive", { clicks: 2_000, links: 1_000 });
    const naiveBill = billOf(scaledTo(MILLION, naive), NAIVE_CPU);
    const rows = [rowOf("naive", "1", "any", naive, naiveBill, null)];
    for (const load of LOADS) {
      for (const links of LINKS) {
        const counted = await runtime.ask<Operations>(
          "redirects",
          planOf(rows.length, load, links),
        );
        const target = TARGETS[`${load.name}/${links}`] ?? naiveBill.total / 2;
        const bill = billOf(scaledTo(MILLION, counted), OUR_CPU);
        rows.push(rowOf("Signpost", load.name, whole(links), counted, bill, target));
      }
    }
    printCosts(rows);
    await printOnce(runtime);
  } finally {
    await runtime.stop();
  }
});

function planOf(workspace: number, { clicksPerSecond, clicks }: Load, links: number): RedirectPlan {
  return { workspace, links, clicks, clicksPerSecond, mergedMessages: MERGED_MESSAGES };
}

function rowOf(
  design: string,
  load: string,
  links: string,
  counted: Operations,
  bill: Bill,
  target: number | null,
): readonly string[] {
  const million = scaledTo(MILLION, counted);
  const written = million.objectRowsWritten + million.d1RowsWritten;
  const read = million.objectRowsRead + million.d1RowsRead;
  return [
    design,
    load,
    links,
    whole(counted.redirects),
    (counted.redirects / counted.messages).toFixed(2),
    whole(million.kvReads),
    whole(million.queueOperations),
    whole(million.consumerCalls),
    whole(million.objectRequests),
    whole(written),
    whole(read),
    dollars(bill.requests + bill.cpu),
    dollars(bill.kv),
    dollars(bill.queue),
    dollars(bill.objects + bill.d1),
    `**${dollars(bill.total)}**`,
    target === null ? "" : `≤ ${dollars(target)}${bill.total <= target ? "" : " MISSED"}`,
  ];
}

function printCosts(rows: readonly (readonly string[])[]): void {
  print(
    `Per million, from samples of the size given; ${MERGED_MESSAGES} messages merged an ingest. ` +
      "The naive design sends two messages a click.\n",
  );
  printTable(
    [
      ["design", "left"],
      ["B", "right"],
      ["links", "right"],
      ["sample", "right"],
      ["clicks a message", "right"],
      ["KV reads", "right"],
      ["queue operations", "right"],
      ["consumer calls", "right"],
      ["object requests", "right"],
      ["rows written", "right"],
      ["rows read", "right"],
      ["requests, CPU", "right"],
      ["KV", "right"],
      ["queue", "right"],
      ["rows, objects", "right"],
      ["total", "right"],
      ["target", "right"],
    ],
    rows,
  );
}

/** What happens once a link, or once a link and day, cannot be scaled with the clicks. */
async function printOnce(runtime: Runtime): Promise<void> {
  const first = await runtime.ask<Operations>("first-visits", { links: 100 });
  const day = await runtime.ask<NewDayCost>("new-day", {
    ...planOf(NEW_DAY_WORKSPACE, { name: "5", clicksPerSecond: 20, clicks: 0 }, 1_000),
  });
  const rowsADay = (day.nextDay.objectRowsWritten - day.sameDay.objectRowsWritten) / day.links;
  const each = (n: number): string => (n / first.redirects).toFixed(2);
  print(
    "Once a link and week, since a route record lives 7 days in KV (a new link's first visit):\n",
  );
  printTable(
    [
      ["KV reads", "right"],
      ["KV writes", "right"],
      ["D1 round trips", "right"],
      ["D1 rows read", "right"],
      ["D1 rows written", "right"],
      ["per 1,000 links", "right"],
    ],
    [
      [
        each(first.kvReads),
        each(first.kvWrites),
        each(first.d1Trips),
        each(first.d1RowsRead),
        each(first.d1RowsWritten),
        `$${(onceBill(first) * 1_000).toFixed(4)}`,
      ],
    ],
  );
  print(`Once a link and day that it is clicked on: ${rowsADay.toFixed(2)} rows written more.\n`);
  print("Both added to a million clicks:\n");
  printTable(
    [
      ["links", "right"],
      ["within", "left"],
      ["links clicked, by day", "right"],
      ["rows more", "right"],
      ["first visits", "right"],
      ["dollars more", "right"],
    ],
    [1_000, 100_000].flatMap((links) =>
      [1, 30].map((days) => onceRow(links, days, rowsADay, onceBill(first))),
    ),
  );
}

function onceBill(first: Operations): number {
  const { kv, d1 } = billOf({ ...first, kvReads: 0 }, OUR_CPU);
  return (kv + d1) / first.redirects;
}

function onceRow(
  links: number,
  days: number,
  rowsADay: number,
  dollarsAFirst: number,
): readonly string[] {
  const draw = zipfOf(links, randomOf(links + days));
  let linkDays = 0;
  let firsts = 0;
  const week = new Set<number>();
  for (let day = 0; day < days; day++) {
    const today = new Set<number>();
    for (let n = 0; n < MILLION / days; n++) today.add(draw());
    linkDays += today.size;
    if (day % 7 === 0) week.clear();
    for (const link of today) if (!week.has(link)) firsts += 1;
    for (const link of today) week.add(link);
  }
  const rows = linkDays * rowsADay;
  return [
    whole(links),
    days === 1 ? "a day" : `${days} days`,
    whole(linkDays),
    whole(rows),
    whole(firsts),
    dollars(rows * 1e-6 + firsts * dollarsAFirst),
  ];
}
