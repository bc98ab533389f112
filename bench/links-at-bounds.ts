/**
 * What links at the bounds of `src/links/bounds.ts` cost a redirect, beside a link with ten rules:
 * CPU time of one workerd that serves them all, in turns, so that the machine's moods fall on all
 * alike. `npm run bench -- links`; also callable as a part of other benches.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { unstable_readConfig } from "wrangler";

import { routeRules } from "../src/links/rules/route-rules.ts";
import { type RuleConditions, RULES_MAX } from "../src/links/rules/rule.ts";
import { VARIANT_TEXT_LENGTH_MAX, VARIANTS_MAX } from "../src/links/variants/ab-test.ts";
import { buildWorker } from "../tools/bundle.ts";
import { canMeasure, cpuTime } from "../tools/process-cpu.ts";
import { Trouble } from "../tools/trouble.ts";
import { serve, type Served, writeConfig } from "../tools/workerd.ts";
import { ROOT } from "../tools/wrangler.ts";
import { separateCores } from "./support/cores.ts";
import { runLoad } from "./support/load.ts";
import { print, printHead, printTable, whole } from "./support/print.ts";
import { median } from "./support/statistics.ts";

/** A link at a bound takes at most so many times the CPU of a link with ten rules. */
export const RATIO_MAX = 2;

// Those of src/links/bounds.ts, whose types need the Worker's environment.
const RECORD_BYTES_MAX = 256 * 1024;
const TARGET_LENGTH_MAX = 8_000;

const CONNECTIONS = 16;
const REQUESTS = 3_000;
const ROUNDS = 5;
/** What a drain that pauses 250 ms still sends belongs to the sample. */
const DRAIN_MS = 400;

export interface LinkCost {
  readonly name: string;
  readonly cpuMicros: number;
  /** To the link with ten rules, the median of the rounds. */
  readonly ratio: number;
}

interface Case {
  readonly name: string;
  readonly record: Readonly<Record<string, unknown>>;
  readonly query?: string;
  readonly cookie?: string;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".split("");
const COUNTRIES = LETTERS.flatMap((a) => LETTERS.map((b) => a + b)).filter((code) => code !== "UA");
const CITIES = Array.from({ length: 100 }, (_, n) => `A city with a long name, number ${n}`);
const ZONES = Intl.supportedValuesOf("timeZone");

/** Rules of which none holds for the visitor of `requestOf`. */
function rulesOf(
  count: number,
  conditionsOf: (index: number) => RuleConditions,
  targetLength = 40,
) {
  return routeRules(
    Array.from({ length: count }, (_, index) => ({
      id: crypto.randomUUID(),
      name: null,
      targetUrl: `https://example.com/${index}-`.padEnd(targetLength, "x"),
      ...conditionsOf(index),
    })),
  );
}

function variantsOf(letter: string) {
  return Array.from({ length: VARIANTS_MAX }, (_, n) => ({
    id: `${letter.repeat(VARIANT_TEXT_LENGTH_MAX - 2)}${n}`,
    to: `https://example.com/${n}`,
    weight: 1,
  }));
}

/** All kinds but `app`, which no desktop browser meets; only the last one does not hold. */
const almost = (index: number): RuleConditions => ({
  countries: [...COUNTRIES.slice(0, 60), "UA"],
  continents: ["AS", "EU"],
  queryParams: ["utm_source=mail", "q=1"],
  referrers: ["news.example", "example.com"],
  languages: ["de", "uk"],
  cities: [...CITIES.slice(0, 25), "Kyiv"],
  timeStart: "00:00",
  timeEnd: "23:59",
  days: [0, 1, 2, 3, 4, 5, 6],
  timezone: ZONES[index] ?? "UTC",
  devices: ["desktop", "mobile"],
  os: ["Windows", "iOS"],
  browsers: ["Brave"],
});

const LONG = "https://example.com/".padEnd(2_000, "x");
const parameters = (name: string, value: string) =>
  Array.from({ length: 100 }, (_, n) => `${name}${n}=${value}`).join("&");

const TEN_RULES: Case = {
  name: "10 rules, user agent",
  record: {
    rules: rulesOf(10, () => ({
      countries: ["US", "DE", "GB", "UA"],
      devices: ["wearable"],
      browsers: ["Brave"],
    })),
  },
};

const AT_BOUNDS: readonly Case[] = [
  { name: "20 rules, every condition", record: { rules: rulesOf(20, almost) }, query: "?q=1" },
  {
    name: "100 rules, every condition",
    record: { rules: rulesOf(RULES_MAX, almost) },
    query: "?q=1",
  },
  {
    name: "100 rules, 250 countries each",
    record: { rules: rulesOf(RULES_MAX, () => ({ countries: COUNTRIES.slice(0, 250) })) },
  },
  {
    name: "100 rules, 60 cities each",
    record: {
      rules: rulesOf(RULES_MAX, () => ({ countries: ["UA"], cities: CITIES.slice(0, 60) })),
    },
  },
  {
    name: "100 rules, long targets",
    record: { rules: rulesOf(RULES_MAX, () => ({ countries: ["DE"] }), 2_000) },
  },
  {
    name: "100 variants, the longest location",
    record: {
      variants: variantsOf("v").map((it) => ({ ...it, to: it.to.padEnd(2_000, "x") })),
    },
  },
  {
    name: "100 variants, sticky, a cookie of none",
    record: { variants: variantsOf("\u6f22"), sticky: true },
    cookie: encodeURIComponent("\u6f22".repeat(VARIANT_TEXT_LENGTH_MAX)),
  },
  {
    name: "the longest location",
    record: { destination: "https://example.com/".padEnd(TARGET_LENGTH_MAX, "x") },
  },
  {
    name: "a visitor's query of 100 parameters",
    record: { destination: LONG, forwardQuery: true },
    query: `?${parameters("p", "v".repeat(50))}`,
  },
  {
    name: "the same, percent-encoded",
    record: { destination: `https://example.com/?${"%C3%BC&".repeat(280)}`, forwardQuery: true },
    query: `?${parameters("%C3%BC", "%41".repeat(15))}`,
  },
];

/** Measures all links, the one with ten rules first. */
export async function measureLinksAtBounds(): Promise<readonly LinkCost[]> {
  if (!(await canMeasure())) throw new Trouble("This system does not show a process's CPU time.");
  const folder = await mkdtemp(path.join(tmpdir(), "signpost-bench-links-"));
  const cases = [TEN_RULES, ...AT_BOUNDS];
  const server = await serve(await configOf(folder, cases), {
    prefix: (await separateCores()) ?? [],
  });
  try {
    const samples = cases.map((): number[] => []);
    for (let round = -1; round < ROUNDS; round++) {
      for (const [index, each] of cases.entries()) {
        const cpuMicros = await measure(server, requestOf(each, index));
        if (round >= 0) samples[index]?.push(cpuMicros);
      }
    }
    const base = samples[0] ?? [];
    return cases.map(({ name }, index) => {
      const own = samples[index] ?? [];
      const ratios = own.map((cpuMicros, round) => cpuMicros / (base[round] ?? 0));
      return { name, cpuMicros: median(own), ratio: median(ratios) };
    });
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Prints what links at bounds cost. Throws if one costs too much. */
export async function benchLinksAtBounds(): Promise<void> {
  printHead("Links at their bounds, beside one with ten rules");
  const costs = await measureLinksAtBounds();
  printTable(
    [
      ["link", "left"],
      ["CPU µs a redirect", "right"],
      ["÷ ten rules", "right"],
      ["target", "right"],
    ],
    costs.map(({ name, cpuMicros, ratio }) => [
      name,
      whole(cpuMicros),
      `**${ratio.toFixed(2)}**`,
      ratio > RATIO_MAX ? `≤ ${RATIO_MAX} MISSED` : `≤ ${RATIO_MAX}`,
    ]),
  );
  print(`${ROUNDS} rounds of ${whole(REQUESTS)} requests in turns, medians.`);
}

async function measure({ port, pid }: Served, request: Buffer): Promise<number> {
  const load = { port, connections: CONNECTIONS, next: () => request, expectedStatuses: [302] };
  const drained = () => new Promise((resolve) => setTimeout(resolve, DRAIN_MS));
  await runLoad({ ...load, requests: REQUESTS / 4 });
  await drained();
  const before = await cpuTime(pid);
  await runLoad({ ...load, requests: REQUESTS });
  await drained();
  return (((await cpuTime(pid)) - before) * 1_000) / REQUESTS;
}

function requestOf({ query = "", cookie }: Case, index: number): Buffer {
  const cf = JSON.stringify({ country: "UA", city: "Kyiv", timezone: "Europe/Kyiv" });
  const lines = [
    `GET /case-${index}${query} HTTP/1.1`,
    "Host: localhost",
    "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
    "Accept: text/html",
    "Accept-Language: uk-UA,uk;q=0.9,en-US;q=0.8,en;q=0.7",
    "Referer: https://www.example.com/",
    "CF-Connecting-IP: 198.51.100.7",
    `MF-CF-Blob: ${cf}`,
    ...(cookie === undefined ? [] : [`Cookie: signpost_variant=${cookie}`]),
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
}

async function configOf(folder: string, cases: readonly Case[]): Promise<string> {
  const config = unstable_readConfig({ config: path.join(ROOT, "wrangler.toml") });
  const vars = Object.entries(config.vars).filter(([, value]) => typeof value === "string");
  const records = cases.map(({ name, record }, index) => {
    const text = JSON.stringify({
      schema: 1,
      linkId: index + 1,
      version: 1,
      ledger: "1",
      destination: "https://example.com/",
      ...record,
    });
    const bytes = Buffer.byteLength(text);
    if (bytes > RECORD_BYTES_MAX) throw new Error(`"${name}" is beyond the bound: ${bytes} bytes.`);
    return [`case-${index}`, text] as const;
  });
  return writeConfig(folder, {
    name: "links",
    code: (await buildWorker(path.join(folder, "worker"), { minify: true })).code,
    kv: `return ${JSON.stringify(Object.fromEntries(records))}[key.split("/").at(-1)] ?? null;`,
    vars: {
      ...(Object.fromEntries(vars) as Record<string, string>),
      SIGNPOST_SECRET: "bench-secret-0123456789-abcdefghijkl",
    },
    compatibilityDate: config.compatibility_date ?? "2026-10-01",
  });
}
