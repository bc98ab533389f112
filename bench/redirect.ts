/**
 * `npm run bench:redirect`: what a redirect costs on a server, beside a bare workerd redirect and a
 * minimal Hono one.
 *
 * Every case is a workerd of its own, with stubs for KV, D1 and the queue that answer at once, so
 * the CPU time of its process is the Worker's and the runtime's. Servers share one core, the client
 * has another. Rounds take turns; CPU a request is compared with the bare Worker's in the same
 * round. Stubs run in the same process: a KV read costs about as much there as a bare redirect,
 * which on Cloudflare runs elsewhere. The consumer is off (its cost: `bench:report`).
 *
 * `-- --profile=<case>` samples one case instead, and writes a .cpuprofile. `-- --rounds=n` repeats.
 * `-- --only=<case>` measures the cases that begin so, beside the bare Worker.
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import { build } from "esbuild";
import { unstable_readConfig } from "wrangler";

import { routeRules } from "../src/links/rules/route-rules.ts";
import { buildWorker, bundleRedirectWorker } from "../tools/bundle.ts";
import { canMeasure, cpuTime } from "../tools/process-cpu.ts";
import { main, Trouble } from "../tools/trouble.ts";
import { serve, writeConfig, type Served } from "../tools/workerd.ts";
import { ROOT } from "../tools/wrangler.ts";
import { separateCores } from "./support/cores.ts";
import { runLoad } from "./support/load.ts";
import { print, printHead, printTable, whole } from "./support/print.ts";
import { profileWhile } from "./support/profiler.ts";
import { median, quantile } from "./support/statistics.ts";
import { visitsOf } from "./traffic.ts";

const CONNECTIONS = 32;
const REQUESTS = 20_000;
const WARM_UP_REQUESTS = 20_000;
/**
 * Before each sample, since a process that has waited for its turn has lost its place in the caches.
 * Its copies of links have run out meanwhile: so many requests by Zipf's law leave some 400 of 1,000
 * to be fetched in the sample, which is what five seconds at 4,000 requests a second do.
 */
const PRELUDE_REQUESTS = 2_000;
const PEOPLE = 2_000;
/** Made beforehand and sent again and again. */
const REQUESTS_KNOWN = 4_000;
const ZIPF_LINKS = 1_000;
/** A drain that pauses 250 ms sends what it has in this time; it belongs to the round. */
const DRAIN_MS = 400;

const { values } = parseArgs({
  options: {
    profile: { type: "string" },
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "9" },
  },
});
const ROUNDS = Number(values.rounds);

type TargetName =
  | "bare"
  | "Hono"
  | "a KV read"
  | "Signpost"
  | "redirect alone"
  | "redirect alone, no capture";

interface Case {
  readonly name: string;
  readonly target: TargetName;
  /** The path of a visit; `n` counts them. */
  path(link: number, n: number): string;
  readonly links?: number;
  /** No path comes twice. */
  readonly fresh?: true;
  readonly statuses?: readonly number[];
  /** CPU a request, as a ratio to bare. */
  readonly ratioMax?: number;
}

const hot = () => "/hot";
let colds = 0;
let scanned = 0;

const ALL_CASES: readonly Case[] = [
  { name: "bare workerd, constant 302", target: "bare", path: hot },
  { name: "Hono, one route", target: "Hono", path: hot },
  { name: "a KV read for every redirect, no statistics", target: "a KV read", path: hot },
  { name: "hot link", target: "Signpost", path: hot, ratioMax: 1.35 },
  {
    name: "1,000 links, Zipf",
    target: "Signpost",
    path: (link) => `/zipf-${link}`,
    links: ZIPF_LINKS,
    ratioMax: 1.5,
  },
  { name: "10 rules, user agent", target: "Signpost", path: () => "/rules", ratioMax: 2.3 },
  { name: "A/B", target: "Signpost", path: () => "/ab", ratioMax: 1.5 },
  { name: "password page", target: "Signpost", path: () => "/locked", statuses: [401] },
  {
    name: "repeated 404",
    target: "Signpost",
    path: () => "/none",
    statuses: [404],
    ratioMax: 1.4,
  },
  {
    name: "cold KV, every request",
    target: "Signpost",
    path: () => `/cold-${(colds += 1)}`,
    fresh: true,
  },
  {
    name: "unknown codes, each another",
    target: "Signpost",
    path: () => `/none-${(scanned += 1)}`,
    fresh: true,
    // 503 once the isolate has asked D1 for as many as it may.
    statuses: [404, 503],
    ratioMax: 3,
  },
  { name: "redirect alone, hot link", target: "redirect alone", path: hot },
  { name: "the same without capture", target: "redirect alone, no capture", path: hot },
];

const CASES = ALL_CASES.filter(
  ({ name, target }) => target === "bare" || name.startsWith(values.only),
);

const BARE = `export default {
  fetch: () => new Response(null, { status: 302, headers: { location: "https://example.com/" } }),
};`;

const HONO = `
  import { Hono } from "hono";
  const app = new Hono();
  app.get("/:code", (c) => c.redirect("https://example.com/", 302));
  export default app;
`;

const KV_READ = `export default {
  async fetch(request, env) {
    const key = new URL(request.url).pathname.slice(1);
    const route = JSON.parse(await env.ROUTES.get(key, { cacheTtl: 60 }));
    return new Response(null, { status: 302, headers: { location: route.destination } });
  },
};`;

await main(async () => {
  if (!(await canMeasure())) throw new Trouble("This system does not show a process's CPU time.");
  const folder = await mkdtemp(path.join(tmpdir(), "signpost-bench-redirect-"));
  const cores = await separateCores();
  const running: Served[] = [];
  const start = async (config: string, inspect = false): Promise<Served> => {
    const server = await serve(config, { inspect, prefix: cores ?? [] });
    running.push(server);
    return server;
  };
  try {
    const configs = await configsOf(folder);
    if (values.profile === undefined) await compare(configs, start, cores !== null);
    else await profile(configs, start, values.profile);
    for (const server of running) {
      const said = server.said().replaceAll(/^.*redirect\.misses\.exhausted.*\n/gm, "");
      if (said !== "") throw new Trouble(`A case logged: ${said.slice(0, 2_000)}`);
    }
  } finally {
    await Promise.all(running.map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  }
});

interface Sample {
  readonly cpuMicros: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

type Configs = ReadonlyMap<TargetName, string>;
type Start = (config: string, inspect?: boolean) => Promise<Served>;

async function compare(configs: Configs, start: Start, areApart: boolean): Promise<void> {
  printHead("Server CPU a redirect");
  const servers: Served[] = [];
  for (const { target } of CASES) servers.push(await start(configOf(configs, target)));
  const samples = CASES.map((): Sample[] => []);
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, each] of CASES.entries()) {
      const server = servers[index];
      if (server === undefined) throw new Error(`${each.name} is not served.`);
      const sample = await measure(each, server, round === -1 ? WARM_UP_REQUESTS : REQUESTS);
      if (round >= 0) samples[index]?.push(sample);
    }
  }
  const bare = samples[0] ?? [];
  print(
    `${CONNECTIONS} connections, ${ROUNDS} rounds of ${whole(REQUESTS)} requests in turns, ` +
      `${areApart ? "server and client on a core each" : "on shared cores"}, medians; ` +
      "÷ bare is the median of the rounds' ratios, with the least and the most.\n",
  );
  printTable(
    [
      ["case", "left"],
      ["CPU µs a request", "right"],
      ["÷ bare", "right"],
      ["least–most", "right"],
      ["target", "right"],
      ["requests a second", "right"],
      ["p50 ms", "right"],
      ["p99 ms", "right"],
    ],
    CASES.map((each, index) => rowOf(each, samples[index] ?? [], bare)),
  );
}

function rowOf(
  { name, ratioMax }: Case,
  samples: readonly Sample[],
  bare: readonly Sample[],
): readonly string[] {
  const ratios = samples.map(({ cpuMicros }, round) => cpuMicros / (bare[round]?.cpuMicros ?? 0));
  const ratio = median(ratios);
  const missed = ratioMax !== undefined && ratio > ratioMax ? " MISSED" : "";
  return [
    name,
    whole(median(samples.map(({ cpuMicros }) => cpuMicros))),
    `**${ratio.toFixed(2)}**`,
    `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`,
    ratioMax === undefined ? "" : `≤ ${ratioMax}${missed}`,
    whole(median(samples.map(({ perSecond }) => perSecond))),
    median(samples.map(({ p50 }) => p50)).toFixed(1),
    median(samples.map(({ p99 }) => p99)).toFixed(1),
  ];
}

function configOf(configs: Configs, target: TargetName): string {
  const config = configs.get(target);
  if (config === undefined) throw new Error(`${target} was not built.`);
  return config;
}

async function measure(each: Case, { port, pid }: Served, requests: number): Promise<Sample> {
  const next = requestsOf(each, PRELUDE_REQUESTS + requests);
  const expectedStatuses = each.statuses ?? [302];
  const load = { port, connections: CONNECTIONS, requests, next, expectedStatuses };
  const drained = () => new Promise((resolve) => setTimeout(resolve, DRAIN_MS));
  await runLoad({ ...load, requests: PRELUDE_REQUESTS });
  await drained();
  const before = await cpuTime(pid);
  const { seconds, latencies } = await runLoad(load);
  await drained();
  const cpuMicros = (((await cpuTime(pid)) - before) * 1_000) / requests;
  return {
    cpuMicros,
    perSecond: requests / seconds,
    p50: median(latencies),
    p99: quantile(latencies, 0.99),
  };
}

/** Makes requests beforehand: the client shares the machine with what it measures. */
function requestsOf(each: Case, requests: number): () => Buffer {
  const visit = visitsOf(each.links ?? 1, PEOPLE, 7);
  const length = each.fresh === true ? requests : Math.min(requests, REQUESTS_KNOWN);
  const buffers = Array.from({ length }, (_, n) => {
    const { link, address, userAgent, referer, country, city } = visit();
    const cf = JSON.stringify({ country, city: encodeURIComponent(city), timezone: "Europe/Kyiv" });
    const lines = [
      `GET ${each.path(link, n)} HTTP/1.1`,
      "Host: localhost",
      `User-Agent: ${userAgent}`,
      "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
      "Accept-Language: en-GB,en;q=0.9",
      "Accept-Encoding: gzip, deflate, br, zstd",
      `CF-Connecting-IP: ${address}`,
      `MF-CF-Blob: ${cf}`,
      ...(referer === null ? [] : [`Referer: ${referer}`]),
    ];
    return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
  });
  let at = 0;
  return () => buffers[at++ % buffers.length] ?? Buffer.alloc(0);
}

async function profile(configs: Configs, start: Start, name: string): Promise<void> {
  const each = CASES.find((one) => one.name.startsWith(name));
  if (each === undefined) {
    const known = CASES.map((one) => one.name);
    throw new Trouble(`There is no case "${name}"; there are ${known.join("; ")}.`);
  }
  const server = await start(configOf(configs, each.target), true);
  await measure(each, server, WARM_UP_REQUESTS);
  const port = server.inspectorPort ?? 0;
  const { json, top } = await profileWhile(port, () => measure(each, server, REQUESTS * 2));
  const file = path.join(tmpdir(), "signpost-redirect.cpuprofile");
  await writeFile(file, json);
  printHead(`Where the time of "${each.name}" goes`);
  printTable(
    [
      ["function", "left"],
      ["share of samples that were not idle", "right"],
    ],
    top.slice(0, 30).map(({ name: what, share }) => [what, `${(share * 100).toFixed(1)} %`]),
  );
  print(`The whole profile: ${file}`);
}

async function configsOf(folder: string): Promise<Configs> {
  const config = unstable_readConfig({ config: path.join(ROOT, "wrangler.toml") });
  const vars = Object.entries(config.vars).filter(([, value]) => typeof value === "string");
  // Names of functions are what a profile tells.
  const minify = values.profile === undefined;
  const codes: readonly (readonly [TargetName, string])[] = [
    ["bare", BARE],
    ["Hono", await bundle(HONO)],
    ["a KV read", KV_READ],
    ["Signpost", (await buildWorker(path.join(folder, "worker"), { minify })).code],
    ["redirect alone", await bundleRedirectWorker()],
    ["redirect alone, no capture", await bundleRedirectWorker({ capture: false })],
  ];
  const configs = codes.map(async ([name, code], index) => {
    const worker = {
      name: `target-${index}`,
      code,
      kv: kvModule(),
      vars: {
        ...(Object.fromEntries(vars) as Record<string, string>),
        SIGNPOST_SECRET: "bench-secret-0123456789-abcdefghijkl",
      },
      compatibilityDate: config.compatibility_date ?? "2026-10-01",
    };
    return [name, await writeConfig(folder, worker)] as const;
  });
  return new Map(await Promise.all(configs));
}

async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT, loader: "ts" },
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    write: false,
  });
  return outputFiles.map((file) => file.text).join("");
}

/** What the KV stub holds: every link exists, but for those whose names begin with `none`. */
function kvModule(): string {
  const common = {
    schema: 1,
    linkId: 1,
    version: 1,
    ledger: "1",
    destination: "https://example.com/",
  };
  const variants = ["a", "b"].map((id) => ({ id, to: `https://example.com/${id}`, weight: 50 }));
  const rules = routeRules(
    Array.from({ length: 10 }, (_, index) => ({
      id: `00000000-0000-4000-8000-00000000000${index}`,
      name: null,
      targetUrl: `https://example.com/rule-${index}`,
      countries: index === 9 ? [] : ["US", "DE", "GB", "UA"],
      ...(index === 9 ? {} : { devices: ["wearable"], browsers: ["Brave"] }),
    })),
  );
  return `
    if (/[/]none(-|$)/.test(key)) return null;
    const link = ${JSON.stringify(common)};
    link.destination += key;
    if (key.endsWith("/rules")) link.rules = ${JSON.stringify(rules)};
    if (key.endsWith("/locked")) link.password = 1;
    if (key.endsWith("/ab")) link.variants = ${JSON.stringify(variants)};
    return JSON.stringify(link);
  `;
}
