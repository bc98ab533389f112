/**
 * The conditions of a rule as clients read and write them.
 *
 * Spelling is exact ("ua" is refused, not corrected), so what is stored is what was sent. Null and
 * an empty list mean no condition. A repeated value in a list is kept once; a repeated day is
 * refused.
 */

import { foldCity } from "../../../links/rules/city.ts";
import {
  BROWSERS,
  type Condition,
  type ConditionFields,
  DEVICES,
  type RuleConditions,
  SYSTEMS,
  VISITOR_ZONE,
} from "../../../links/rules/rule.ts";
import { isTimeZone } from "../../../links/rules/wall-clock.ts";
import { err, ok, type Failure, type Result } from "../../../platform/result.ts";
import type { FieldFault } from "./fault.ts";

/** A JSON object whose fields have not been checked. */
export type RawObject = Readonly<Record<string, unknown>>;

/** The conditions as clients see them; absent conditions are empty lists and nulls. */
export interface WireConditions {
  readonly country: readonly string[];
  readonly city: readonly string[];
  readonly device: readonly string[];
  readonly os: readonly string[];
  readonly browser: readonly string[];
  readonly timeStart: string | null;
  readonly timeEnd: string | null;
  readonly daysOfWeek: readonly number[];
  readonly timezone: string | null;
}

type WireField = keyof WireConditions;

/** How clients write a condition. */
interface WireCondition<C extends Condition> {
  /** The fields of the condition; any of them makes a rule conditional. */
  readonly fields: readonly WireField[];
  readonly parse: (raw: RawObject) => Result<ConditionFields<C>, FieldFault>;
}

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

/** The conditions, in the order in which they are read. */
const WIRE: { readonly [C in Condition]: WireCondition<C> } = {
  country: {
    fields: ["country"],
    parse: (raw) => given(parseList(raw, "country", COUNTRY), (countries) => ({ countries })),
  },
  city: { fields: ["city"], parse: parseCities },
  device: {
    fields: ["device"],
    parse: (raw) => given(parseList(raw, "device", DEVICE), (devices) => ({ devices })),
  },
  os: {
    fields: ["os"],
    parse: (raw) => given(parseList(raw, "os", SYSTEM), (os) => ({ os })),
  },
  browser: {
    fields: ["browser"],
    parse: (raw) => given(parseList(raw, "browser", BROWSER), (browsers) => ({ browsers })),
  },
  time: { fields: ["timeStart", "timeEnd"], parse: parseTime },
  day: {
    fields: ["daysOfWeek"],
    parse: (raw) => given(parseList(raw, "daysOfWeek", DAY), (days) => ({ days })),
  },
};

/** Returns the first field that makes a rule conditional, or null. */
export function firstConditionField(raw: RawObject): WireField | null {
  const fields = Object.values(WIRE).flatMap((condition) => condition.fields);
  return fields.find((field) => !isNone(raw[field])) ?? null;
}

/** Returns a rule's conditions, or the first fault. */
export function parseConditions(raw: RawObject): Result<RuleConditions, FieldFault> {
  let conditions: RuleConditions = {};
  for (const { parse } of Object.values(WIRE)) {
    const parsed: Result<RuleConditions, FieldFault> = parse(raw);
    if (!parsed.ok) return parsed;
    conditions = { ...conditions, ...parsed.value };
  }
  return ok(conditions);
}

export function wireConditions(rule: RuleConditions): WireConditions {
  return {
    country: rule.countries ?? [],
    city: rule.cities ?? [],
    device: rule.devices ?? [],
    os: rule.os ?? [],
    browser: rule.browsers ?? [],
    timeStart: rule.timeStart ?? null,
    timeEnd: rule.timeEnd ?? null,
    daysOfWeek: rule.days ?? [],
    timezone: rule.timezone ?? null,
  };
}

function parseCities(raw: RawObject): Result<ConditionFields<"city">, FieldFault> {
  const cities = parseList(raw, "city", CITY);
  if (cities.ok && cities.value !== null && isNone(raw["country"])) {
    return refuse("city", "requires country");
  }
  return given(cities, (names) => ({ cities: names.map((city) => city.trim().toWellFormed()) }));
}

function parseTime(raw: RawObject): Result<ConditionFields<"time">, FieldFault> {
  const timeStart = raw["timeStart"] ?? null;
  const timeEnd = raw["timeEnd"] ?? null;
  const timezone = raw["timezone"] ?? null;
  if (timeStart !== null && !isTime(timeStart)) return refuse("timeStart", TIME_WANTED);
  if (timeEnd !== null && !isTime(timeEnd)) return refuse("timeEnd", TIME_WANTED);
  if (timeStart !== null && timeEnd === null) return refuse("timeEnd", TOGETHER);
  if (timeStart === null && timeEnd !== null) return refuse("timeStart", TOGETHER);
  if (timeStart !== null && timeStart === timeEnd) return refuse("timeEnd", DIFFER);
  if (timezone !== null && !isZone(timezone)) return refuse("timezone", ZONE_WANTED);
  return ok({
    ...(timeStart !== null && { timeStart }),
    ...(timeEnd !== null && { timeEnd }),
    ...(timezone !== null && { timezone }),
  });
}

interface ListOf<T> {
  readonly itemsMax: number;
  /** The end of a sentence that begins with "must hold only". */
  readonly holds: string;
  readonly accepts: (item: unknown) => item is T;
  /** The fault of a repeated item; absent where it is kept once. */
  readonly twice?: string;
}

function oneOf<T extends string>(names: readonly T[]): ListOf<T> {
  return {
    itemsMax: names.length,
    holds: names.map((name) => `"${name}"`).join(", "),
    accepts: (item): item is T => names.some((name) => name === item),
  };
}

/** Reads a list; null means no condition. */
function parseList<T>(
  raw: RawObject,
  field: WireField,
  { itemsMax, holds, accepts, twice }: ListOf<T>,
): Result<readonly T[] | null, FieldFault> {
  const value = raw[field];
  if (isNone(value)) return ok(null);
  if (!Array.isArray(value)) return refuse(field, "must be an array");
  const items: readonly unknown[] = value;
  if (items.length > itemsMax) return refuse(field, `must have at most ${itemsMax} items`);
  if (!items.every(accepts)) return refuse(field, `must hold only ${holds}`);
  const distinct = [...new Set(items)];
  return twice !== undefined && distinct.length < items.length
    ? refuse(field, twice)
    : ok(distinct);
}

/** Returns the condition's fields for a list, or none if there is no list. */
function given<T, Fields extends RuleConditions>(
  list: Result<readonly T[] | null, FieldFault>,
  toFields: (list: readonly T[]) => Fields,
): Result<Partial<Fields>, FieldFault> {
  if (!list.ok) return list;
  return ok(list.value === null ? {} : toFields(list.value));
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

function refuse(field: WireField, words: string): Failure<FieldFault> {
  return err({ field, words });
}
