/** Converts links between the native API's format and the engine's. */

import type { Config } from "../../../config.ts";
import type { ShownActivity, WithActivity } from "../../../links/activity.ts";
import type { LinkInput } from "../../../links/create-link.ts";
import { destinationText } from "../../../links/destination.ts";
import type { LinkFilter } from "../../../links/filter.ts";
import type { Link, LinkFields, LinkKey, ListedLink } from "../../../links/link.ts";
import { shownDomain } from "../../../links/parked.ts";
import { DEFAULT_DOMAIN, shortUrlOf } from "../../../links/route/address.ts";
import { domainOf } from "../../../links/route/hosts.ts";
import type { Rule } from "../../../links/rules/rule.ts";
import type { LinkChanges } from "../../../links/update-link.ts";
import type { Variant } from "../../../links/variants/variant.ts";
import { mapInSlices } from "../../../platform/pauses.ts";
import type { AnswerOf } from "../../shared/reference.ts";
import type { ImportReport } from "../../shared/wire/csv/import.ts";
import { wireConditions } from "../../shared/wire/rule-conditions.ts";
import { isoOf } from "../wire-values.ts";
import type { importOutcome, link as linkAnswer, listedLink } from "./answers.ts";
import type { LinkChangesBody, LinkQuery, LookUpQuery, NewLink } from "./contract.ts";
import type { Routing } from "./routing.ts";

/** Links of an import that are converted before a pause: a millisecond or two of the thread. */
const WIRED_AT_ONCE = 200;

export function toInput(body: NewLink, routing: Routing, config: Config): LinkInput {
  return {
    ...toFields(body),
    ...routing,
    destinationUrl: body.destinationUrl,
    code: body.shortCode ?? undefined,
    domain: toDomain(body.domain, config),
  };
}

export function toChanges(body: LinkChangesBody, routing: Routing, config: Config): LinkChanges {
  return {
    ...toFields(body),
    ...routing,
    code: body.shortCode,
    domain: toDomain(body.domain, config),
    isArchived: body.isArchived,
  };
}

/** Converts a domain. Null and the name of a default host both mean the default domain. */
export function toDomain(domain: string | null, config: Config): string;
export function toDomain(domain: string | null | undefined, config: Config): string | undefined;
export function toDomain(domain: string | null | undefined, config: Config): string | undefined {
  if (domain === undefined) return undefined;
  return domain === null ? DEFAULT_DOMAIN : domainOf(domain, config);
}

function toFields({
  collectionId,
  expiresAt,
  startsAt,
  endsAt,
  ...same
}: LinkChangesBody | NewLink): LinkFields {
  const { destinationUrl, title, description, externalId, tags, isActive } = same;
  const { expiredUrl, redirectStatus, forwardQuery, forwardPath, social, crawlable } = same;
  const { clicksLimit, limitReachedUrl, password } = same;
  return {
    destinationUrl,
    title,
    description,
    externalId,
    tags,
    isActive,
    expiredUrl,
    redirectStatus,
    forwardQuery,
    forwardPath,
    social,
    crawlable,
    clicksLimit,
    limitReachedUrl,
    password,
    utm: same.utmParams,
    collection: collectionId,
    expiresAtMs: expiresAt,
    startsAtMs: startsAt,
    endsAtMs: endsAt,
  };
}

/** Returns what to look a link up by; null for a short URL that no link can have. */
export function toKey(query: LookUpQuery, config: Config): LinkKey | null {
  const { shortUrl, shortCode, domain, destinationUrl, externalId } = query;
  if (externalId !== undefined) return { externalId: externalId.trim() };
  if (destinationUrl !== undefined) {
    return { destinationUrl: destinationText(destinationUrl) };
  }
  if (shortCode !== undefined) return { domain: toDomain(domain ?? null, config), code: shortCode };
  const code = /^\/([\w-]+)\/?$/.exec(shortUrl?.pathname ?? "")?.[1];
  if (code === undefined) return null;
  return { domain: domainOf(shortUrl?.hostname ?? "", config), code };
}

export function toFilter(
  query: Omit<LinkQuery, "limit" | "cursor" | "fields">,
  config: Config,
): LinkFilter {
  return {
    q: query.q,
    tag: query.tag,
    collection: query.collection,
    domain: query.domain === undefined ? undefined : domainOf(query.domain, config),
    isActive: query.active,
    isArchived: query.archived,
  };
}

/** Returns PrunePath's nine fields in its order, then ours. */
export function wireLink(
  link: Link,
  activity: ShownActivity,
  config: Config,
): AnswerOf<typeof linkAnswer> {
  const { rules, abTest, qrSettings } = link;
  return {
    ...wirePlain(link, activity, config),
    rules: rules.map(wireRule),
    abTest: wireTest(abTest),
    qrSettings,
  };
}

/** Returns a link as lists show it: with the parts that it was read with. */
export function wireListedLink(
  link: ListedLink,
  activity: ShownActivity,
  config: Config,
): AnswerOf<typeof listedLink> {
  const { rules, abTest, qrSettings } = link;
  return {
    ...wirePlain(link, activity, config),
    ...(rules !== undefined && { rules: rules.map(wireRule) }),
    ...(abTest !== undefined && { abTest: wireTest(abTest) }),
    ...(qrSettings !== undefined && { qrSettings }),
  };
}

function wireSocial(social: Link["social"]) {
  if (social === null) return null;
  const { title, description = null, image = null } = social;
  return { title, description, image };
}

function wireTest({ variants, ...test }: Link["abTest"]) {
  return { ...test, variants: variants.map(wireVariant) };
}

function wirePlain(link: ListedLink, activity: ShownActivity, config: Config) {
  const domain = shownDomain(link);
  const shortUrl = shortUrlOf({ domain, code: link.code }, config.publicUrl.origin);
  return {
    id: link.uuid,
    userId: link.userId,
    shortCode: link.code,
    destinationUrl: link.destinationUrl,
    title: link.title,
    isActive: link.isActive,
    expiresAt: isoOf(link.expiresAtMs),
    createdAt: isoOf(link.createdAtMs),
    updatedAt: isoOf(link.updatedAtMs),
    shortUrl,
    domain: domain === DEFAULT_DOMAIN ? null : domain,
    description: link.description,
    tags: link.tags.map(({ uuid, name }) => ({ id: uuid, name })),
    collectionId: link.collection?.uuid ?? null,
    externalId: link.externalId,
    isArchived: link.archivedAtMs !== null,
    startsAt: isoOf(link.startsAtMs),
    endsAt: isoOf(link.endsAtMs),
    expiredUrl: link.expiredUrl,
    redirectStatus: link.redirectStatus,
    forwardQuery: link.forwardQuery,
    forwardPath: link.forwardPath,
    social: wireSocial(link.social),
    crawlable: link.crawlable,
    clicksLimit: link.clicksLimit,
    limitReachedUrl: link.limitReachedUrl,
    qrUrl: `${shortUrl}/qr.svg`,
    utmParams: link.utm,
    passwordProtected: link.hasPassword,
    clicks: activity.clicks,
    lastClickedAt: isoOf(activity.lastClickAtMs),
  };
}

function wireRule({ id, name, targetUrl, ...conditions }: Rule) {
  return { id, name, targetUrl, ...wireConditions(conditions) };
}

export function wireVariant({ id, name, url, weight, active }: Variant) {
  return { id, name, url, weight, active };
}

/** Converts an import's report: the created links and the refused rows. */
export async function wireImport(
  links: readonly WithActivity<ListedLink>[],
  { errors, summary }: ImportReport,
  config: Config,
): Promise<AnswerOf<typeof importOutcome>> {
  return {
    created: summary.created,
    links: await mapInSlices(links, WIRED_AT_ONCE, ([link, activity]) =>
      wireListedLink(link, activity, config),
    ),
    errors,
    summary,
  };
}
