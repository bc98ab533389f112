/** Runs a Worker on workerd, with the bindings of wrangler.toml simulated by Miniflare. */

import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_splitSqlQuery } from "wrangler";

import { buildWorker } from "../../tools/bundle.ts";
import { childrenOf } from "../../tools/process-cpu.ts";
import { ROOT } from "../../tools/wrangler.ts";

export interface BenchServer {
  /** A socket of the Worker's own: Miniflare's usual port passes through a Worker in JavaScript. */
  readonly url: URL;
  /** Of workerd itself. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

export interface BenchWorker {
  /** In place of the Worker itself. */
  readonly entry?: string;
  readonly vars?: Readonly<Record<string, string>>;
  /** Whether it also gets what it sends to its queues. */
  readonly consumes: boolean;
}

const NAME = "bench";
const SECRETS = { SIGNPOST_SECRET: "bench-secret-0123456789-abcdefghijkl" };

/** Starts a Worker with an empty, migrated database; the caller stops it. */
export async function startServer(worker: BenchWorker): Promise<BenchServer> {
  const folder = await mkdtemp(path.join(tmpdir(), "signpost-bench-"));
  try {
    const { entry } = worker;
    const { code } = await buildWorker(folder, entry === undefined ? {} : { entry });
    const storage = await mkdtemp(path.join(await storageRoot(), "signpost-bench-storage-"));
    const options = { ...optionsOf(code, worker), resourcePersistencePath: storage };
    const others = new Set(await childrenOf(process.pid));
    const miniflare = new Miniflare(options);
    await miniflare.ready;
    await migrate(await miniflare.getD1Database("DB", NAME));
    const url = await miniflare.unsafeGetDirectURL(NAME);
    const pid = (await childrenOf(process.pid)).find((child) => !others.has(child));
    return { url, pid, stop: () => stop(miniflare, storage) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function optionsOf(code: string, { vars = {}, consumes }: BenchWorker) {
  Object.assign(process.env, SECRETS);
  const { workerOptions } = unstable_getMiniflareWorkerOptions(path.join(ROOT, "wrangler.toml"));
  // Assets would put a router before the Worker.
  const { assets: _, queueConsumers, cronTriggers: __, bindings, ...rest } = workerOptions;
  const consumers = (consumes ? queueConsumers : {}) as Record<string, object>;
  return convertV4MiniflareOptions({
    ...rest,
    queueConsumers: consumers,
    name: NAME,
    bindings: { ...(bindings as Record<string, string>), ...SECRETS, SIGNUPS: "open", ...vars },
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

async function stop(miniflare: Miniflare, storage: string): Promise<void> {
  await miniflare.dispose();
  await rm(storage, { recursive: true, force: true });
}

/** Memory where there is a disk of it: a bench measures this code, not this machine's disk. */
async function storageRoot(): Promise<string> {
  const memory = "/dev/shm";
  return (await stat(memory).catch(() => null)) === null ? tmpdir() : memory;
}
