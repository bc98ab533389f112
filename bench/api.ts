/**
 * `npm run bench:api`: what calls of the native API cost in D1 round trips, rows and time.
 *
 * The whole Worker on workerd with its real D1, in memory. Round trips and rows are exact and the same
 * on every machine; on Cloudflare each round trip is a journey to the database's place, so their number
 * is what a caller waits for. Milliseconds are medians here and say which call is heavier, no more.
 */

import { main } from "../tools/trouble.ts";
import { call, signUp } from "./support/account.ts";
import { print, printHead, printTable, whole } from "./support/print.ts";
import { startRuntime, type Runtime } from "./support/runtime.ts";
import { median } from "./support/statistics.ts";
import type { CallAnswer, CallPlan } from "./tasks.ts";

const ROUNDS = 7;
const BULK = 100;
const IMPORTED = 10_000;
const TRIPS_MAX = 6;
const TAGS = ["spring", "summer", "autumn", "winter", "sale"];

interface Case {
  readonly name: string;
  /** Bodies differ by round: a code can be taken once only. */
  plan(round: number): CallPlan;
  readonly rounds?: number;
  readonly tripsMax?: number;
}

await main(async () => {
  printHead("Calls of the native API");
  const runtime = await startRuntime();
  try {
    const token = await signUp(runtime, "bench");
    const rows = [];
    for (const each of casesOf(token)) rows.push(await rowOf(runtime, each));
    print(
      `Medians of ${ROUNDS} calls; trips and rows of the last, until the answer (and behind it).\n`,
    );
    printTable(
      [
        ["call", "left"],
        ["D1 round trips", "right"],
        ["limit", "right"],
        ["D1 rows read", "right"],
        ["D1 rows written", "right"],
        ["object requests", "right"],
        ["KV writes", "right"],
        ["answer, bytes", "right"],
        ["ms", "right"],
      ],
      rows,
    );
  } finally {
    await runtime.stop();
  }
});

async function rowOf(runtime: Runtime, each: Case): Promise<readonly string[]> {
  const times: number[] = [];
  let last: CallAnswer | null = null;
  for (let round = 0; round < (each.rounds ?? ROUNDS); round++) {
    const start = performance.now();
    last = await call(runtime, each.plan(round));
    times.push(performance.now() - start);
  }
  if (last === null) throw new Error(`${each.name} was not called.`);
  const { answered, afterwards } = last;
  const both = (name: keyof typeof answered): string =>
    afterwards[name] === answered[name]
      ? whole(answered[name])
      : `${whole(answered[name])} (${whole(afterwards[name] - answered[name])})`;
  const over = each.tripsMax !== undefined && answered.d1Trips > each.tripsMax ? " MISSED" : "";
  return [
    each.name,
    both("d1Trips"),
    each.tripsMax === undefined ? "" : `≤ ${each.tripsMax}${over}`,
    both("d1RowsRead"),
    both("d1RowsWritten"),
    both("objectRequests"),
    both("kvWrites"),
    whole(last.body.length),
    median(times).toFixed(1),
  ];
}

function casesOf(token: string): readonly Case[] {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const get = (path: string) => (): CallPlan => ({ method: "GET", path, headers });
  const post = (path: string, body: unknown): CallPlan => {
    return { method: "POST", path, headers, body: JSON.stringify(body) };
  };
  const destinationUrl = "https://example.com/landing";
  return [
    { name: "GET /api/health", plan: get("/api/health") },
    { name: "POST /api/links", plan: () => post("/api/links", { destinationUrl }) },
    {
      name: "POST /api/links, own code",
      plan: (round) => post("/api/links", { destinationUrl, customCode: `bench-${round}` }),
    },
    {
      name: "POST /api/links, 5 tags, 10 rules",
      plan: () => post("/api/links", { destinationUrl, tags: TAGS, rules: rules() }),
    },
    {
      name: `POST /api/links/bulk, ${BULK}`,
      plan: () =>
        post("/api/links/bulk", {
          links: Array.from({ length: BULK }, () => ({ destinationUrl })),
        }),
      tripsMax: TRIPS_MAX,
    },
    { name: "GET /api/links?limit=100", plan: get("/api/links?limit=100") },
    { name: "GET /api/analytics/overview", plan: get("/api/analytics/overview") },
    {
      name: `POST /api/links/import, ${whole(IMPORTED)} rows`,
      rounds: 1,
      plan: () => ({
        method: "POST",
        path: "/api/links/import",
        headers: { ...headers, "Content-Type": "text/csv" },
        body: csv(),
      }),
    },
    { name: "GET /api/links, all of them", rounds: 3, plan: get("/api/links") },
  ];
}

function rules(): unknown[] {
  return Array.from({ length: 10 }, (_, index) => ({
    targetUrl: `https://example.com/${index}`,
    countries: ["DE", "UA"],
    devices: ["mobile"],
  }));
}

function csv(): string {
  const rows = Array.from(
    { length: IMPORTED },
    (_, n) => `https://example.com/page/${n},Page ${n},"spring,sale"`,
  );
  return `destination_url,title,tags\n${rows.join("\n")}\n`;
}
