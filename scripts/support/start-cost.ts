/**
 * Measures what a Worker costs from nothing to its first redirect: the CPU time of a workerd process
 * that loads it and answers once. KV and the queue are stubs, so what is left is the Worker's own.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";

import { Trouble } from "./trouble.ts";
import { ROOT } from "./wrangler.ts";

export interface Candidate {
  readonly name: string;
  /** One ES module. */
  readonly code: string;
}

export interface StartCost {
  readonly name: string;
  /** CPU milliseconds, one a round, in the rounds' order. */
  readonly samples: readonly number[];
}

export interface Surroundings {
  /** Files are written here. */
  readonly folder: string;
  readonly compatibilityDate: string;
  readonly vars: Readonly<Record<string, string>>;
  /** What KV answers for every key. */
  readonly record: string;
  readonly rounds: number;
}

const WORKERD = path.join(ROOT, "node_modules", "workerd", "bin", "workerd");
const ANSWER_WITHIN_MS = 20_000;

/** Tells whether this system shows the CPU time of another process (Linux does). */
export async function canMeasure(): Promise<boolean> {
  return (await readFile("/proc/self/schedstat").catch(() => null)) !== null;
}

/** Starts every candidate once a round, in turns, so that a busy moment of the machine hits all alike. */
export async function measureStarts(
  candidates: readonly Candidate[],
  surroundings: Surroundings,
): Promise<readonly StartCost[]> {
  const costs = candidates.map(({ name }) => ({ name, samples: [] as number[] }));
  const configs = await Promise.all(
    candidates.map(async (candidate, index) => {
      return await writeConfig(candidate, `candidate-${index}`, surroundings);
    }),
  );
  // The first round warms the disk's cache and does not count.
  for (let round = 0; round <= surroundings.rounds; round += 1) {
    for (const [index, config] of configs.entries()) {
      const cost = await startOnce(config);
      if (round > 0) costs[index]?.samples.push(cost);
    }
  }
  return costs;
}

async function writeConfig(
  { code }: Candidate,
  name: string,
  { folder, compatibilityDate, vars, record }: Surroundings,
): Promise<string> {
  await writeFile(path.join(folder, `${name}.js`), code);
  const kv = `export default { fetch: () => new Response(${JSON.stringify(record)}) };`;
  await writeFile(path.join(folder, "kv.js"), kv);
  // Answered as Cloudflare does: a queue that seems to fail makes the redirect load its way around it.
  const queue = `export default { async fetch(request) {
    await request.arrayBuffer();
    return Response.json({ metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } });
  } };`;
  await writeFile(path.join(folder, "queue.js"), queue);
  const bindings = [
    `(name = "ROUTES", kvNamespace = "kv")`,
    `(name = "CLICKS", queue = "queue")`,
    ...Object.entries(vars).map(([key, value]) => {
      return `(name = ${JSON.stringify(key)}, text = ${JSON.stringify(value)})`;
    }),
  ];
  const worker = (file: string, bound: readonly string[]): string => {
    return `(modules = [(name = "${file}", esModule = embed "${file}")], compatibilityDate = "${compatibilityDate}", bindings = [${bound.join(", ")}])`;
  };
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = ${worker(`${name}.js`, bindings)}),
    (name = "kv", worker = ${worker("kv.js", [])}),
    (name = "queue", worker = ${worker("queue.js", [])}),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
  const file = path.join(folder, `${name}.capnp`);
  await writeFile(file, config);
  return file;
}

async function startOnce(config: string): Promise<number> {
  // workerd tells on descriptor 3 which port it was given.
  const child = spawn(WORKERD, ["serve", "--control-fd=3", config], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  try {
    const port = await portOf(child);
    const response = await fetch(`http://127.0.0.1:${port}/hello`, {
      redirect: "manual",
      headers: { "user-agent": "Mozilla/5.0 Firefox/145.0" },
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const cpuMs = await cpuTime(child.pid);
    if (response.status !== 302) throw new Error(`answered ${response.status} instead of 302`);
    // A Worker that logs does something else than redirect, and would be measured for that.
    if (said !== "") throw new Error("logged something");
    return cpuMs;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Trouble(`The start could not be measured: workerd ${reason}.\n${said.trim()}`);
  } finally {
    child.kill("SIGKILL");
    await closed;
  }
}

async function portOf(child: ChildProcess): Promise<number> {
  const control = child.stdio[3] as Readable;
  return await new Promise((resolve, reject) => {
    let text = "";
    control.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const port = /"event":"listen".*?"port":(\d+)/.exec(text)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(`ended with code ${code}`)));
  });
}

/** Adds up the time on a CPU of a process's threads, in milliseconds. */
async function cpuTime(pid: number | undefined): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`);
  const nanoseconds = await Promise.all(
    threads.map(async (thread) => {
      const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8");
      return Number(text.split(" ", 1)[0]);
    }),
  );
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e6;
}
