/**
 * Which fields of a route record restrict: they keep a visitor from a destination, at some time or
 * for some of them.
 *
 * An isolate of the last release that publishes a link leaves such a field out, and the record has
 * the link's version all the same. So a field that restricts comes with a new ROUTE_SCHEMA: this
 * release then asks D1 instead of trusting that record.
 */

import type { ClickLimit } from "../src/gates/contract.ts";
import type { RouteRecord } from "../src/links/route/record.ts";
import type { RouteConditions, RouteRule } from "../src/links/rules/rule.ts";
import type { RouteVariant } from "../src/links/variants/variant.ts";

type Restricts = boolean;

const OF_RECORD: Readonly<Record<keyof RouteRecord, Restricts>> = {
  schema: false,
  linkId: false,
  uuid: false,
  version: false,
  ledger: false,
  destination: false,
  status: false,
  gone: true,
  startsAtMs: true,
  endsAtMs: true,
  expiredUrl: false,
  forwardQuery: false,
  forwardPath: false,
  social: false,
  crawlable: false,
  clickIdParam: false,
  password: true,
  limit: true,
  limitReachedUrl: false,
  variants: false,
  sticky: false,
  excluded: false,
  rules: true,
};

const OF_LIMIT: Readonly<Record<keyof ClickLimit, Restricts>> = { max: true, since: true };

const OF_VARIANT: Readonly<Record<keyof RouteVariant, Restricts>> = {
  id: false,
  to: false,
  weight: false,
};

const OF_RULE: Readonly<Record<Exclude<keyof RouteRule, keyof RouteConditions>, Restricts>> = {
  id: false,
  to: false,
};

const OF_CONDITIONS: Readonly<Record<keyof RouteConditions, Restricts>> = {
  countries: true,
  continents: true,
  params: true,
  referrers: true,
  languages: true,
  apps: true,
  cities: true,
  window: true,
  days: true,
  zone: true,
  devices: true,
  os: true,
  browsers: true,
};

/** Returns the fields that restrict, by their path in the record. */
export function restrictingFields(): readonly string[] {
  return [
    ...restricting("", OF_RECORD),
    ...restricting("limit.", OF_LIMIT),
    ...restricting("variants.", OF_VARIANT),
    ...restricting("rules.", { ...OF_RULE, ...OF_CONDITIONS }),
  ];
}

function restricting(path: string, fields: Readonly<Record<string, Restricts>>): string[] {
  return Object.entries(fields).flatMap(([name, restricts]) => (restricts ? [path + name] : []));
}
