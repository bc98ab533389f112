/**
 * Reads a link's rules as clients write them: with a default among them, as in RevoLink, or without
 * one, where the link's own destination is the default.
 *
 * Ids and unknown fields are ignored. The engine checks the destinations.
 */

import { type NewRule, type RuleConditions, RULES_MAX } from "../../../links/rules/rule.ts";
import { utf8 } from "../../../platform/bytes.ts";
import { isObject } from "../../../platform/is-object.ts";
import { err, ok, type Result } from "../../../platform/result.ts";
import { type FieldFault, refuseField, refuseItem, type WireFault } from "./fault.ts";
import {
  firstConditionField,
  parseConditions,
  type RawObject,
  type Reach,
} from "./rule-conditions.ts";

export interface RulesWithDefault {
  /** The link's own destination. */
  readonly defaultTarget: string;
  /** The index of the default in the list. */
  readonly defaultIndex: number;
  /** The other rules, in the order in which they are tried. */
  readonly rules: readonly NewRule[];
}

/** Refused before the link is accepted, whose route record is limited to about the same. */
const RULES_BYTES_MAX = 256_000;
export const RULE_NAME_LENGTH_MAX = 100;

/** Returns the rules and, separately, their default, or the first fault. */
export function parseRulesWithDefault(raw: unknown): Result<RulesWithDefault, WireFault> {
  if (!Array.isArray(raw) || raw.length === 0) {
    return refuseField("rules", "must be a non-empty array");
  }
  const parsed = parseList(raw, parseRuleOrDefault);
  if (!parsed.ok) return parsed;
  const defaults = parsed.value.flatMap(({ isDefault }, index) => (isDefault ? [index] : []));
  const [defaultIndex, second] = defaults;
  if (second !== undefined) return refuseDefaults(`rules[${second}].isDefault`);
  if (defaultIndex === undefined) return refuseDefaults("rules");
  const rules = parsed.value.filter(({ isDefault }) => !isDefault).map(({ rule }) => rule);
  if (isTooLarge(rules)) return refuseSize();
  const defaultTarget = parsed.value[defaultIndex]?.rule.targetUrl ?? "";
  return ok({ defaultTarget, defaultIndex, rules });
}

/** Returns the rules of a list without a default, which may be empty, or the first fault. */
export function parseRules(raw: unknown): Result<readonly NewRule[], WireFault> {
  if (!Array.isArray(raw)) return refuseField("rules", "must be an array");
  const rules = parseList(raw, parseRule);
  return rules.ok && isTooLarge(rules.value) ? refuseSize() : rules;
}

function parseList<T>(
  items: readonly unknown[],
  parse: (item: RawObject) => Result<T, FieldFault>,
): Result<T[], WireFault> {
  if (items.length > RULES_MAX) return refuseField("rules", `must have at most ${RULES_MAX} items`);
  const list: T[] = [];
  for (const [index, item] of items.entries()) {
    const parsed = isObject(item) ? parse(item) : err({ field: null, words: "must be an object" });
    if (!parsed.ok) return refuseItem(`rules[${index}]`, parsed.error);
    list.push(parsed.value);
  }
  return ok(list);
}

function refuseSize() {
  return refuseField("rules", `must not exceed ${RULES_BYTES_MAX / 1_000} kB in all`);
}

function refuseDefaults(field: string) {
  return err({ field, sentence: "Exactly one rule must have isDefault: true" });
}

function isTooLarge(rules: readonly NewRule[]): boolean {
  return utf8(JSON.stringify(rules)).length > RULES_BYTES_MAX;
}

function parseRule(raw: RawObject): Result<NewRule, FieldFault> {
  const isDefault = raw["isDefault"] ?? false;
  if (typeof isDefault !== "boolean") return refuse("isDefault", FLAG_WANTED);
  return isDefault
    ? refuse("isDefault", "must be left out: the link's own destination is the default")
    : parseFields(raw, conditionsWithin("all"));
}

function parseRuleOrDefault(
  raw: RawObject,
): Result<{ readonly isDefault: boolean; readonly rule: NewRule }, FieldFault> {
  const { isDefault } = raw;
  if (typeof isDefault !== "boolean") return refuse("isDefault", FLAG_WANTED);
  const rule = parseFields(raw, isDefault ? parseNoConditions : conditionsWithin("common"));
  return rule.ok ? ok({ isDefault, rule: rule.value }) : rule;
}

const FLAG_WANTED = "must be true or false";

function conditionsWithin(reach: Reach) {
  return (raw: RawObject): Result<RuleConditions, FieldFault> => parseConditions(raw, reach);
}

function parseNoConditions(raw: RawObject): Result<RuleConditions, FieldFault> {
  const condition = firstConditionField(raw, "common");
  return condition === null
    ? ok({})
    : refuse(condition, "is not allowed: the default rule has no conditions");
}

function parseFields(
  raw: RawObject,
  conditionsOf: (raw: RawObject) => Result<RuleConditions, FieldFault>,
): Result<NewRule, FieldFault> {
  const { targetUrl } = raw;
  if (targetUrl === undefined || targetUrl === null || targetUrl === "") {
    return refuse("targetUrl", "is required");
  }
  if (typeof targetUrl !== "string") return refuse("targetUrl", "must be a string");
  const name = parseName(raw);
  if (!name.ok) return name;
  const conditions = conditionsOf(raw);
  return conditions.ok ? ok({ ...name.value, targetUrl, ...conditions.value }) : conditions;
}

/**
 * Reads a name. An absent one stays absent: `keepIds` distinguishes it from one removed by null or
 * white space.
 */
function parseName({ name }: RawObject): Result<Pick<NewRule, "name">, FieldFault> {
  if (name === undefined) return ok({});
  if (name === null) return ok({ name: null });
  if (typeof name !== "string" || name.length > RULE_NAME_LENGTH_MAX) {
    return refuse("name", `must be a string of at most ${RULE_NAME_LENGTH_MAX} characters`);
  }
  return ok({ name: name.trim().toWellFormed() || null });
}

function refuse(field: string, words: string) {
  return err({ field, words });
}
