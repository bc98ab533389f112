/** Between the native API's words and the engine's. */
import type { Config } from "../../config.ts";
import { DEFAULT_DOMAIN } from "../../links/address.ts";
import type { LinkInput } from "../../links/create-link.ts";
import type { Label, Link, LinkFields } from "../../links/link.ts";
import type { LinkFilter } from "../../links/store.ts";
import type { LinkChanges } from "../../links/update-link.ts";
import { objectIdOf } from "../../platform/uuid.ts";
import { domainOf } from "../../redirect/hosts.ts";
import type { LinkChangesBody, LinkQuery, NewLink } from "./link-contract.ts";

export function toInput(body: NewLink): LinkInput {
  return {
    ...toFields(body),
    destinationUrl: body.destinationUrl,
    code: body.shortCode ?? undefined,
  };
}

export function toChanges(body: LinkChangesBody): LinkChanges {
  return { ...toFields(body), code: body.shortCode, isArchived: body.isArchived };
}

function toFields({
  collectionId,
  expiresAt,
  startsAt,
  endsAt,
  ...same
}: LinkChangesBody | NewLink): LinkFields {
  const { destinationUrl, title, description, tags, isActive } = same;
  const { expiredUrl, redirectStatus, forwardQuery } = same;
  return {
    destinationUrl,
    title,
    description,
    tags,
    isActive,
    expiredUrl,
    redirectStatus,
    forwardQuery,
    collection: collectionId,
    expiresAtMs: expiresAt,
    startsAtMs: startsAt,
    endsAtMs: endsAt,
  };
}

export function toFilter(query: LinkQuery, config: Config): LinkFilter {
  return {
    q: query.q,
    tag: query.tag,
    collection: query.collection,
    domain: query.domain === undefined ? undefined : domainOf(query.domain, config),
    isActive: query.active,
    isArchived: query.archived,
  };
}

/** PrunePath's nine fields in its order, then ours. */
export function wireLink(link: Link, config: Config) {
  return {
    id: link.uuid,
    userId: link.userId,
    shortCode: link.code,
    destinationUrl: link.destinationUrl,
    title: link.title,
    isActive: link.isActive,
    expiresAt: isoOf(link.expiresAtMs),
    createdAt: new Date(link.createdAtMs).toISOString(),
    updatedAt: new Date(link.updatedAtMs).toISOString(),
    shortUrl: shortUrlOf(link, config),
    domain: link.domain === DEFAULT_DOMAIN ? null : link.domain,
    description: link.description,
    tags: link.tags.map(({ uuid, name }) => ({ id: uuid, name })),
    collectionId: link.collection?.uuid ?? null,
    isArchived: link.archivedAtMs !== null,
    startsAt: isoOf(link.startsAtMs),
    endsAt: isoOf(link.endsAtMs),
    expiredUrl: link.expiredUrl,
    redirectStatus: link.redirectStatus,
    forwardQuery: link.forwardQuery,
  };
}

/** Gives the address that people share. */
export function shortUrlOf({ domain, code }: Link, config: Config): string {
  const origin = domain === DEFAULT_DOMAIN ? config.publicUrl.origin : `https://${domain}`;
  return `${origin}/${code}`;
}

export function wireTag({ uuid, name }: Label) {
  return { id: uuid, objectId: objectIdOf(uuid), name };
}

export function wireCollection({ id, uuid, name }: Label) {
  return { id: uuid, numericId: id, name };
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
