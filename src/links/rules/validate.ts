/**
 * Reads a link's rules as clients write them, by RevoLink's constraints.
 *
 * Ids and unknown fields are ignored. A refusal names the rule by its place in the list, from 0.
 */

import { err, ok, type Result } from "../../platform/result.ts";
import { conditionsOf, firstConditionOf, type FieldProblem, type RawObject } from "./conditions.ts";
import type { NewRule } from "./rule.ts";

/**
 * Decides whether an address may be led to: gives the text to store, or what is wrong, as a
 * sentence goes on from the field's name and without its full stop ("must be a valid URL").
 */
export type UrlCheck = (text: string) => Result<string, string>;

export interface RuleRefusal {
  /** A whole sentence. */
  readonly message: string;
  /** Null where it is about the list as a whole. */
  readonly ruleIndex: number | null;
  readonly field: string;
}

export interface ValidRules {
  /** Its target is the link's own destination. */
  readonly defaultRule: { readonly targetUrl: string };
  /** The others, in the order in which they are tried. */
  readonly rules: readonly NewRule[];
}

const RULES_MAX = 100;
/** They are one value in D1, and part of one in KV that redirects parse. */
const RULES_BYTES_MAX = 256_000;
const NAME_LENGTH_MAX = 100;

/** Gives the rules apart from their default, or a sentence for the first thing that is wrong. */
export function validateRules(input: unknown, checkUrl: UrlCheck): Result<ValidRules, RuleRefusal> {
  if (!Array.isArray(input) || input.length === 0) {
    return refuseList("rules", "rules must be a non-empty array.");
  }
  const items: readonly unknown[] = input;
  if (items.length > RULES_MAX) {
    return refuseList("rules", TOO_MANY);
  }
  const rules: NewRule[] = [];
  let defaultRule: NewRule | null = null;
  for (const [index, item] of items.entries()) {
    const read = readRule(item, checkUrl);
    if (!read.ok) return err(refusalOf(index, read.error));
    const { isDefault, rule } = read.value;
    if (isDefault && defaultRule !== null) return refuseList("isDefault", ONE_DEFAULT, index);
    if (isDefault) defaultRule = rule;
    else rules.push(rule);
  }
  if (defaultRule === null) return refuseList("isDefault", ONE_DEFAULT);
  if (isTooLarge(rules)) return refuseList("rules", TOO_LARGE);
  return ok({ defaultRule: { targetUrl: defaultRule.targetUrl }, rules });
}

/**
 * Gives rules of a list that has no default, since the link's own destination is it; the list may be
 * empty.
 */
export function validateRuleList(
  input: unknown,
  checkUrl: UrlCheck,
): Result<readonly NewRule[], RuleRefusal> {
  if (!Array.isArray(input)) return refuseList("rules", "rules must be an array.");
  const items: readonly unknown[] = input;
  if (items.length > RULES_MAX) return refuseList("rules", TOO_MANY);
  const rules: NewRule[] = [];
  for (const [index, item] of items.entries()) {
    const read = readRule(item, checkUrl, false);
    if (!read.ok) return err(refusalOf(index, read.error));
    rules.push(read.value.rule);
  }
  return isTooLarge(rules) ? refuseList("rules", TOO_LARGE) : ok(rules);
}

const TOO_MANY = `rules must have at most ${RULES_MAX} items.`;
const TOO_LARGE = `rules must not exceed ${RULES_BYTES_MAX / 1_000} kB in all.`;
const NO_DEFAULT: FieldProblem = {
  field: "isDefault",
  problem: "must be left out: the link's own destination is the default",
};

function isTooLarge(rules: readonly NewRule[]): boolean {
  return new TextEncoder().encode(JSON.stringify(rules)).length > RULES_BYTES_MAX;
}

const ONE_DEFAULT = "Exactly one rule must have isDefault: true.";

interface ReadRule {
  readonly isDefault: boolean;
  readonly rule: NewRule;
}

function readRule(
  item: unknown,
  checkUrl: UrlCheck,
  hasDefault = true,
): Result<ReadRule, FieldProblem> {
  if (typeof item !== "object" || item === null || Array.isArray(item)) {
    return err({ field: null, problem: "must be an object" });
  }
  const raw = item as RawObject;
  const isDefault = hasDefault ? raw["isDefault"] : (raw["isDefault"] ?? false);
  if (typeof isDefault !== "boolean") {
    return err({ field: "isDefault", problem: "must be true or false" });
  }
  if (isDefault && !hasDefault) return err(NO_DEFAULT);
  const targetUrl = targetOf(raw, checkUrl);
  if (!targetUrl.ok) return targetUrl;
  const name = nameOf(raw);
  if (!name.ok) return name;
  const condition = firstConditionOf(raw);
  if (isDefault && condition !== null) {
    return err({ field: condition, problem: "is not allowed: the default rule has no conditions" });
  }
  const conditions = conditionsOf(raw);
  if (!conditions.ok) return conditions;
  const rule = { ...name.value, targetUrl: targetUrl.value, ...conditions.value };
  return ok({ isDefault, rule });
}

function targetOf({ targetUrl }: RawObject, checkUrl: UrlCheck): Result<string, FieldProblem> {
  if (targetUrl === undefined || targetUrl === null || targetUrl === "") {
    return err({ field: "targetUrl", problem: "is required" });
  }
  if (typeof targetUrl !== "string")
    return err({ field: "targetUrl", problem: "must be a string" });
  const checked = checkUrl(targetUrl);
  return checked.ok ? checked : err({ field: "targetUrl", problem: checked.error });
}

/** Absent stays absent: `keepIds` tells it from a name taken away by null or white space. */
function nameOf({ name }: RawObject): Result<Pick<NewRule, "name">, FieldProblem> {
  if (name === undefined) return ok({});
  if (name === null) return ok({ name: null });
  if (typeof name !== "string" || name.length > NAME_LENGTH_MAX) {
    const problem = `must be a string of at most ${NAME_LENGTH_MAX} characters`;
    return err({ field: "name", problem });
  }
  return ok({ name: name.trim().toWellFormed() || null });
}

function refusalOf(ruleIndex: number, { field, problem }: FieldProblem): RuleRefusal {
  const path = field === null ? `rules[${ruleIndex}]` : `rules[${ruleIndex}].${field}`;
  return { message: `${path} ${problem}.`, ruleIndex, field: field ?? "rules" };
}

function refuseList(
  field: string,
  message: string,
  ruleIndex: number | null = null,
): { ok: false; error: RuleRefusal } {
  return err({ message, ruleIndex, field });
}
