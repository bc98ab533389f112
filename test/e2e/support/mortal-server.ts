/** A local runtime as `npm start` runs it, with storage of its own, that can be killed and started again. */

import { execFile, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { runWrangler, startWrangler } from "../../../tools/wrangler.ts";

export interface MortalServer {
  readonly origin: string;
  start(): Promise<void>;
  /** Ends it at once, with no chance to put anything in order. */
  kill(): Promise<void>;
  /** Kills it and forgets its storage. */
  close(): Promise<void>;
}

const VARS = `
SIGNPOST_SECRET="e2e-secret-0123456789-abcdefghijklmn"
SIGNUPS="open"
ALLOW_PRIVATE_WEBHOOKS="true"
`;

const START_MS_MAX = 60_000;

export async function mortalServer(): Promise<MortalServer> {
  const folder = await mkdtemp(path.join(tmpdir(), "signpost-mortal-"));
  const [state, vars] = [path.join(folder, "state"), path.join(folder, "vars")];
  const origin = `http://localhost:${await freePort()}`;
  await writeFile(vars, VARS + `PUBLIC_URL="${origin}"\n`);
  const migrate = ["d1", "migrations", "apply", "DB", "--local", "--persist-to", state];
  const migrated = await runWrangler(migrate);
  if (migrated.code !== 0) throw new Error(migrated.output);
  let child: ChildProcess | null = null;

  async function kill(): Promise<void> {
    if (child?.pid === undefined || child.exitCode !== null) return;
    const ended = once(child, "exit");
    // Parents first, or wrangler would start another runtime.
    for (const pid of [child.pid, ...(await descendants(child.pid))]) end(pid);
    await ended;
    child = null;
  }

  return {
    origin,
    async start() {
      const { port } = new URL(origin);
      const args = ["dev", "--port", port, "--inspector-port", String(await freePort())];
      child = startWrangler([...args, "--persist-to", state, "--env-file", vars], "ignore");
      await healthy(origin);
    },
    kill,
    async close() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function healthy(origin: string): Promise<void> {
  const untilMs = Date.now() + START_MS_MAX;
  while (Date.now() < untilMs) {
    const answer = await fetch(`${origin}/api/health`).catch(() => null);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("The local runtime did not start within a minute.");
}

async function descendants(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)("ps", ["-eo", "pid=,ppid="]);
  const pairs = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    pairs.flatMap(([child = 0, of]) => (of === parent ? [child, ...below(child)] : []));
  return below(pid);
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
