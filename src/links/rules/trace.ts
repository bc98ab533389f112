/** Says why a rule was passed over, for the dry run; the redirect never asks. */

import { agentOf, foldedCity, ruleDay, ruleMinute, type Reading } from "./facts.ts";
import type { RouteRule } from "./rule.ts";
import { DAY_MINUTES } from "./wall-clock.ts";

export type Condition = "country" | "city" | "time" | "day" | "device" | "os" | "browser";

/** A rule that did not decide, and the first of its conditions that failed. */
export interface PassedOver {
  /** The rule's id. */
  readonly rule: string;
  readonly condition: Condition;
  /** Any of these would have done. A time is "HH:MM–HH:MM", days are 0 (Sunday) to 6, cities are folded. */
  readonly wanted: readonly (string | number)[];
  /** In the same form; null where nothing is known. A window's day is that on which it began. */
  readonly met: string | number | null;
  /** With a time and a day alone: the zone in which they were read, or `"visitor"`. */
  readonly timezone?: string;
}

export function passedOver(rule: RouteRule, condition: Condition, reading: Reading): PassedOver {
  return { rule: rule.id, condition, ...compared(rule, condition, reading) };
}

function compared(
  rule: RouteRule,
  condition: Condition,
  reading: Reading,
): Pick<PassedOver, "wanted" | "met" | "timezone"> {
  switch (condition) {
    case "country":
      return { wanted: rule.countries ?? [], met: reading.facts.country };
    case "city":
      return { wanted: rule.cities ?? [], met: foldedCity(reading) };
    case "time":
    case "day":
      return { ...comparedTime(rule, condition, reading), timezone: rule.zone ?? "UTC" };
    case "device":
      return { wanted: rule.devices ?? [], met: agentOf(reading).device };
    case "os":
      return { wanted: rule.os ?? [], met: agentOf(reading).os || null };
    case "browser":
      return { wanted: rule.browsers ?? [], met: agentOf(reading).browser || null };
  }
}

function comparedTime(
  rule: RouteRule,
  condition: "time" | "day",
  { facts }: Reading,
): Pick<PassedOver, "wanted" | "met"> {
  const minute = ruleMinute(rule, facts);
  if (condition === "time") {
    const [from, until] = rule.window ?? [0, 0];
    return { wanted: [`${clockTime(from)}–${clockTime(until)}`], met: clockTime(minute) };
  }
  const { days = 0 } = rule;
  const wanted = [0, 1, 2, 3, 4, 5, 6].filter((day) => ((days >> day) & 1) === 1);
  return { wanted, met: ruleDay(rule, minute) };
}

function clockTime(minute: number): string {
  const ofDay = minute % DAY_MINUTES;
  const hours = String(Math.floor(ofDay / 60)).padStart(2, "0");
  return `${hours}:${String(ofDay % 60).padStart(2, "0")}`;
}
