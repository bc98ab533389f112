/**
 * Schemas of rules for the documents: `../rules.ts` reads what they describe, and says more of a
 * fault than they could.
 */

import * as z from "zod";

import { APPS } from "../../../../clicks/in-app.ts";
import { CONTINENTS } from "../../../../links/rules/countries.ts";
import { BROWSERS, DEVICES, RULES_MAX, SYSTEMS } from "../../../../links/rules/rule.ts";
import { ITEMS_MAX, QUERY_PARAM_LENGTH_MAX, TIME } from "../rule-conditions.ts";
import { RULE_NAME_LENGTH_MAX } from "../rules.ts";

/** Conditions as an answer shows them: those that a rule does not have are empty lists and nulls. */
export const conditions = z.strictObject({
  /** Countries by ISO 3166-1 alpha-2 code, and `EU` for the European Union. */
  country: z.array(z.string()).max(ITEMS_MAX.country),
  /** Cities of these countries. Case, accents and punctuation do not matter. */
  city: z.array(z.string()).max(ITEMS_MAX.city),
  /** Continents by two letters. */
  continent: z.array(z.enum(namesOf(CONTINENTS))),
  /** Languages that the visitor prefers, as BCP 47 tags: `pt` includes `pt-BR`. */
  language: z.array(z.string()).max(ITEMS_MAX.language),
  /** Hosts of the page that the visitor comes from, without `www.`. Subdomains are included. */
  referrer: z.array(z.string()).max(ITEMS_MAX.referrer),
  /** Parameters of the visitor's query, not encoded: `name` with any value, or `name=value`. */
  queryParam: z.array(z.string().max(QUERY_PARAM_LENGTH_MAX)).max(ITEMS_MAX.queryParam),
  /** Apps that the visitor opened the link in, in their own browser. */
  app: z.array(z.enum(APPS)),
  device: z.array(z.enum(DEVICES)),
  /** Operating systems. */
  os: z.array(z.enum(SYSTEMS)),
  browser: z.array(z.enum(BROWSERS)),
  /** When the rule begins to hold each day, as `HH:MM`; together with `timeEnd`. */
  timeStart: z.string().regex(TIME).nullable(),
  /** When it ceases to hold, as `HH:MM`. An end before the start is on the next day. */
  timeEnd: z.string().regex(TIME).nullable(),
  /** Days on which the rule holds: 0 is Sunday, 6 is Saturday. */
  daysOfWeek: z.array(z.int().min(0).max(6)).max(ITEMS_MAX.daysOfWeek),
  /** The zone of times and days: an IANA name, or `visitor` for each visitor's own; null is UTC. */
  timezone: z.string().nullable(),
});

const { shape } = conditions;

/** A rule as an answer shows it. */
export const rule = z.strictObject({
  /** The id under which its clicks are counted. A rule that a change leaves alone keeps it. */
  id: z.string(),
  name: z.string().nullable(),
  /** Where the visitors lead whom all of its conditions describe. */
  targetUrl: z.string(),
  ...shape,
});

const sentParts = {
  /** Without one, reports derive one from the conditions. */
  name: z.string().max(RULE_NAME_LENGTH_MAX).nullish(),
  /** A web address, or an address that opens an app. */
  targetUrl: z.string().min(1),
};

/** Rules as a link is sent with them, in the order in which they are tried. */
export const rules = z.array(z.object({ ...sentParts, ...nullish(shape) })).max(RULES_MAX);

const common = conditions.pick({
  country: true,
  city: true,
  device: true,
  os: true,
  browser: true,
  timeStart: true,
  timeEnd: true,
  daysOfWeek: true,
  timezone: true,
}).shape;

/** Rules as RevoLink has them: the default among them, and fewer conditions. */
export const rulesWithDefault = z
  .array(
    z.object({
      ...sentParts,
      /** True for exactly one rule, which has no conditions: where all other visitors lead. */
      isDefault: z.boolean(),
      ...nullish(common),
      /** Countries by ISO 3166-1 alpha-2 code. */
      country: z.array(z.string()).max(ITEMS_MAX.country).nullish(),
    }),
  )
  .min(1)
  .max(RULES_MAX);

type Nullish<Shape extends z.ZodRawShape> = {
  [Field in keyof Shape]: z.ZodOptional<z.ZodNullable<Shape[Field]>>;
};

/** Makes conditions as they are sent: null, like an empty list, is none. */
function nullish<Shape extends z.ZodRawShape>(given: Shape): Nullish<Shape> {
  const fields = Object.entries(given).map(([name, schema]) => [
    name,
    z.optional(z.nullable(schema)),
  ]);
  return Object.fromEntries(fields) as Nullish<Shape>;
}

function namesOf<Name extends string>(named: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(named) as Name[];
}
