/** What a stranger sends: a module of its own for each kind. */

import type { Target } from "./target.ts";

export interface Attack {
  readonly name: string;
  /** Whether the server must hash passwords for it, so that a redirect may wait for one hash. */
  readonly hashes?: true;
  /** Makes what the attack needs. Returns what sends one wave, and gives its answers' statuses. */
  prepare(target: Target): Promise<() => Promise<readonly number[]>>;
}

/** Sends so many requests at once. */
export async function atOnce(
  n: number,
  send: (index: number) => Promise<{ readonly status: number }>,
): Promise<readonly number[]> {
  const answers = await Promise.all(Array.from({ length: n }, (_, index) => send(index)));
  return answers.map(({ status }) => status);
}
