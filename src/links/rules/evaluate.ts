/**
 * Finds the rule that decides for a visitor: in order, the first whose conditions all hold.
 *
 * Pure, and on every redirect: it allocates one small object an evaluation, asks `Intl` only for
 * zones other than UTC, and has the user agent read only when nothing cheaper has decided.
 */

import type { Agent } from "../../clicks/user-agent.ts";
import {
  agentOf,
  foldedCity,
  ruleDay,
  ruleMinute,
  startReading,
  type Reading,
  type RuleFacts,
} from "./facts.ts";
import type { RouteRule } from "./rule.ts";
import { passedOver, type Condition, type PassedOver } from "./trace.ts";
import { DAY_MINUTES } from "./wall-clock.ts";

/**
 * Gives the first rule that holds for a visitor, or null where the link's own destination does.
 * Every rule passed over is added to `trace`, when one is given, in order.
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

/** Tells whether an evaluation of these rules may call `facts.agent`. */
export function needsAgent(rules: readonly RouteRule[]): boolean {
  return rules.some(asksAgent);
}

/** Cheapest first: place, time, and the user agent last. */
function firstFailed(rule: RouteRule, reading: Reading): Condition | null {
  const { countries, cities } = rule;
  const { country } = reading.facts;
  if (countries !== undefined && (country === null || !countries.includes(country))) {
    return "country";
  }
  if (cities !== undefined) {
    const city = foldedCity(reading);
    if (city === null || !cities.includes(city)) return "city";
  }
  if (rule.window !== undefined || rule.days !== undefined) {
    const failed = failedTime(rule, ruleMinute(rule, reading.facts));
    if (failed !== null) return failed;
  }
  return asksAgent(rule) ? failedAgent(rule, agentOf(reading)) : null;
}

function failedTime(rule: RouteRule, minute: number): Condition | null {
  const { window, days } = rule;
  if (window !== undefined && !isInside(window, minute % DAY_MINUTES)) return "time";
  return days === undefined || ((days >> ruleDay(rule, minute)) & 1) === 1 ? null : "day";
}

function isInside(window: readonly [number, number], minute: number): boolean {
  // By index: taking an array apart runs its iterator, on the path of every redirect.
  const from = window[0];
  const until = window[1];
  return from < until ? minute >= from && minute < until : minute >= from || minute < until;
}

function failedAgent(rule: RouteRule, { device, os, browser }: Agent): Condition | null {
  if (rule.devices !== undefined && !rule.devices.includes(device)) return "device";
  if (rule.os !== undefined && !rule.os.includes(os)) return "os";
  return rule.browsers === undefined || rule.browsers.includes(browser) ? null : "browser";
}

function asksAgent({ devices, os, browsers }: RouteRule): boolean {
  return devices !== undefined || os !== undefined || browsers !== undefined;
}
