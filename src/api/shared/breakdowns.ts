/** Words a report's breakdowns for a dialect. */

import type { Breakdowns } from "../../ledger/counts/contract.ts";

type Name = keyof Breakdowns;

/**
 * The name and format of each breakdown in a dialect. Null means that the dialect does not show it,
 * so that a new breakdown does not compile until every dialect decides.
 */
export type BreakdownWords = {
  readonly [N in Name]: readonly [name: string, word: (breakdown: Breakdowns[N]) => unknown] | null;
};

type Worded<Words extends BreakdownWords> = {
  [
    N in Name as Words[N] extends readonly [infer As extends string, unknown] ? As : never
  ]: Words[N] extends readonly [string, (breakdown: never) => infer Shown] ? Shown : never;
};

/** Words the breakdowns that a dialect shows, in the order of its table. */
export function wordBreakdowns<const Words extends BreakdownWords>(
  words: Words,
  report: Breakdowns,
): Worded<Words> {
  const shown = (Object.keys(words) as Name[]).flatMap((name) => {
    const [as, word] = words[name] ?? [];
    return as === undefined ? [] : [[as, (word as (breakdown: unknown) => unknown)(report[name])]];
  });
  return Object.fromEntries(shown) as Worded<Words>;
}
