/** Derives what a redirect needs of a link's rules. */

import { foldCity } from "./city.ts";
import type { RouteRule, Rule } from "./rule.ts";

/** Gives the rules as they travel in the route record, in the same order. */
export function routeRules(rules: readonly Rule[]): RouteRule[] {
  return rules.map(routeRule);
}

function routeRule(rule: Rule): RouteRule {
  const { id, targetUrl, countries, cities, devices, os, browsers } = rule;
  return {
    id,
    to: new URL(targetUrl).href,
    ...(has(countries) && { countries }),
    ...(has(cities) && { cities: cities.map(foldCity) }),
    ...timeOf(rule),
    ...(has(devices) && { devices }),
    ...(has(os) && { os }),
    ...(has(browsers) && { browsers }),
  };
}

function timeOf({
  timeStart,
  timeEnd,
  days,
  timezone,
}: Rule): Pick<RouteRule, "window" | "days" | "zone"> {
  const timed = timeStart !== undefined && timeEnd !== undefined;
  if (!timed && !has(days)) return {};
  return {
    ...(timed && { window: [minuteOf(timeStart), minuteOf(timeEnd)] as const }),
    ...(has(days) && { days: days.reduce((bits, day) => bits | (1 << day), 0) }),
    ...(timezone !== undefined && timezone !== "UTC" && { zone: timezone }),
  };
}

function has<T>(list: readonly T[] | undefined): list is readonly T[] {
  return list !== undefined && list.length > 0;
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
