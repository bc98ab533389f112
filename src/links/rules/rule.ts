/**
 * What a routing rule is: as it is stored with its link, and as it travels in the route record.
 *
 * A link's default rule is no rule here: its target is the link's own destination.
 */

import type { Device } from "../../ledger/contract.ts";

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

/** The id under which clicks are counted that no rule of a link with rules has chosen. */
export const DEFAULT_RULE = "default";

/** The time zone of whoever follows the link, in place of an IANA name. */
export const VISITOR_ZONE = "visitor";

/** What a visitor must meet: all of it. An absent condition is met by everybody. */
export interface RuleConditions {
  /** ISO 3166-1 alpha-2, upper case. */
  readonly countries?: readonly string[];
  /** As sent. Only together with `countries`. */
  readonly cities?: readonly string[];
  readonly devices?: readonly Device[];
  readonly os?: readonly RuleSystem[];
  readonly browsers?: readonly RuleBrowser[];
  /** "HH:MM". An end before the start is on the next day; the end itself is outside. */
  readonly timeStart?: string;
  readonly timeEnd?: string;
  /** 0 is Sunday. A window across midnight belongs to the day on which it began. */
  readonly days?: readonly number[];
  /** Where times and days are read: an IANA name or `"visitor"`; UTC when absent. */
  readonly timezone?: string;
}

/**
 * The condition that each field of a rule belongs to: the one list of conditions. Whatever treats them
 * one by one (reads, checks, traces, compiles, names, shows them) is a record over `Condition`, so that
 * it does not compile while it forgets one.
 */
export const CONDITIONS = {
  countries: "country",
  cities: "city",
  devices: "device",
  os: "os",
  browsers: "browser",
  timeStart: "time",
  timeEnd: "time",
  days: "day",
  // Days are read in it as well.
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
  /** Null: a readable one is derived from the conditions. */
  readonly name: string | null;
  /** As sent. */
  readonly targetUrl: string;
}

/** A rule as somebody wants it to be, before it has an id; a name is absent where none was spoken of. */
export interface NewRule extends RuleConditions {
  readonly name?: string | null;
  readonly targetUrl: string;
}

/** The conditions of a rule as the redirect needs them: everything that can be worked out beforehand is. */
export interface RouteConditions {
  readonly countries?: readonly string[];
  /** Folded by `foldCity`. */
  readonly cities?: readonly string[];
  /** Minutes of the day: the first inside, and the first outside again. */
  readonly window?: readonly [from: number, until: number];
  /** One bit a day, Sunday the lowest. */
  readonly days?: number;
  /** Only where a window or days are read in another zone than UTC. */
  readonly zone?: string;
  readonly devices?: readonly Device[];
  readonly os?: readonly string[];
  readonly browsers?: readonly string[];
}

/** A rule as it travels in the route record. */
export interface RouteRule extends RouteConditions {
  readonly id: string;
  /** Normalised (`URL.href`): goes into `Location` as it is. */
  readonly to: string;
}
