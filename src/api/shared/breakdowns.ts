/** Puts a report's breakdowns into the words of a dialect. */

import type { Breakdowns } from "../../ledger/counts/contract.ts";

type Name = keyof Breakdowns;

/**
 * Under which name a dialect shows each breakdown, and how. Null where it has no place for one, so
 * that a breakdown which no dialect has been asked about does not compile.
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
