/**
 * Runs a bench Worker on workerd with the bindings of wrangler.toml, simulated by Miniflare, and
 * reached on a socket of its own: Miniflare's usual port passes through a Worker in JavaScript first.
 */

import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_splitSqlQuery } from "wrangler";

import { buildWorker } from "../../tools/bundle.ts";
import { childrenOf } from "../../tools/process-cpu.ts";
import { ROOT } from "../../tools/wrangler.ts";

export interface Runtime {
  /** Asks the bench Worker for one task and gives its answer. */
  ask<Answer>(task: string, question: unknown): Promise<Answer>;
  /** Of workerd itself. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

const NAME = "bench";
const SECRETS = {
  AUTH_SECRET: "bench-auth-secret-0123456789abcdef",
  ENCRYPTION_KEY: "1:YmVuY2gtZW5jcnlwdGlvbi1rZXktMzItYnl0ZXMhISE=",
  ADMIN_TOKEN: "bench-admin-token-0123456789abcdef",
};

/** Starts `bench/worker/entry.ts` with an empty, migrated database; the caller stops it. */
export async function startRuntime(): Promise<Runtime> {
  const folder = await mkdtemp(path.join(tmpdir(), "signpost-bench-"));
  try {
    const { code } = await buildWorker(folder, {
      entry: path.join(ROOT, "bench", "worker", "entry.ts"),
    });
    const storage = await mkdtemp(path.join(await storageRoot(), "signpost-bench-storage-"));
    const miniflare = new Miniflare({ ...optionsOf(code), resourcePersistencePath: storage });
    await miniflare.ready;
    await migrate(await miniflare.getD1Database("DB", NAME));
    const url = await miniflare.unsafeGetDirectURL(NAME);
    const [pid] = await childrenOf(process.pid);
    return {
      ask: (task, question) => ask(url, task, question),
      pid,
      stop: () => stop(miniflare, storage),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function optionsOf(code: string) {
  Object.assign(process.env, SECRETS);
  const { workerOptions } = unstable_getMiniflareWorkerOptions(path.join(ROOT, "wrangler.toml"));
  // What a bench does with clicks it does itself; and assets would put a router before the Worker.
  const { assets: _, queueConsumers: __, cronTriggers: ___, bindings, ...rest } = workerOptions;
  return convertV4MiniflareOptions({
    ...rest,
    name: NAME,
    bindings: { ...(bindings as Record<string, string>), ...SECRETS, SIGNUPS: "open" },
    modules: [{ type: "ESModule", path: "index.js", contents: code }],
    cf: false,
    logRequests: false,
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  });
}

async function migrate(db: Awaited<ReturnType<Miniflare["getD1Database"]>>): Promise<void> {
  const folder = path.join(ROOT, "migrations");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".sql")).toSorted();
  for (const file of files) {
    const text = await readFile(path.join(folder, file), "utf8");
    await db.batch(unstable_splitSqlQuery(text).map((statement) => db.prepare(statement)));
  }
}

async function ask<Answer>(url: URL, task: string, question: unknown): Promise<Answer> {
  const response = await fetch(new URL(`/${task}`, url), {
    method: "POST",
    body: JSON.stringify(question),
  });
  if (!response.ok)
    throw new Error(`${task} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}

async function stop(miniflare: Miniflare, storage: string): Promise<void> {
  await miniflare.dispose();
  await rm(storage, { recursive: true, force: true });
}

/** Memory where there is a disk of it: a bench measures this code, not this machine's disk. */
async function storageRoot(): Promise<string> {
  const memory = "/dev/shm";
  return (await stat(memory).catch(() => null)) === null ? tmpdir() : memory;
}
