/**
 * Accepts what a client wants a link to be: turns it into what is to be written, or says what is wrong
 * with it. New links, imports and changes all come this way. Pure: what a link names has been looked up.
 */

import { PLANS } from "../access/plans.ts";
import { exceeded } from "../access/quotas.ts";
import { isReserved } from "../codes/reserved.ts";
import type { links } from "../db/schema/index.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { acceptRules, acceptUrl, acceptVariants } from "./accept-routing.ts";
import type { LinkContext } from "./context.ts";
import type { FieldsRefusal } from "./errors.ts";
import type { Link, LinkFields } from "./link.ts";
import type { LookUps } from "./look-ups.ts";
import type { LinkPlace } from "./parked.ts";
import { DEFAULT_DOMAIN } from "./route/address.ts";
import type { Variant } from "./variants/variant.ts";

/** A link as it is wanted. What is absent stays as it is, and is the default of a new link. */
export interface WantedLink extends LinkFields {
  /** Empty for the default hosts, else one that the workspace has proved. */
  readonly domain?: string | undefined;
  /** Within the dialect's grammar. */
  readonly code?: string | undefined;
}

export interface AcceptedLink {
  /** What is absent stays, or takes its default. */
  readonly columns: LinkColumns;
  /** The code is null for a new link that is to get one. */
  readonly place: Omit<LinkPlace, "code"> & { readonly code: string | null };
  /** Whether the place is another than before. */
  readonly moves: boolean;
  /** All of them; null where they stay. */
  readonly tags: readonly string[] | null;
  readonly variants: readonly Variant[] | null;
}

/** The columns that wanted fields fill by themselves, whatever the row holds. */
export type LinkColumns = Pick<
  typeof links.$inferInsert,
  | "title"
  | "description"
  | "collectionId"
  | "isActive"
  | "startsAtMs"
  | "endsAtMs"
  | "expiresAtMs"
  | "redirectStatus"
  | "forwardQuery"
  | "utmParams"
  | "rules"
  | "abEnabled"
  | "abSticky"
  | "clicksLimit"
  | "qrSettings"
> & { readonly destinationUrl?: string; readonly expiredUrl?: string | null };

/** All that is wrong with a link, one fault per field, in the order in which fields are looked at. */
export type Faults = readonly [FieldsRefusal, ...FieldsRefusal[]];

type Before = Pick<
  Link,
  "domain" | "parkedDomain" | "startsAtMs" | "endsAtMs" | "rules" | "abTest"
> & { readonly code: string | null };

const NOTHING: Before = {
  domain: DEFAULT_DOMAIN,
  parkedDomain: null,
  code: null,
  startsAtMs: null,
  endsAtMs: null,
  rules: [],
  abTest: { enabled: false, sticky: false, variants: [] },
};

/** What a link is checked with, besides itself. */
export interface AcceptContext extends Pick<LinkContext, "access" | "policy" | "nowMs"> {
  /** Has looked up what the link names. */
  readonly lookUps: LookUps;
}

/** Accepts a change of a link, or a new link where `before` is null. */
export function acceptLink(
  wanted: WantedLink,
  before: Link | null,
  context: AcceptContext,
): Result<AcceptedLink, Faults> {
  const { policy, lookUps } = context;
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
  const rules = take(acceptRules(wanted.rules, was.rules, context));
  const variants = take(acceptVariants(abTest, was.abTest, context));
  const collectionId = take(lookUps.collection(wanted.collection));
  const [first, ...others] = faults;
  if (first !== undefined) return err([first, ...others]);
  if (standing === undefined) throw new Error("A place is accepted, or refused with a reason.");
  const columns = present({
    destinationUrl,
    title: wanted.title,
    description: wanted.description,
    collectionId,
    isActive: wanted.isActive,
    ...schedule,
    expiresAtMs,
    expiredUrl,
    redirectStatus: wanted.redirectStatus,
    forwardQuery: wanted.forwardQuery,
    utmParams: utm && (Object.keys(utm).length === 0 ? null : JSON.stringify(utm)),
    rules: rules && (rules.length === 0 ? null : JSON.stringify(rules)),
    abEnabled: abTest?.enabled,
    abSticky: abTest?.sticky,
    clicksLimit: wanted.clicksLimit,
    qrSettings: qrSettings && JSON.stringify(qrSettings),
  });
  return ok({
    ...standing,
    columns,
    tags: tags === undefined ? null : toTagNames(tags),
    variants: variants ?? null,
  });
}

/** A domain that was lost, or a word that was reserved after the link took it, stays the link's. */
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

/** Accepts a start and an end. A schedule that a link has beyond its plan may stay. */
function acceptSchedule(
  wanted: WantedLink,
  before: Before,
  { access }: AcceptContext,
): Result<Pick<WantedLink, "startsAtMs" | "endsAtMs">, FieldsRefusal> {
  const { startsAtMs = before.startsAtMs, endsAtMs = before.endsAtMs } = wanted;
  if (startsAtMs !== null && endsAtMs !== null && endsAtMs <= startsAtMs) {
    return err({ reason: "schedule_inverted" });
  }
  const { plan } = access.workspace;
  const isSet =
    (startsAtMs !== null && startsAtMs !== before.startsAtMs) ||
    (endsAtMs !== null && endsAtMs !== before.endsAtMs);
  return isSet && !PLANS[plan].features.schedules
    ? err(exceeded("schedules", plan, 0, 1))
    : ok({ startsAtMs: wanted.startsAtMs, endsAtMs: wanted.endsAtMs });
}

/** Returns tag names as they are stored: trimmed, each once, none empty. */
export function toTagNames(tags: readonly string[]): string[] {
  return [...new Set(tags.map((name) => name.trim().toWellFormed()))].filter((name) => name !== "");
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Drops what is undefined: drizzle and spreads would take it for a value. */
function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Present<T>;
}
