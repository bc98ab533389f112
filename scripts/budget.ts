/**
 * `npm run budget`: measures the size of the redirect and the Worker, and the cost of a cold start.
 *
 * Sizes are exact and fail at their limit. Start-up is CPU time on the current machine, so only the
 * difference from an empty Worker in the same run is compared, as medians of interleaved rounds. It
 * fails only past the limit plus a tolerance, which grows with the time of the empty Worker.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { cpus, platform, tmpdir } from "node:os";
import path from "node:path";

import { unstable_readConfig } from "wrangler";

import { ROUTE_SCHEMA, type RouteRecord } from "../src/links/route/record.ts";
import { buildWorker, bundleRedirect, bundleRedirectWorker, eagerPart } from "../tools/bundle.ts";
import { canMeasure } from "../tools/process-cpu.ts";
import { main, Trouble } from "../tools/trouble.ts";
import { ROOT } from "../tools/wrangler.ts";
import { measureStarts, type StartCost } from "./support/start-cost.ts";

const REDIRECT_BYTES_MAX = 20_000;
const WORKER_GZIP_BYTES_MAX = 350_000;
const START_MS_MAX = 40;
/** Two runs on a busy machine differ by about this fraction. */
const START_TOLERANCE = 0.25;
/** An empty Worker's start on the machine where the limit was set. Slower ones get more time. */
const REFERENCE_EMPTY_MS = 30;
const START_ROUNDS = 15;
/** Packages that may never load before a redirect. Others are listed, and limited by start-up. */
const LAZY_ONLY = /^(?:hono|zod|drizzle-orm|better-auth|@hono\/.*|@better-auth\/.*|kysely)$/;

const EMPTY_WORKER = `export default {
  fetch: () => new Response(null, { status: 302, headers: { location: "https://example.com/" } }),
};`;

await main(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "signpost-budget-"));
  try {
    const failures = await check(folder);
    if (failures.length > 0) throw new Trouble(`\nOver budget: ${failures.join("; ")}.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

async function check(folder: string): Promise<readonly string[]> {
  const redirect = await bundleRedirect();
  const worker = await buildWorker(path.join(folder, "worker"));
  const eager = await eagerPart();
  const redirectBytes = Buffer.byteLength(redirect);

  const failures: string[] = [];
  console.info("Sizes");
  row("redirect entry, minified", kilobytes(redirectBytes), `≤ ${kilobytes(REDIRECT_BYTES_MAX)}`);
  row("whole Worker, gzip", kilobytes(worker.gzipBytes), `≤ ${kilobytes(WORKER_GZIP_BYTES_MAX)}`);
  row(
    "loaded before a redirect",
    kilobytes(eager.bytes),
    eager.packages.join(", ") || "no package",
  );
  if (redirectBytes > REDIRECT_BYTES_MAX) failures.push("the redirect entry's size");
  if (worker.gzipBytes > WORKER_GZIP_BYTES_MAX) failures.push("the Worker's size");
  const tooEarly = eager.packages.filter((name) => LAZY_ONLY.test(name));
  if (tooEarly.length > 0) failures.push(`${tooEarly.join(", ")} loaded before a redirect`);

  if (!(await canMeasure())) {
    console.info(
      `\nStart-up: not measured, ${platform()} does not show another process's CPU time.`,
    );
    return failures;
  }
  const config = unstable_readConfig({ config: path.join(ROOT, "wrangler.toml") });
  const costs = await measureStarts(
    [
      { name: "empty Worker", code: EMPTY_WORKER },
      { name: "redirect alone", code: await bundleRedirectWorker() },
      { name: "whole Worker", code: worker.code },
    ],
    {
      folder,
      compatibilityDate: config.compatibility_date ?? "2026-10-01",
      vars: { ...stringsOf(config.vars), SIGNPOST_SECRET: "budget-secret-0123456789-abcdefghijk" },
      record: JSON.stringify(record()),
      rounds: START_ROUNDS,
    },
  );
  if (!reportStarts(costs)) failures.push("the start-up");
  return failures;
}

/** Prints the table. Returns whether the whole Worker is within limit and tolerance. */
function reportStarts(costs: readonly StartCost[]): boolean {
  const [empty = 0, alone = 0, whole = 0] = costs.map(({ samples }) => median(samples));
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const slowness = Math.max(1, empty / REFERENCE_EMPTY_MS);
  const failsPastMs = START_MS_MAX * (1 + START_TOLERANCE) * slowness;
  const limit = `≤ ${START_MS_MAX} ms above empty (here it fails past ${milliseconds(failsPastMs)})`;
  console.info(
    `\nCPU time from start to the first redirect, median of ${START_ROUNDS} interleaved rounds` +
      `\n(${cpus().length} × ${model}, ${platform()})`,
  );
  row("empty Worker", milliseconds(empty), spread(costs[0]));
  row("redirect alone", milliseconds(alone), `${milliseconds(alone - empty)} above empty`);
  row("whole Worker", milliseconds(whole), `${milliseconds(whole - empty)} above empty, ${limit}`);
  console.info(
    `  Two Workers instead of one would save a redirect's cold start ${milliseconds(whole - alone)}.`,
  );
  return whole - empty <= failsPastMs;
}

function record(): RouteRecord {
  return {
    schema: ROUTE_SCHEMA,
    linkId: 1,
    version: 1,
    ledger: "1" as RouteRecord["ledger"],
    destination: "https://example.com/",
  };
}

function stringsOf(vars: Readonly<Record<string, unknown>>): Record<string, string> {
  const strings = Object.entries(vars).filter(([, value]) => typeof value === "string");
  return Object.fromEntries(strings) as Record<string, string>;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function spread(cost: StartCost | undefined): string {
  if (cost === undefined) return "";
  return `from ${milliseconds(Math.min(...cost.samples))} to ${milliseconds(Math.max(...cost.samples))}`;
}

function row(name: string, value: string, note: string): void {
  console.info(`  ${name.padEnd(26)}${value.padStart(9)}   ${note}`);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}

function milliseconds(value: number): string {
  return `${value.toFixed(1)} ms`;
}
