/**
 * The conditions of a rule as clients read and write them.
 *
 * Spelling is exact ("ua" is refused, not corrected), so what is stored is what was sent. Null and
 * an empty list mean no condition. A repeated value in a list is kept once; a repeated day is
 * refused.
 */

import { APPS } from "../../../clicks/in-app.ts";
import { referrerHost } from "../../../clicks/referrer.ts";
import { foldCity } from "../../../links/rules/city.ts";
import {
  CONTINENTS,
  type Continent,
  countryMeant,
  isCountry,
} from "../../../links/rules/countries.ts";
import { isLanguageTag } from "../../../links/rules/language.ts";
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
import type { AnswerOf } from "../reference.ts";
import type { FieldFault } from "./fault.ts";
import type { conditions } from "./schemas/rules.ts";

/** A JSON object whose fields have not been checked. */
export type RawObject = Readonly<Record<string, unknown>>;

/** The conditions as clients see them; absent conditions are empty lists and nulls. */
export type WireConditions = AnswerOf<typeof conditions>;

type WireField = keyof WireConditions;

/** How clients write a condition. */
interface WireCondition<C extends Condition> {
  /** The fields of the condition; any of them makes a rule conditional. */
  readonly fields: readonly WireField[];
  readonly parse: (raw: RawObject, reach: Reach) => Result<ConditionFields<C>, FieldFault>;
  /** Whether only an API that documents all conditions has it. */
  readonly onlyAll?: true;
}

/**
 * How many conditions an API has: those that RevoLink documents (`common`), or all. A condition that
 * it does not have is ignored, as every unknown field of a rule is.
 */
export type Reach = "common" | "all";

const CITY_LENGTH_MAX = 100;
const COUNTRY: ListOf<string> = {
  itemsMax: 250,
  holds: 'ISO 3166-1 alpha-2 country codes in upper case, such as "UA"',
  accepts: (item): item is string => typeof item === "string" && isCountry(item),
  hint: countryHint,
};
const COUNTRY_OR_GROUP: ListOf<string> = {
  ...COUNTRY,
  holds: `${COUNTRY.holds}, and "EU" for the European Union`,
  accepts: (item): item is string => item === "EU" || COUNTRY.accepts(item),
};
const CONTINENT: ListOf<Continent> = {
  itemsMax: 7,
  holds: `continents: ${Object.entries(CONTINENTS)
    .map(([code, name]) => `"${code}" (${name})`)
    .join(", ")}`,
  accepts: (item): item is Continent => typeof item === "string" && Object.hasOwn(CONTINENTS, item),
};
const LANGUAGE: ListOf<string> = {
  itemsMax: 50,
  holds: 'language tags such as "uk" or "pt-BR"',
  accepts: (item): item is string => typeof item === "string" && isLanguageTag(item),
};
const REFERRER: ListOf<string> = {
  itemsMax: 50,
  holds: 'host names in lower case without "www.", such as "facebook.com"; subdomains are included',
  accepts: (item): item is string =>
    typeof item === "string" && item.length <= 253 && HOST.test(item) && !item.startsWith("www."),
  hint: referrerHint,
};
export const QUERY_PARAM_LENGTH_MAX = 200;
const QUERY_PARAM: ListOf<string> = {
  itemsMax: 50,
  holds: `parameters as "name" or "name=value" of at most ${QUERY_PARAM_LENGTH_MAX} characters, not encoded`,
  accepts: (item): item is string =>
    typeof item === "string" &&
    item.length <= QUERY_PARAM_LENGTH_MAX &&
    item.isWellFormed() &&
    /^[^=?&#]+(?:=|$)/.test(item),
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
const HOST = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9][a-z0-9-]{0,62}$/;
const APP = oneOf(APPS);
const DEVICE = oneOf(DEVICES);
const SYSTEM = oneOf(SYSTEMS);
const BROWSER = oneOf(BROWSERS);
export const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const TIME_WANTED = 'must be a time from "00:00" to "23:59" in "HH:MM" format';
const TOGETHER = "is missing: timeStart and timeEnd must be provided together";
const DIFFER = "must differ from timeStart";
const ZONE_WANTED = 'must be an IANA time zone, such as "Europe/Kyiv", or "visitor"';

/** The most items of each list that may hold any number of values. */
export const ITEMS_MAX = {
  country: COUNTRY.itemsMax,
  city: CITY.itemsMax,
  language: LANGUAGE.itemsMax,
  referrer: REFERRER.itemsMax,
  queryParam: QUERY_PARAM.itemsMax,
  daysOfWeek: DAY.itemsMax,
} as const;

/** The conditions, in the order in which they are read. */
const WIRE: { readonly [C in Condition]: WireCondition<C> } = {
  country: {
    fields: ["country"],
    parse: (raw, reach) =>
      given(
        parseList(raw, "country", reach === "all" ? COUNTRY_OR_GROUP : COUNTRY),
        (countries) => ({ countries }),
      ),
  },
  city: { fields: ["city"], parse: parseCities },
  continent: {
    fields: ["continent"],
    parse: (raw) => given(parseList(raw, "continent", CONTINENT), (continents) => ({ continents })),
    onlyAll: true,
  },
  language: {
    fields: ["language"],
    parse: (raw) => given(parseList(raw, "language", LANGUAGE), (languages) => ({ languages })),
    onlyAll: true,
  },
  referrer: {
    fields: ["referrer"],
    parse: (raw) => given(parseList(raw, "referrer", REFERRER), (referrers) => ({ referrers })),
    onlyAll: true,
  },
  query: {
    fields: ["queryParam"],
    parse: (raw) =>
      given(parseList(raw, "queryParam", QUERY_PARAM), (queryParams) => ({ queryParams })),
    onlyAll: true,
  },
  app: {
    fields: ["app"],
    parse: (raw) => given(parseList(raw, "app", APP), (apps) => ({ apps })),
    onlyAll: true,
  },
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
export function firstConditionField(raw: RawObject, reach: Reach): WireField | null {
  const fields = within(reach).flatMap((condition) => condition.fields);
  return fields.find((field) => !isNone(raw[field])) ?? null;
}

/** Returns a rule's conditions, or the first fault. */
export function parseConditions(raw: RawObject, reach: Reach): Result<RuleConditions, FieldFault> {
  let conditions: RuleConditions = {};
  for (const { parse } of within(reach)) {
    const parsed: Result<RuleConditions, FieldFault> = parse(raw, reach);
    if (!parsed.ok) return parsed;
    conditions = { ...conditions, ...parsed.value };
  }
  return ok(conditions);
}

function within(reach: Reach): readonly WireCondition<Condition>[] {
  const all = Object.values(WIRE) as readonly WireCondition<Condition>[];
  return reach === "all" ? all : all.filter(({ onlyAll }) => onlyAll !== true);
}

export function wireConditions(rule: RuleConditions): WireConditions {
  return {
    country: rule.countries ?? [],
    city: rule.cities ?? [],
    continent: rule.continents ?? [],
    language: rule.languages ?? [],
    referrer: rule.referrers ?? [],
    queryParam: rule.queryParams ?? [],
    app: rule.apps ?? [],
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
  /** What to write instead of an item that is not accepted; null if nobody can tell. */
  readonly hint?: (item: unknown) => string | null;
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
  { itemsMax, holds, accepts, hint, twice }: ListOf<T>,
): Result<readonly T[] | null, FieldFault> {
  const value = raw[field];
  if (isNone(value)) return ok(null);
  if (!Array.isArray(value)) return refuse(field, "must be an array");
  const items: readonly unknown[] = value;
  if (items.length > itemsMax) return refuse(field, `must have at most ${itemsMax} items`);
  if (!items.every(accepts)) {
    const wrong = items.find((item) => !accepts(item));
    const meant = hint?.(wrong) ?? null;
    const instead = meant === null ? "" : `: write "${meant}" for "${String(wrong)}"`;
    return refuse(field, `must hold only ${holds}${instead}`);
  }
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

function countryHint(item: unknown): string | null {
  return typeof item === "string" ? countryMeant(item) : null;
}

function referrerHint(item: unknown): string | null {
  if (typeof item !== "string" || item.length > 2_048) return null;
  const host = referrerHost(item.includes("://") ? item : `https://${item}`);
  return host !== null && HOST.test(host) ? host : null;
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
