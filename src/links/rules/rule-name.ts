/** Says in a few words whom a rule is for. */

import { VISITOR_ZONE, type RuleConditions } from "./rule.ts";

const LISTED_MAX = 3;
const NAME_LENGTH_MAX = 100;
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** Gives a rule's own name, or one derived from its conditions: "UA, PL · mobile · Mon–Fri". */
export function ruleName(rule: RuleConditions & { readonly name?: string | null }): string {
  if (typeof rule.name === "string") return rule.name;
  const { countries, cities, devices, os, browsers } = rule;
  const parts = [countries, cities, devices, os, browsers].map(listed).concat(timeOf(rule));
  const name = parts.filter((part) => part !== "").join(" · ") || "Everybody";
  return name.length > NAME_LENGTH_MAX ? `${name.slice(0, NAME_LENGTH_MAX - 1)}…` : name;
}

function listed(values: readonly string[] | undefined): string {
  if (values === undefined) return "";
  const more = values.length - LISTED_MAX;
  return values.slice(0, LISTED_MAX).join(", ") + (more > 0 ? ` +${more}` : "");
}

function timeOf({ timeStart, timeEnd, days = [], timezone }: RuleConditions): string[] {
  const hours = timeStart === undefined ? "" : `${timeStart}–${timeEnd}`;
  if (hours === "" && days.length === 0) return [];
  return [hours, daysNamed(days), timezone === VISITOR_ZONE ? "local time" : (timezone ?? "")];
}

/** Days in a row are a span: "Mon–Fri", and across the end of the week "Sat–Mon". */
function daysNamed(days: readonly number[]): string {
  if (days.length === 0 || days.length === 7) return "";
  const first = days.find((day) => !days.includes((day + 6) % 7)) ?? 0;
  const inARow = days.every((day) => (day - first + 7) % 7 < days.length);
  const nameOf = (day: number): string => DAYS[day % 7] ?? "";
  return inARow && days.length > 2
    ? `${nameOf(first)}–${nameOf(first + days.length - 1)}`
    : listed(days.toSorted((a, b) => a - b).map(nameOf));
}
