/**
 * Checks each condition of a route rule against a visitor. Returns whether it holds and, for the
 * dry run, the expected and the actual value.
 */

import {
  agentOf,
  familyOf,
  foldedCity,
  inAppOf,
  languageOf,
  paramsOf,
  type Reading,
  referrerOf,
  ruleDay,
  ruleMinute,
  visitorContinent,
} from "./facts.ts";
import { includesLanguage } from "./language.ts";
import type { Condition, RouteRule } from "./rule.ts";
import { DAY_MINUTES } from "./wall-clock.ts";

export interface Compared {
  /**
   * The values of which any would match. A time is "HH:MM–HH:MM", days are 0 (Sunday) to 6, cities
   * are folded.
   */
  readonly wanted: readonly (string | number)[];
  /** In the same form; null if unknown. A window's day is the one on which it began. */
  readonly met: string | number | null;
  /** Only with a time or a day: the zone in which they were read, or `"visitor"`. */
  readonly timezone?: string;
}

export interface Check {
  /** Whether it needs the visitor's user agent, which is expensive to parse. */
  readonly needsAgent: boolean;
  /** Whether a rule has the condition. */
  readonly isIn: (rule: RouteRule) => boolean;
  /** Whether a rule's condition holds; an absent condition holds for every visitor. */
  readonly holds: (rule: RouteRule, reading: Reading) => boolean;
  readonly compare: (rule: RouteRule, reading: Reading) => Compared;
}

/** In the order in which a rule's conditions are checked, the cheapest first. */
export const CHECKS: Readonly<Record<Condition, Check>> = {
  country: {
    needsAgent: false,
    isIn: ({ countries }) => countries !== undefined,
    holds({ countries }, { facts: { country } }) {
      return countries === undefined || (country !== null && countries.includes(country));
    },
    compare: ({ countries = [] }, { facts }) => ({ wanted: countries, met: facts.country }),
  },
  continent: {
    needsAgent: false,
    isIn: ({ continents }) => continents !== undefined,
    holds({ continents }, reading) {
      if (continents === undefined) return true;
      const continent = visitorContinent(reading);
      return continent !== null && continents.includes(continent);
    },
    compare: ({ continents = [] }, reading) => ({
      wanted: continents,
      met: visitorContinent(reading),
    }),
  },
  query: {
    needsAgent: false,
    isIn: ({ params }) => params !== undefined,
    holds({ params }, reading) {
      if (params === undefined) return true;
      const sent = paramsOf(reading);
      // Loops, here and below: a closure per rule would take longer than the comparisons.
      for (let at = 0; at < params.length; at++) if (sent.has(params[at] ?? "")) return true;
      return false;
    },
    compare: ({ params = [] }, reading) => ({
      wanted: params,
      met: [...paramsOf(reading)].filter((param) => param.includes("=")).join("&") || null,
    }),
  },
  referrer: {
    needsAgent: false,
    isIn: ({ referrers }) => referrers !== undefined,
    holds({ referrers }, reading) {
      if (referrers === undefined) return true;
      const host = referrerOf(reading);
      if (host === null) return false;
      const family = familyOf(reading, host);
      for (let at = 0; at < referrers.length; at++) {
        const wanted = referrers[at] ?? "";
        if (isWithin(host, wanted) || isWithin(family, wanted)) return true;
      }
      return false;
    },
    compare: ({ referrers = [] }, reading) => ({ wanted: referrers, met: referrerOf(reading) }),
  },
  language: {
    needsAgent: false,
    isIn: ({ languages }) => languages !== undefined,
    holds({ languages }, reading) {
      if (languages === undefined) return true;
      const spoken = languageOf(reading);
      if (spoken === null) return false;
      for (let at = 0; at < languages.length; at++) {
        if (includesLanguage(languages[at] ?? "", spoken)) return true;
      }
      return false;
    },
    compare: ({ languages = [] }, reading) => ({ wanted: languages, met: languageOf(reading) }),
  },
  app: {
    needsAgent: false,
    isIn: ({ apps }) => apps !== undefined,
    holds({ apps }, reading) {
      if (apps === undefined) return true;
      const app = inAppOf(reading);
      return app !== null && apps.includes(app);
    },
    compare: ({ apps = [] }, reading) => ({ wanted: apps, met: inAppOf(reading) }),
  },
  city: {
    needsAgent: false,
    isIn: ({ cities }) => cities !== undefined,
    holds({ cities }, reading) {
      if (cities === undefined) return true;
      const city = foldedCity(reading);
      return city !== null && cities.includes(city);
    },
    compare: ({ cities = [] }, reading) => ({ wanted: cities, met: foldedCity(reading) }),
  },
  time: {
    needsAgent: false,
    isIn: ({ window }) => window !== undefined,
    holds(rule, reading) {
      const { window } = rule;
      return window === undefined || isInside(window, ruleMinute(rule, reading) % DAY_MINUTES);
    },
    compare(rule, reading) {
      const [from, until] = rule.window ?? [0, 0];
      return {
        wanted: [`${clockTime(from)}–${clockTime(until)}`],
        met: clockTime(ruleMinute(rule, reading)),
        timezone: rule.zone ?? "UTC",
      };
    },
  },
  day: {
    needsAgent: false,
    isIn: ({ days }) => days !== undefined,
    holds(rule, reading) {
      const { days } = rule;
      return days === undefined || ((days >> ruleDay(rule, ruleMinute(rule, reading))) & 1) === 1;
    },
    compare(rule, reading) {
      const { days = 0 } = rule;
      return {
        wanted: [0, 1, 2, 3, 4, 5, 6].filter((day) => ((days >> day) & 1) === 1),
        met: ruleDay(rule, ruleMinute(rule, reading)),
        timezone: rule.zone ?? "UTC",
      };
    },
  },
  device: {
    needsAgent: true,
    isIn: ({ devices }) => devices !== undefined,
    holds({ devices }, reading) {
      return devices === undefined || devices.includes(agentOf(reading).device);
    },
    compare: ({ devices = [] }, reading) => ({ wanted: devices, met: agentOf(reading).device }),
  },
  os: {
    needsAgent: true,
    isIn: ({ os }) => os !== undefined,
    holds({ os }, reading) {
      return os === undefined || os.includes(agentOf(reading).os);
    },
    compare: ({ os = [] }, reading) => ({ wanted: os, met: agentOf(reading).os || null }),
  },
  browser: {
    needsAgent: true,
    isIn: ({ browsers }) => browsers !== undefined,
    holds({ browsers }, reading) {
      return browsers === undefined || browsers.includes(agentOf(reading).browser);
    },
    compare: ({ browsers = [] }, reading) => ({
      wanted: browsers,
      met: agentOf(reading).browser || null,
    }),
  },
};

function isWithin(host: string, domain: string): boolean {
  return (
    host.endsWith(domain) && (host.length === domain.length || host.at(-1 - domain.length) === ".")
  );
}

function isInside(window: readonly [number, number], minute: number): boolean {
  // By index, because destructuring an array runs its iterator on every redirect.
  const from = window[0];
  const until = window[1];
  return from < until ? minute >= from && minute < until : minute >= from || minute < until;
}

function clockTime(minute: number): string {
  const ofDay = minute % DAY_MINUTES;
  const hours = String(Math.floor(ofDay / 60)).padStart(2, "0");
  return `${hours}:${String(ofDay % 60).padStart(2, "0")}`;
}
