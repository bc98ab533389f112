/**
 * `npm run bench:start`: CPU time from nothing to the first answer of each kind, and what two Workers
 * in place of one would change.
 *
 * Every sample is a workerd of its own that starts, answers one request and then the same again; the
 * second tells what of the first was only the loading. KV, D1 (without rows) and the queue are stubs.
 * Samples take turns; medians, and differences from an empty Worker in the same run.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { unstable_readConfig } from "wrangler";

import { buildWorker, bundleRedirectWorker } from "../tools/bundle.ts";
import { canMeasure, cpuTime } from "../tools/process-cpu.ts";
import { main, Trouble } from "../tools/trouble.ts";
import { serve, writeConfig, type StubbedWorker } from "../tools/workerd.ts";
import { ROOT } from "../tools/wrangler.ts";
import { print, printHead, printTable } from "./support/print.ts";
import { median } from "./support/statistics.ts";

const ROUNDS = 9;
const HOPS = 500;
const REDIRECT_MS_MAX = 40;
const API_MS_MAX = 60;

const EMPTY = `export default {
  fetch: () => new Response(null, { status: 302, headers: { location: "https://example.com/" } }),
};`;

const OBJECTS = {
  CODE_ALLOCATOR: "CodeAllocator",
  LEDGER: "Ledger",
  ADDRESS_GATE: "AddressGate",
  LINK_GATE: "LinkGate",
  UPKEEP: "Upkeep",
};

interface Ask {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly status: number;
}

interface Case {
  readonly name: string;
  readonly code: "empty" | "redirect" | "whole" | "split";
  readonly ask: Ask;
  /** Milliseconds at most above the case of this name. */
  readonly limit?: { readonly above: string; readonly ms: number };
}

const BROWSER = { "user-agent": "Mozilla/5.0 Firefox/145.0" };
const TOKEN = { authorization: `Bearer pp_${"x".repeat(43)}` };
const REDIRECT: Ask = { path: "/hello", headers: BROWSER, status: 302 };
const HEALTH: Ask = { path: "/api/health", status: 200 };

const EMPTY_NAME = "empty Worker, redirect";
const WHOLE_NAME = "Signpost, redirect";

const CASES: readonly Case[] = [
  { name: EMPTY_NAME, code: "empty", ask: REDIRECT },
  { name: "redirect Worker of a split, redirect", code: "redirect", ask: REDIRECT },
  {
    name: WHOLE_NAME,
    code: "whole",
    ask: REDIRECT,
    limit: { above: EMPTY_NAME, ms: REDIRECT_MS_MAX },
  },
  {
    name: "Signpost, native API (health)",
    code: "whole",
    ask: HEALTH,
    limit: { above: WHOLE_NAME, ms: API_MS_MAX },
  },
  {
    name: "Signpost, native API (links, unknown token)",
    code: "whole",
    ask: { path: "/api/links", headers: TOKEN, status: 401 },
    limit: { above: WHOLE_NAME, ms: API_MS_MAX },
  },
  {
    name: "Signpost, PVTLNK (links, unknown token)",
    code: "whole",
    ask: { path: "/api/v1/links", headers: TOKEN, status: 401 },
    limit: { above: WHOLE_NAME, ms: API_MS_MAX },
  },
  {
    name: "Signpost, RevoLink (analytics, unknown token)",
    code: "whole",
    ask: { path: "/apiv1/links/analytics", headers: TOKEN, status: 401 },
    limit: { above: WHOLE_NAME, ms: API_MS_MAX },
  },
  {
    name: "Signpost, sign-in (unknown person)",
    code: "whole",
    ask: {
      path: "/api/auth/sign-in/email",
      method: "POST",
      headers: { "content-type": "application/json", origin: "http://localhost:8787" },
      body: JSON.stringify({ email: "nobody@example.com", password: "correct horse" }),
      status: 401,
    },
  },
  { name: "split, native API (health)", code: "split", ask: HEALTH },
];

interface Sample {
  readonly firstMs: number;
  readonly secondMs: number;
}

await main(async () => {
  if (!(await canMeasure())) throw new Trouble("This system does not show a process's CPU time.");
  const folder = await mkdtemp(path.join(tmpdir(), "signpost-bench-start-"));
  try {
    printHead("From nothing to the first answer");
    const configs = await configsOf(folder);
    const samples = CASES.map((): Sample[] => []);
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [index, each] of CASES.entries()) {
        const sample = await sampleOf(configs[each.code], each);
        // The first round warms the disk's cache.
        if (round > 0) samples[index]?.push(sample);
      }
    }
    printStarts(samples);
    await printHops(configs);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

type Configs = Readonly<Record<Case["code"], string>>;

async function configsOf(folder: string): Promise<Configs> {
  const config = unstable_readConfig({ config: path.join(ROOT, "wrangler.toml") });
  const vars = Object.entries(config.vars).filter(([, value]) => typeof value === "string");
  const common = {
    kv: `return JSON.stringify(${JSON.stringify({ schema: 1, linkId: 1, version: 1, ledger: "1", destination: "https://example.com/" })});`,
    vars: {
      ...(Object.fromEntries(vars) as Record<string, string>),
      SIGNPOST_SECRET: "bench-secret-0123456789-abcdefghijkl",
      SIGNUPS: "open",
    },
    compatibilityDate: config.compatibility_date ?? "2026-10-01",
  } satisfies Partial<StubbedWorker>;
  const { code: whole } = await buildWorker(path.join(folder, "worker"));
  const redirect = await bundleRedirectWorker();
  const write = async (worker: Omit<StubbedWorker, keyof typeof common>): Promise<string> =>
    await writeConfig(folder, { ...common, ...worker });
  return {
    empty: await write({ name: "empty", code: EMPTY }),
    redirect: await write({ name: "redirect", code: redirect }),
    whole: await write({ name: "whole", code: whole, objects: OBJECTS }),
    split: await write({ name: "split", code: redirect, behind: whole, objects: OBJECTS }),
  };
}

async function sampleOf(config: string, { name, ask }: Case): Promise<Sample> {
  const served = await serve(config);
  try {
    await answerOf(served.port, ask, name);
    const firstMs = await cpuTime(served.pid);
    await answerOf(served.port, ask, name);
    return { firstMs, secondMs: (await cpuTime(served.pid)) - firstMs };
  } catch (error) {
    throw new Trouble(`${String(error)}\n${served.said().slice(0, 2_000)}`);
  } finally {
    await served.stop();
  }
}

async function answerOf(port: number, ask: Ask, name: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}${ask.path}`, {
    method: ask.method ?? "GET",
    headers: ask.headers ?? {},
    body: ask.body ?? null,
    redirect: "manual",
  });
  const text = await response.text();
  if (response.status !== ask.status) {
    throw new Trouble(`${name} answered ${response.status}: ${text.slice(0, 500)}`);
  }
}

function printStarts(samples: readonly (readonly Sample[])[]): void {
  const firsts = new Map(
    CASES.map(({ name }, index) => [
      name,
      median((samples[index] ?? []).map(({ firstMs }) => firstMs)),
    ]),
  );
  const empty = firsts.get(EMPTY_NAME) ?? 0;
  print(`CPU milliseconds, medians of ${ROUNDS} starts in turns.\n`);
  printTable(
    [
      ["first request", "left"],
      ["start and first answer", "right"],
      ["above empty", "right"],
      ["second answer", "right"],
      ["limit", "left"],
    ],
    CASES.map(({ name, limit }, index) => {
      const first = firsts.get(name) ?? 0;
      const second = median((samples[index] ?? []).map(({ secondMs }) => secondMs));
      return [
        name,
        first.toFixed(1),
        (first - empty).toFixed(1),
        second.toFixed(1),
        limit === undefined ? "" : limitOf(limit, first, firsts.get(limit.above) ?? 0),
      ];
    }),
  );
}

function limitOf(
  { above, ms }: { readonly above: string; readonly ms: number },
  first: number,
  base: number,
): string {
  const over = first - base > ms ? " MISSED" : "";
  return `${(first - base).toFixed(1)} above "${above}", ≤ ${ms}${over}`;
}

/** What every later request to the API pays for the way through a Worker in front. */
async function printHops({ whole, split }: Configs): Promise<void> {
  const rows = [];
  for (const [name, config] of [
    ["one Worker", whole],
    ["split, through a service binding", split],
  ] as const) {
    const served = await serve(config);
    try {
      const ask = async (): Promise<void> => await answerOf(served.port, HEALTH, name);
      for (let n = 0; n < HOPS; n++) await ask();
      const before = await cpuTime(served.pid);
      for (let n = 0; n < HOPS; n++) await ask();
      rows.push([name, (((await cpuTime(served.pid)) - before) * 1_000) / HOPS]);
    } finally {
      await served.stop();
    }
  }
  print(`GET /api/health when warm, ${HOPS} requests one after the other:\n`);
  printTable(
    [
      ["", "left"],
      ["CPU µs a request", "right"],
    ],
    rows.map(([name, micros]) => [String(name), Number(micros).toFixed(0)]),
  );
}
