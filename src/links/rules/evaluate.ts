/**
 * Finds the rule that decides for a visitor: the first, in order, whose conditions all hold.
 *
 * Pure, and part of every redirect: it allocates one small object per evaluation, uses `Intl` only
 * for zones other than UTC, and parses the user agent only if nothing cheaper has decided.
 */

import { CHECKS, type Compared } from "./checks.ts";
import { startReading, type Reading, type RuleFacts } from "./facts.ts";
import type { Condition, RouteRule } from "./rule.ts";

/** A rule that did not match, and the first of its conditions that failed. */
export interface PassedOver extends Compared {
  /** The rule's id. */
  readonly rule: string;
  readonly condition: Condition;
}

/**
 * Returns the first rule that holds for a visitor, or null if the link's own destination applies.
 * Every rule passed over is added, in order, to `trace` if it is given.
 */
export function evaluate(
  rules: readonly RouteRule[],
  facts: RuleFacts,
  trace?: PassedOver[],
): RouteRule | null {
  const reading = startReading(facts);
  for (const rule of rules) {
    const failed = firstFailed(rule, reading);
    if (failed === null) return rule;
    trace?.push(passedOver(rule, failed, reading));
  }
  return null;
}

/** Whether an evaluation of these rules may call `facts.agent`. */
export function needsAgent(rules: readonly RouteRule[]): boolean {
  return rules.some((rule) => AGENT_CHECKS.some(({ isIn }) => isIn(rule)));
}

const AGENT_CHECKS = Object.values(CHECKS).filter((check) => check.needsAgent);

// By name instead of in a loop, which takes twice as long. A condition missing here does not
// compile.
const {
  country,
  continent,
  query,
  referrer,
  language,
  app,
  city,
  time,
  day,
  device,
  os,
  browser,
  ...forgotten
} = CHECKS;
forgotten satisfies Readonly<Record<string, never>>;

function firstFailed(rule: RouteRule, reading: Reading): Condition | null {
  if (!country.holds(rule, reading)) return "country";
  if (!continent.holds(rule, reading)) return "continent";
  if (!query.holds(rule, reading)) return "query";
  if (!referrer.holds(rule, reading)) return "referrer";
  if (!language.holds(rule, reading)) return "language";
  if (!app.holds(rule, reading)) return "app";
  if (!city.holds(rule, reading)) return "city";
  if (!time.holds(rule, reading)) return "time";
  if (!day.holds(rule, reading)) return "day";
  if (!device.holds(rule, reading)) return "device";
  if (!os.holds(rule, reading)) return "os";
  return browser.holds(rule, reading) ? null : "browser";
}

function passedOver(rule: RouteRule, condition: Condition, reading: Reading): PassedOver {
  return { rule: rule.id, condition, ...CHECKS[condition].compare(rule, reading) };
}
