/** Runs the bench Worker, and asks it for tasks. */

import path from "node:path";

import { ROOT } from "../../tools/wrangler.ts";
import { startServer } from "./server.ts";

export interface Runtime {
  /** Asks the bench Worker for one task and gives its answer. */
  ask<Answer>(task: string, question: unknown): Promise<Answer>;
  /** Of workerd itself. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** Starts `bench/worker/entry.ts`, which does itself what consumers of queues do. */
export async function startRuntime(): Promise<Runtime> {
  const entry = path.join(ROOT, "bench", "worker", "entry.ts");
  const server = await startServer({ entry, consumes: false });
  return {
    ask: (task, question) => ask(server.url, task, question),
    pid: server.pid,
    stop: () => server.stop(),
  };
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
