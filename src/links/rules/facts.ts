/** The facts that rules ask about a visitor, each computed when the first rule asks for it. */

import { appOf, type App } from "../../clicks/in-app.ts";
import { referrerHost } from "../../clicks/referrer.ts";
import type { Agent } from "../../clicks/user-agent.ts";
import { referrerFamily } from "../../ledger/counts/referrer-family.ts";
import { foldCity } from "./city.ts";
import { continentOf, type Continent } from "./countries.ts";
import { preferredLanguage } from "./language.ts";
import { VISITOR_ZONE, type RouteRule } from "./rule.ts";
import { DAY_MINUTES, minuteOfWeek } from "./wall-clock.ts";

/** What is known of a visitor; null is unknown, and meets no condition. */
export interface RuleFacts {
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string | null;
  readonly city: string | null;
  /** Of the request, with or without its question mark; empty for none. */
  readonly query: string;
  /** The Referer header. */
  readonly referer: string | null;
  /** The Accept-Language header; called at most once per evaluation. */
  acceptLanguage(): string | null;
  /** Empty if none was sent. */
  readonly userAgent: string;
  readonly nowMs: number;
  /** An IANA name. Rules in the visitor's own time treat an unknown zone as UTC. */
  readonly visitorTimezone: string | null;
  /**
   * Parses the user agent; called at most once per evaluation, and only if `needsAgent` allows it.
   */
  agent(): Agent;
}

/** The facts of one evaluation, and what has been computed from them so far. */
export interface Reading {
  readonly facts: RuleFacts;
  city: string | null | undefined;
  params: ReadonlySet<string> | undefined;
  referrer: string | null | undefined;
  family: string | undefined;
  language: string | null | undefined;
  app: App | null | undefined;
  agent: Agent | undefined;
  /** The last minute of the week that was computed, and the zone of the rule that asked for it. */
  minute: number;
  zone: string | undefined;
}

export function startReading(facts: RuleFacts): Reading {
  return {
    facts,
    city: undefined,
    params: undefined,
    referrer: undefined,
    family: undefined,
    language: undefined,
    app: undefined,
    agent: undefined,
    minute: -1,
    zone: undefined,
  };
}

/** Returns the city in the form in which route rules store theirs. */
export function foldedCity(reading: Reading): string | null {
  if (reading.city === undefined) {
    const { city } = reading.facts;
    reading.city = city === null ? null : foldCity(city);
  }
  return reading.city;
}

export function visitorContinent({ facts: { country } }: Reading): Continent | null {
  return country === null ? null : continentOf(country);
}

/**
 * Returns the parameters of the visitor's query in the forms in which rules name them: each `name`
 * and each `name=value`, decoded as a form's.
 */
export function paramsOf(reading: Reading): ReadonlySet<string> {
  reading.params ??= readParams(reading.facts.query);
  return reading.params;
}

function readParams(query: string): ReadonlySet<string> {
  const params = new Set<string>();
  if (query.length <= 1) return params;
  for (const [name, value] of new URLSearchParams(query)) params.add(name).add(`${name}=${value}`);
  return params;
}

/** Returns the host of the page that the visitor comes from, in the form of reports. */
export function referrerOf(reading: Reading): string | null {
  if (reading.referrer === undefined) reading.referrer = referrerHost(reading.facts.referer);
  return reading.referrer;
}

/** Returns the name under which reports count the host of a referrer. */
export function familyOf(reading: Reading, host: string): string {
  reading.family ??= referrerFamily(host);
  return reading.family;
}

/** Returns the language that the visitor prefers, in lower case. */
export function languageOf(reading: Reading): string | null {
  if (reading.language === undefined) {
    reading.language = preferredLanguage(reading.facts.acceptLanguage());
  }
  return reading.language;
}

export function inAppOf(reading: Reading): App | null {
  if (reading.app === undefined) reading.app = appOf(reading.facts.userAgent);
  return reading.app;
}

export function agentOf(reading: Reading): Agent {
  reading.agent ??= reading.facts.agent();
  return reading.agent;
}

/** Returns the minute of the week on the wall clock that a rule goes by. */
export function ruleMinute({ zone }: RouteRule, reading: Reading): number {
  if (reading.minute < 0 || reading.zone !== zone) {
    const { nowMs, visitorTimezone } = reading.facts;
    reading.zone = zone;
    reading.minute = minuteOfWeek(zone === VISITOR_ZONE ? visitorTimezone : (zone ?? null), nowMs);
  }
  return reading.minute;
}

/**
 * Returns the day that a minute of the week belongs to: after midnight, the day on which the window
 * began.
 */
export function ruleDay({ window }: RouteRule, minute: number): number {
  const day = Math.floor(minute / DAY_MINUTES);
  const overnight = window !== undefined && window[0] > window[1];
  return overnight && minute % DAY_MINUTES < window[1] ? (day + 6) % 7 : day;
}
