/**
 * A routing rule, as stored with its link and as part of the route record.
 *
 * A link's default rule is not one of these: its target is the link's own destination.
 */

import type { App } from "../../clicks/in-app.ts";
import type { Device } from "../../ledger/contract.ts";
import type { Continent } from "./countries.ts";

export const DEVICES = [
  "desktop",
  "mobile",
  "tablet",
  "console",
  "smarttv",
  "wearable",
  "embedded",
] as const satisfies readonly Device[];

export const SYSTEMS = ["Windows", "macOS", "Linux", "iOS", "Android"] as const;
export const BROWSERS = ["Chrome", "Firefox", "Safari", "Edge", "Opera", "Brave"] as const;

export type RuleSystem = (typeof SYSTEMS)[number];
export type RuleBrowser = (typeof BROWSERS)[number];

/** The most rules of one link. */
export const RULES_MAX = 100;

/** The id under which clicks are counted if the link has rules and none matched. */
export const DEFAULT_RULE = "default";

/** The visitor's time zone, in place of an IANA name. */
export const VISITOR_ZONE = "visitor";

/**
 * The conditions that a visitor must meet, all of them. An absent condition holds for every
 * visitor.
 */
export interface RuleConditions {
  /** ISO 3166-1 alpha-2, upper case, and `EU` for the member states of the European Union. */
  readonly countries?: readonly string[];
  /** As sent. Only valid together with `countries`. */
  readonly cities?: readonly string[];
  readonly continents?: readonly Continent[];
  /** Parameters of the visitor's query: `name` with any value, or `name=value`. */
  readonly queryParams?: readonly string[];
  /** Hosts of the page that the visitor comes from; each includes its subdomains. */
  readonly referrers?: readonly string[];
  /** BCP 47 tags of the language that the visitor prefers; `pt` includes `pt-BR`. */
  readonly languages?: readonly string[];
  /** The app in whose own browser the visitor opened the link. */
  readonly apps?: readonly App[];
  readonly devices?: readonly Device[];
  readonly os?: readonly RuleSystem[];
  readonly browsers?: readonly RuleBrowser[];
  /** "HH:MM". An end before the start is on the next day; the end itself is excluded. */
  readonly timeStart?: string;
  readonly timeEnd?: string;
  /** 0 is Sunday. A window across midnight belongs to the day on which it began. */
  readonly days?: readonly number[];
  /** The zone of times and days: an IANA name or `"visitor"`; UTC if absent. */
  readonly timezone?: string;
}

/**
 * The condition that each field of a rule belongs to: the only list of conditions. All code that
 * treats them one by one (parses, checks, traces, compiles, names, shows them) is a record over
 * `Condition`, so that it does not compile if it misses one.
 */
export const CONDITIONS = {
  countries: "country",
  cities: "city",
  continents: "continent",
  queryParams: "query",
  referrers: "referrer",
  languages: "language",
  apps: "app",
  devices: "device",
  os: "os",
  browsers: "browser",
  timeStart: "time",
  timeEnd: "time",
  days: "day",
  // Days are read in this zone as well.
  timezone: "time",
} as const satisfies Readonly<Record<keyof RuleConditions, string>>;

export type Condition = (typeof CONDITIONS)[keyof RuleConditions];

/** The fields of a rule that hold a condition. */
export type ConditionFields<C extends Condition> = {
  readonly [
    F in keyof RuleConditions as (typeof CONDITIONS)[F] extends C ? F : never
  ]: RuleConditions[F];
};

/** A rule as D1 stores it, in a JSON array in the order in which rules are tried. */
export interface Rule extends RuleConditions {
  readonly id: string;
  /** Null if a readable one is derived from the conditions. */
  readonly name: string | null;
  /** As sent. */
  readonly targetUrl: string;
}

/** A rule that a client asks for, before it has an id; an absent name keeps the previous one. */
export interface NewRule extends RuleConditions {
  readonly name?: string | null;
  readonly targetUrl: string;
}

/** The conditions of a rule as the redirect needs them, with everything precomputed that can be. */
export interface RouteConditions {
  /** Without groups: their members. */
  readonly countries?: readonly string[];
  readonly continents?: readonly string[];
  /** As in the rule: `name` or `name=value`, decoded. */
  readonly params?: readonly string[];
  readonly referrers?: readonly string[];
  /** Lower case. */
  readonly languages?: readonly string[];
  readonly apps?: readonly string[];
  /** Folded by `foldCity`. */
  readonly cities?: readonly string[];
  /** Minutes of the day: the first one inside, and the first one outside again. */
  readonly window?: readonly [from: number, until: number];
  /** One bit per day, Sunday the lowest. */
  readonly days?: number;
  /** Present only if a window or days are read in a zone other than UTC. */
  readonly zone?: string;
  readonly devices?: readonly Device[];
  readonly os?: readonly string[];
  readonly browsers?: readonly string[];
}

/** A rule as the route record holds it. */
export interface RouteRule extends RouteConditions {
  readonly id: string;
  /** Normalised (`URL.href`): sent in `Location` unchanged. */
  readonly to: string;
}
