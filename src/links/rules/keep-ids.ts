/** Gives rules their ids: unchanged rules keep the ids of those that they replace. */

import { CONDITIONS, type NewRule, type Rule, type RuleConditions } from "./rule.ts";

const FIELDS = Object.keys(CONDITIONS) as (keyof RuleConditions)[];

/**
 * Gives ids to the rules of an update. An unchanged rule keeps its id at any position; so does a
 * rule that was only renamed, or whose lists were reordered. A rule without a name field also keeps
 * its name. Of several equal rules, each keeps a different id.
 */
export function keepIds(
  previous: readonly Rule[],
  next: readonly NewRule[],
  newId: () => string,
): Rule[] {
  const free = new Set(previous);
  const kept = new Map<NewRule, Rule>();
  const take = (rule: NewRule, before: Rule | undefined): void => {
    if (before === undefined) return;
    free.delete(before);
    kept.set(rule, before);
  };
  const exact = Map.groupBy(previous, namedContentOf);
  for (const rule of next) take(rule, firstFree(exact.get(namedContentOf(rule)), free));
  const renamed = Map.groupBy(previous, contentOf);
  for (const rule of next) {
    if (!kept.has(rule)) take(rule, firstFree(renamed.get(contentOf(rule)), free));
  }
  return next.map((rule) => {
    const before = kept.get(rule);
    const name = rule.name === undefined ? (before?.name ?? null) : rule.name;
    return { ...rule, id: before?.id ?? newId(), name };
  });
}

/** Returns the same text for rules that send the same visitors to the same destination. */
function contentOf(rule: NewRule): string {
  const values = FIELDS.map((field) => [rule[field] ?? []].flat().map(String).sort());
  return JSON.stringify([rule.targetUrl, ...values]);
}

function namedContentOf(rule: NewRule): string {
  return JSON.stringify([rule.name ?? null, contentOf(rule)]);
}

function firstFree(rules: readonly Rule[] | undefined, free: ReadonlySet<Rule>): Rule | undefined {
  return rules?.find((rule) => free.has(rule));
}
