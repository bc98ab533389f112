/** Describes in a few words which visitors a rule is for. */

import { CONTINENTS } from "./countries.ts";
import { VISITOR_ZONE, type Condition, type RuleConditions } from "./rule.ts";

const LISTED_MAX = 3;
const NAME_LENGTH_MAX = 100;
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** Returns a rule's own name, or one derived from its conditions: "UA, PL · mobile · Mon–Fri". */
export function ruleName(rule: RuleConditions & { readonly name?: string | null }): string {
  if (typeof rule.name === "string") return rule.name;
  const parts = Object.values(NAMES).map((nameOf) => nameOf(rule));
  const name = [...parts, zoneNamed(rule)].filter((part) => part !== "").join(" · ") || "Everybody";
  return name.length > NAME_LENGTH_MAX ? `${name.slice(0, NAME_LENGTH_MAX - 1)}…` : name;
}

/**
 * In the order of a name's parts; empty if a rule does not have the condition, or it has nothing to
 * show.
 */
const NAMES: Readonly<Record<Condition, (rule: RuleConditions) => string>> = {
  country: ({ countries }) => listed(countries),
  continent: ({ continents }) => listed(continents?.map((code) => CONTINENTS[code])),
  city: ({ cities }) => listed(cities),
  language: ({ languages }) => listed(languages),
  referrer: ({ referrers }) => listed(referrers),
  query: ({ queryParams }) => listed(queryParams?.map((param) => `?${param}`)),
  app: ({ apps }) => listed(apps?.map((app) => `in ${app}`)),
  device: ({ devices }) => listed(devices),
  os: ({ os }) => listed(os),
  browser: ({ browsers }) => listed(browsers),
  time: ({ timeStart, timeEnd }) => (timeStart === undefined ? "" : `${timeStart}–${timeEnd}`),
  day: ({ days = [] }) => daysNamed(days),
};

function listed(values: readonly string[] | undefined): string {
  if (values === undefined) return "";
  const more = values.length - LISTED_MAX;
  return values.slice(0, LISTED_MAX).join(", ") + (more > 0 ? ` +${more}` : "");
}

function zoneNamed({ timeStart, days = [], timezone = "" }: RuleConditions): string {
  if (timeStart === undefined && days.length === 0) return "";
  return timezone === VISITOR_ZONE ? "local time" : timezone;
}

/** Joins consecutive days into a span: "Mon–Fri", and across the end of the week "Sat–Mon". */
function daysNamed(days: readonly number[]): string {
  if (days.length === 0 || days.length === 7) return "";
  const first = days.find((day) => !days.includes((day + 6) % 7)) ?? 0;
  const inARow = days.every((day) => (day - first + 7) % 7 < days.length);
  const nameOf = (day: number): string => DAYS[day % 7] ?? "";
  return inARow && days.length > 2
    ? `${nameOf(first)}–${nameOf(first + days.length - 1)}`
    : listed(days.toSorted((a, b) => a - b).map(nameOf));
}
