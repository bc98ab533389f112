/** Compiles a link's rules to what a redirect needs. */

import { foldCity } from "./city.ts";
import { EUROPEAN_UNION } from "./countries.ts";
import type { Condition, RouteConditions, RouteRule, Rule, RuleConditions } from "./rule.ts";

/** Returns the rules as the route record holds them, in the same order. */
export function routeRules(rules: readonly Rule[]): RouteRule[] {
  return rules.map(routeRule);
}

function routeRule(rule: Rule): RouteRule {
  const { id, targetUrl } = rule;
  return Object.assign(
    { id, to: new URL(targetUrl).href },
    ...Object.values(COMPILE).map((compile) => compile(rule)),
  ) as RouteRule;
}

/** In the order of a record's fields. */
const COMPILE: Readonly<Record<Condition, (rule: RuleConditions) => RouteConditions>> = {
  country: ({ countries }) => (has(countries) ? { countries: membersOf(countries) } : {}),
  continent: ({ continents }) => (has(continents) ? { continents } : {}),
  query: ({ queryParams }) => (has(queryParams) ? { params: queryParams } : {}),
  referrer: ({ referrers }) => (has(referrers) ? { referrers } : {}),
  language: ({ languages }) =>
    has(languages) ? { languages: languages.map((tag) => tag.toLowerCase()) } : {},
  app: ({ apps }) => (has(apps) ? { apps } : {}),
  city: ({ cities }) => (has(cities) ? { cities: cities.map(foldCity) } : {}),
  time({ timeStart, timeEnd }) {
    return timeStart === undefined || timeEnd === undefined
      ? {}
      : { window: [minuteOf(timeStart), minuteOf(timeEnd)] };
  },
  day: (rule) => ({
    ...(has(rule.days) && { days: rule.days.reduce((bits, day) => bits | (1 << day), 0) }),
    // After time and days, which are both read in it.
    ...zoneOf(rule),
  }),
  device: ({ devices }) => (has(devices) ? { devices } : {}),
  os: ({ os }) => (has(os) ? { os } : {}),
  browser: ({ browsers }) => (has(browsers) ? { browsers } : {}),
};

function membersOf(countries: readonly string[]): readonly string[] {
  if (!countries.includes("EU")) return countries;
  const others = countries.filter((country) => country !== "EU");
  return [...new Set([...others, ...EUROPEAN_UNION])];
}

function zoneOf({ timeStart, days, timezone = "UTC" }: RuleConditions): RouteConditions {
  const isTimed = timeStart !== undefined || has(days);
  return isTimed && timezone !== "UTC" ? { zone: timezone } : {};
}

function has<T>(list: readonly T[] | undefined): list is readonly T[] {
  return list !== undefined && list.length > 0;
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
