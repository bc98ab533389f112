/**
 * Validates the link that a client asks for: returns what is to be written, or what is wrong with
 * it. New links, imports and changes all pass through here. Pure: what the link names was looked up
 * before.
 */

import { checkFeature } from "../access/quotas.ts";
import { isReserved } from "../codes/reserved.ts";
import type { links } from "../db/schema/index.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { acceptRules, acceptSocial, acceptUrl, acceptVariants } from "./accept-routing.ts";
import { checkBounds } from "./bounds.ts";
import type { LinkContext } from "./context.ts";
import type { FieldsRefusal } from "./errors.ts";
import { labelKey } from "./label-key.ts";
import type { Link, LinkFields } from "./link.ts";
import type { LookUps } from "./look-ups.ts";
import type { LinkPlace } from "./parked.ts";
import { DEFAULT_DOMAIN } from "./route/address.ts";
import type { Rule } from "./rules/rule.ts";
import type { Variant } from "./variants/variant.ts";

/**
 * The link that a client asks for. An absent field keeps its value, or takes the default on a new
 * link.
 */
export interface WantedLink extends LinkFields {
  /** Empty for the default hosts, otherwise a domain that the workspace has verified. */
  readonly domain?: string | undefined;
  /** Within the API's own grammar. */
  readonly code?: string | undefined;
}

export interface AcceptedLink {
  /** An absent column keeps its value, or takes its default. */
  readonly columns: LinkColumns;
  /** The code is null for a new link that is to get an automatic one. */
  readonly place: Omit<LinkPlace, "code"> & { readonly code: string | null };
  /** Whether the place differs from the current one. */
  readonly moves: boolean;
  /** The complete list; null keeps the current tags. */
  readonly tags: readonly string[] | null;
  readonly variants: readonly Variant[] | null;
}

/** The columns that follow from the requested fields alone, whatever the row holds. */
export type LinkColumns = Pick<
  typeof links.$inferInsert,
  | "title"
  | "description"
  | "externalId"
  | "collectionId"
  | "isActive"
  | "startsAtMs"
  | "endsAtMs"
  | "expiresAtMs"
  | "redirectStatus"
  | "forwardQuery"
  | "forwardPath"
  | "social"
  | "crawlable"
  | "utmParams"
  | "rules"
  | "abEnabled"
  | "abSticky"
  | "clicksLimit"
  | "qrSettings"
> & {
  readonly destinationUrl?: string;
  readonly expiredUrl?: string | null;
  readonly limitReachedUrl?: string | null;
};

/** All faults of a link, one per field, in the order in which the fields are checked. */
export type Faults = readonly [FieldsRefusal, ...FieldsRefusal[]];

type Before = Pick<
  Link,
  | "domain"
  | "parkedDomain"
  | "startsAtMs"
  | "endsAtMs"
  | "rules"
  | "abTest"
  | "clicksLimit"
  | "destinationUrl"
  | "utm"
  | "qrSettings"
> & { readonly code: string | null };

const NOTHING: Before = {
  domain: DEFAULT_DOMAIN,
  parkedDomain: null,
  code: null,
  startsAtMs: null,
  endsAtMs: null,
  rules: [],
  abTest: { enabled: false, sticky: false, variants: [] },
  clicksLimit: null,
  destinationUrl: "",
  utm: {},
  qrSettings: null,
};

/** What a link is validated with, besides itself. */
export interface AcceptContext extends Pick<LinkContext, "access" | "policy" | "nowMs"> {
  /** The result of looking up what the link names. */
  readonly lookUps: LookUps;
}

/** Validates a change of a link, or a new link if `before` is null. */
export function acceptLink(
  wanted: WantedLink,
  before: Link | null,
  given: AcceptContext,
): Result<AcceptedLink, Faults> {
  const { lookUps } = given;
  const policy = withVerifiedHosts(given);
  const context = { ...given, policy };
  const { abTest, qrSettings, utm, tags } = wanted;
  const was = before ?? NOTHING;
  const faults: FieldsRefusal[] = [];
  function take<T>(accepted: Result<T, FieldsRefusal>): T | undefined {
    if (accepted.ok) return accepted.value;
    faults.push(accepted.error);
    return undefined;
  }
  const standing = take(acceptPlace(wanted, was, lookUps));
  const expiresAtMs = take(acceptExpiry(wanted.expiresAtMs, context));
  const schedule = take(acceptSchedule(wanted, was, context));
  const destinationUrl = take(acceptUrl("destinationUrl", wanted.destinationUrl, policy));
  const expiredUrl = take(acceptUrl("expiredUrl", wanted.expiredUrl, policy));
  const limitReachedUrl = take(acceptUrl("limitReachedUrl", wanted.limitReachedUrl, policy));
  const social = take(acceptSocial(wanted.social));
  const rules = take(acceptRules(wanted.rules, was.rules, context));
  const variants = take(acceptVariants(abTest, was.abTest, context));
  const clicksLimit = take(acceptClicksLimit(wanted.clicksLimit, was, context));
  const passwords = Number(typeof wanted.password === "string");
  take(checkFeature(context.access.workspace, "passwords", { asked: passwords }));
  const collectionId = take(lookUps.collection(wanted.collection));
  // Only a link of which nothing else is wrong can be measured.
  if (faults.length === 0) {
    take(acceptSize({ destinationUrl, utm, rules, variants, qrSettings }, was));
  }
  const [first, ...others] = faults;
  if (first !== undefined) return err([first, ...others]);
  if (standing === undefined) throw new Error("A place is accepted, or refused with a reason.");
  const columns = present({
    destinationUrl,
    title: wanted.title,
    description: wanted.description,
    externalId: wanted.externalId,
    collectionId,
    isActive: wanted.isActive,
    ...schedule,
    expiresAtMs,
    expiredUrl,
    limitReachedUrl,
    redirectStatus: wanted.redirectStatus,
    forwardQuery: wanted.forwardQuery,
    forwardPath: wanted.forwardPath,
    social: social && JSON.stringify(social),
    crawlable: wanted.crawlable,
    utmParams: utm && (Object.keys(utm).length === 0 ? null : JSON.stringify(utm)),
    rules: rules && (rules.length === 0 ? null : JSON.stringify(rules)),
    abEnabled: abTest?.enabled,
    abSticky: abTest?.sticky,
    clicksLimit,
    qrSettings: qrSettings && JSON.stringify(qrSettings),
  });
  return ok({
    ...standing,
    columns,
    tags: tags === undefined ? null : toTagNames(tags),
    variants: variants ?? null,
  });
}

/** Adds the custom domains of all workspaces to a policy's own hosts. */
function withVerifiedHosts({ policy, lookUps }: AcceptContext): LinkContext["policy"] {
  return {
    ...policy,
    isOwnHost: (hostname) => policy.isOwnHost(hostname) || lookUps.isVerifiedHost(hostname),
  };
}

/**
 * Validates a place. A link keeps a domain that was lost, and a code that was reserved only later.
 */
function acceptPlace(
  wanted: WantedLink,
  before: Before,
  lookUps: LookUps,
): Result<Pick<AcceptedLink, "place" | "moves">, FieldsRefusal> {
  const { domain = before.domain, code = before.code } = wanted;
  const stays = domain === null || domain === before.domain;
  const allowed = stays ? ok(domain) : lookUps.domain(domain);
  if (!allowed.ok) return allowed;
  const moves = allowed.value !== before.domain || code !== before.code;
  if (moves && code !== null && isReserved(code)) return err({ reason: "code_reserved", code });
  const parkedDomain = allowed.value === null ? before.parkedDomain : null;
  return ok({ place: { domain: allowed.value, parkedDomain, code }, moves });
}

function acceptExpiry(
  expiresAtMs: WantedLink["expiresAtMs"],
  { policy, nowMs }: AcceptContext,
): Result<WantedLink["expiresAtMs"], FieldsRefusal> {
  const isPast = typeof expiresAtMs === "number" && expiresAtMs <= nowMs;
  return isPast && !policy.pastExpiry ? err({ reason: "expiry_past" }) : ok(expiresAtMs);
}

/** Validates a start and an end. A schedule that the plan no longer includes may stay. */
function acceptSchedule(
  wanted: WantedLink,
  before: Before,
  { access }: AcceptContext,
): Result<Pick<WantedLink, "startsAtMs" | "endsAtMs">, FieldsRefusal> {
  const { startsAtMs = before.startsAtMs, endsAtMs = before.endsAtMs } = wanted;
  if (startsAtMs !== null && endsAtMs !== null && endsAtMs <= startsAtMs) {
    return err({ reason: "schedule_inverted" });
  }
  const isSet =
    (startsAtMs !== null && startsAtMs !== before.startsAtMs) ||
    (endsAtMs !== null && endsAtMs !== before.endsAtMs);
  const feature = checkFeature(access.workspace, "schedules", { asked: Number(isSet) });
  return feature.ok ? ok({ startsAtMs: wanted.startsAtMs, endsAtMs: wanted.endsAtMs }) : feature;
}

/** Validates a click limit. One that the plan no longer includes may stay. */
function acceptClicksLimit(
  clicksLimit: WantedLink["clicksLimit"],
  before: Before,
  { access }: AcceptContext,
): Result<WantedLink["clicksLimit"], FieldsRefusal> {
  const isSet = typeof clicksLimit === "number" && clicksLimit !== before.clicksLimit;
  const feature = checkFeature(access.workspace, "clickLimits", { asked: Number(isSet) });
  return feature.ok ? ok(clicksLimit) : feature;
}

interface ChangedSize {
  readonly destinationUrl: string | undefined;
  readonly utm: LinkFields["utm"];
  readonly rules: readonly Rule[] | undefined;
  readonly variants: readonly Variant[] | undefined;
  readonly qrSettings: LinkFields["qrSettings"];
}

/** Checks the size of a link as it would be; one that is already larger may change otherwise. */
function acceptSize(changed: ChangedSize, before: Before): Result<null, FieldsRefusal> {
  if (Object.values(changed).every((value) => value === undefined)) return ok(null);
  const { destinationUrl, utm, rules, variants, qrSettings } = changed;
  return checkBounds({
    destinationUrl: destinationUrl ?? before.destinationUrl,
    utm: (utm === undefined ? before.utm : utm) ?? {},
    rules: rules ?? before.rules,
    variants: variants ?? before.abTest.variants,
    qrSettings: qrSettings === undefined ? before.qrSettings : qrSettings,
  });
}

/** Returns tag names as they are stored: trimmed, each tag once, without empty names. */
export function toTagNames(tags: readonly string[]): string[] {
  const byKey = new Map<string, string>();
  for (const tag of tags) {
    const name = tag.trim().toWellFormed();
    const key = labelKey(name);
    if (name !== "" && !byKey.has(key)) byKey.set(key, name);
  }
  return [...byKey.values()];
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Drops undefined fields, which drizzle and spreads would treat as values. */
function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Present<T>;
}
