/**
 * Measures the cost of a Worker's start up to its first redirect: the CPU time of a workerd process
 * that loads it and answers once. KV and the queue are stubs, so the rest is the Worker's own cost.
 */

import { cpuTime } from "../../tools/process-cpu.ts";
import { Trouble } from "../../tools/trouble.ts";
import { serve, writeConfig } from "../../tools/workerd.ts";

export interface Candidate {
  readonly name: string;
  /** One ES module. */
  readonly code: string;
}

export interface StartCost {
  readonly name: string;
  /** CPU milliseconds, one per round, in order. */
  readonly samples: readonly number[];
}

export interface Surroundings {
  /** Where files are written. */
  readonly folder: string;
  readonly compatibilityDate: string;
  readonly vars: Readonly<Record<string, string>>;
  /** The value that KV returns for every key. */
  readonly record: string;
  readonly rounds: number;
}

const ANSWER_WITHIN_MS = 20_000;

/** Starts every candidate once per round, so that a busy moment affects all of them equally. */
export async function measureStarts(
  candidates: readonly Candidate[],
  surroundings: Surroundings,
): Promise<readonly StartCost[]> {
  const costs = candidates.map(({ name }) => ({ name, samples: [] as number[] }));
  const configs = await Promise.all(
    candidates.map(async (candidate, index) => {
      return await configOf(candidate, `candidate-${index}`, surroundings);
    }),
  );
  // The first round warms the disk cache and does not count.
  for (let round = 0; round <= surroundings.rounds; round += 1) {
    for (const [index, config] of configs.entries()) {
      const cost = await startOnce(config);
      if (round > 0) costs[index]?.samples.push(cost);
    }
  }
  return costs;
}

async function configOf(
  { code }: Candidate,
  name: string,
  { folder, compatibilityDate, vars, record }: Surroundings,
): Promise<string> {
  const kv = `return ${JSON.stringify(record)};`;
  return await writeConfig(folder, { name, code, kv, vars, compatibilityDate });
}

async function startOnce(config: string): Promise<number> {
  const served = await serve(config);
  try {
    const response = await fetch(`http://127.0.0.1:${served.port}/hello`, {
      redirect: "manual",
      headers: { "user-agent": "Mozilla/5.0 Firefox/145.0" },
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const cpuMs = await cpuTime(served.pid);
    if (response.status !== 302) throw new Error(`answered ${response.status} instead of 302`);
    // A Worker that logs does more than redirect, which would be measured too.
    if (served.said() !== "") throw new Error("logged something");
    return cpuMs;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Trouble(
      `The start could not be measured: workerd ${reason}.\n${served.said().trim()}`,
    );
  } finally {
    await served.stop();
  }
}
