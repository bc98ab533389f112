/**
 * Reads the conditions of one rule as clients write them.
 *
 * Spelling is exact ("ua" is refused, not corrected): what is stored is what was sent. Null and an
 * empty list are no condition. A value that a list repeats is kept once; a repeated day is refused.
 */

import { err, ok, type Result } from "../../platform/result.ts";
import { foldCity } from "./city.ts";
import { BROWSERS, DEVICES, SYSTEMS, VISITOR_ZONE, type RuleConditions } from "./rule.ts";
import { isTimeZone } from "./wall-clock.ts";

/** A JSON object of which nothing is known yet. */
export type RawObject = Readonly<Record<string, unknown>>;

/** What is wrong with a field, or with the rule itself; `problem` goes on from its name. */
export interface FieldProblem {
  readonly field: string | null;
  readonly problem: string;
}

const CONDITION_FIELDS = [
  "country",
  "city",
  "device",
  "os",
  "browser",
  "timeStart",
  "timeEnd",
  "daysOfWeek",
] as const;

const CITY_LENGTH_MAX = 100;
const COUNTRY: ListOf<string> = {
  itemsMax: 250,
  holds: 'ISO 3166-1 alpha-2 country codes in upper case, such as "UA"',
  accepts: (item): item is string => typeof item === "string" && /^[A-Z]{2}$/.test(item),
};
const CITY: ListOf<string> = {
  itemsMax: 100,
  holds: `city names of 1 to ${CITY_LENGTH_MAX} characters`,
  accepts: (item): item is string =>
    typeof item === "string" && item.length <= CITY_LENGTH_MAX && foldCity(item) !== "",
};
const DAY: ListOf<number> = {
  itemsMax: 7,
  holds: "days from 0 (Sunday) to 6 (Saturday)",
  accepts: (item): item is number =>
    typeof item === "number" && Number.isInteger(item) && item >= 0 && item <= 6,
  twice: "must not name a day twice",
};
const DEVICE = oneOf(DEVICES);
const SYSTEM = oneOf(SYSTEMS);
const BROWSER = oneOf(BROWSERS);
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const TIME_WANTED = 'must be a time from "00:00" to "23:59" in "HH:MM" format';
const TOGETHER = "is missing: timeStart and timeEnd must be provided together";
const DIFFER = "must differ from timeStart";
const ZONE_WANTED = 'must be an IANA time zone, such as "Europe/Kyiv", or "visitor"';

/** Names the first condition that a rule has, as clients write it; null for none. */
export function firstConditionOf(raw: RawObject): string | null {
  return CONDITION_FIELDS.find((field) => !isNone(raw[field])) ?? null;
}

/** Gives a rule's conditions, or the first thing that is wrong with them. */
export function conditionsOf(raw: RawObject): Result<RuleConditions, FieldProblem> {
  const place = placeOf(raw);
  if (!place.ok) return place;
  const agent = agentOf(raw);
  if (!agent.ok) return agent;
  const time = timeOf(raw);
  if (!time.ok) return time;
  return ok({ ...place.value, ...agent.value, ...time.value });
}

function placeOf(raw: RawObject): Result<RuleConditions, FieldProblem> {
  const countries = listOf(raw, "country", COUNTRY);
  if (!countries.ok) return countries;
  const cities = listOf(raw, "city", CITY);
  if (!cities.ok) return cities;
  if (cities.value !== null && countries.value === null) return problem("city", "requires country");
  return ok({
    ...(countries.value !== null && { countries: countries.value }),
    ...(cities.value !== null && {
      cities: cities.value.map((city) => city.trim().toWellFormed()),
    }),
  });
}

function agentOf(raw: RawObject): Result<RuleConditions, FieldProblem> {
  const devices = listOf(raw, "device", DEVICE);
  if (!devices.ok) return devices;
  const os = listOf(raw, "os", SYSTEM);
  if (!os.ok) return os;
  const browsers = listOf(raw, "browser", BROWSER);
  if (!browsers.ok) return browsers;
  return ok({
    ...(devices.value !== null && { devices: devices.value }),
    ...(os.value !== null && { os: os.value }),
    ...(browsers.value !== null && { browsers: browsers.value }),
  });
}

function timeOf(raw: RawObject): Result<RuleConditions, FieldProblem> {
  const timeStart = raw["timeStart"] ?? null;
  const timeEnd = raw["timeEnd"] ?? null;
  const timezone = raw["timezone"] ?? null;
  if (timeStart !== null && !isTime(timeStart)) return problem("timeStart", TIME_WANTED);
  if (timeEnd !== null && !isTime(timeEnd)) return problem("timeEnd", TIME_WANTED);
  if (timeStart !== null && timeEnd === null) return problem("timeEnd", TOGETHER);
  if (timeStart === null && timeEnd !== null) return problem("timeStart", TOGETHER);
  if (timeStart !== null && timeStart === timeEnd) return problem("timeEnd", DIFFER);
  const days = listOf(raw, "daysOfWeek", DAY);
  if (!days.ok) return days;
  if (timezone !== null && !isZone(timezone)) return problem("timezone", ZONE_WANTED);
  return ok({
    ...(timeStart !== null && { timeStart }),
    ...(timeEnd !== null && { timeEnd }),
    ...(days.value !== null && { days: days.value }),
    ...(timezone !== null && { timezone }),
  });
}

interface ListOf<T> {
  readonly itemsMax: number;
  /** Goes on from "must hold only". */
  readonly holds: string;
  readonly accepts: (item: unknown) => item is T;
  /** What is wrong with an item that comes twice; absent where it is kept once. */
  readonly twice?: string;
}

function oneOf<T extends string>(names: readonly T[]): ListOf<T> {
  return {
    itemsMax: names.length,
    holds: names.map((name) => `"${name}"`).join(", "),
    accepts: (item): item is T => names.some((name) => name === item),
  };
}

function listOf<T>(
  raw: RawObject,
  field: string,
  { itemsMax, holds, accepts, twice }: ListOf<T>,
): Result<readonly T[] | null, FieldProblem> {
  const value = raw[field];
  if (isNone(value)) return ok(null);
  if (!Array.isArray(value)) return problem(field, "must be an array");
  const items: readonly unknown[] = value;
  if (items.length > itemsMax) return problem(field, `must have at most ${itemsMax} items`);
  if (!items.every(accepts)) return problem(field, `must hold only ${holds}`);
  const distinct = [...new Set(items)];
  return twice !== undefined && distinct.length < items.length
    ? problem(field, twice)
    : ok(distinct);
}

function isTime(value: unknown): value is string {
  return typeof value === "string" && TIME.test(value);
}

function isZone(value: unknown): value is string {
  return typeof value === "string" && (value === VISITOR_ZONE || isTimeZone(value));
}

function isNone(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function problem(field: string, text: string): { ok: false; error: FieldProblem } {
  return err({ field, problem: text });
}
