/** Converts links between RevoLink's format and the engine's. */

import type { Config } from "../../../config.ts";
import type { LinkInput } from "../../../links/create-link.ts";
import type { LinkRefusal } from "../../../links/errors.ts";
import type { LinkFields, ListedLink } from "../../../links/link.ts";
import { shownDomain } from "../../../links/parked.ts";
import { DEFAULT_DOMAIN, shortUrlOf } from "../../../links/route/address.ts";
import { domainOf } from "../../../links/route/hosts.ts";
import type { LinkChanges as LinkUpdate } from "../../../links/update-link.ts";
import { err, ok, type Result } from "../../../platform/result.ts";
import { objectIdOf } from "../../../platform/uuid.ts";
import type { AnswerOf } from "../../shared/reference.ts";
import { parseRulesWithDefault } from "../../shared/wire/rules.ts";
import { parseAbTest } from "../../shared/wire/variants.ts";
import { type RevolinkRefusal, toRefusal } from "../errors.ts";
import type { createdLink } from "./answers.ts";
import type { LinkChanges, NewLink } from "./contract.ts";

/** A requested link, before what must be looked up or fetched. */
export interface Wanted<Fields> {
  readonly fields: Fields;
  /** The tags' object ids; absent if the request has none. */
  readonly tagIds: readonly string[] | undefined;
  /** The settings as received. */
  readonly qrSettings: unknown;
  /** The index of the default in the request's rules; absent without rules. */
  readonly defaultIndex: number | undefined;
}

/** Reads a new link. */
export function readNewLink(
  body: NewLink,
  config: Config,
): Result<Wanted<LinkInput>, RevolinkRefusal> {
  const routing = readRouting(body);
  if (!routing.ok) return routing;
  const { destinationUrl } = routing.value.fields;
  // The schema requires `rules`, which always have a default.
  if (destinationUrl === undefined) throw new Error("A new link has no default rule.");
  const fields = { ...plainFields(body, config), ...routing.value.fields, destinationUrl };
  return ok(wantedOf(body, fields, routing.value));
}

/** Reads the changes to a link. */
export function readChanges(
  body: LinkChanges,
  config: Config,
): Result<Wanted<LinkUpdate>, RevolinkRefusal> {
  const routing = readRouting(body);
  if (!routing.ok) return routing;
  const fields = { ...plainFields(body, config), ...routing.value.fields };
  return ok(wantedOf(body, fields, routing.value));
}

/**
 * Renames a refused rule destination to its place in the request's rules: the engine knows the
 * default's as the link's destination, and counts only the others.
 */
export function asSent(
  refusal: LinkRefusal,
  { defaultIndex = 0 }: Pick<Wanted<unknown>, "defaultIndex">,
): LinkRefusal {
  if (refusal.reason !== "destination_refused" && refusal.reason !== "bound_exceeded") {
    return refusal;
  }
  const { field } = refusal;
  if (field === "destinationUrl") {
    return { ...refusal, field: `rules[${defaultIndex}].targetUrl` };
  }
  const index = Number(/^rules\[(\d+)\]/.exec(field)?.[1] ?? Number.NaN);
  return index >= defaultIndex ? { ...refusal, field: `rules[${index + 1}].targetUrl` } : refusal;
}

/** Converts a new link for the responses of create and bulk create. */
export function wireCreated(link: ListedLink, config: Config): AnswerOf<typeof createdLink> {
  const address = { domain: shownDomain(link), code: link.code };
  return {
    id: objectIdOf(link.uuid),
    slug: link.code,
    fullLink: shortUrlOf(address, config.publicUrl.origin),
  };
}

function wantedOf<Fields>(
  { tagIds, qrSettings }: NewLink | LinkChanges,
  fields: Fields,
  { defaultIndex }: Routing,
): Wanted<Fields> {
  return { fields, tagIds, qrSettings, defaultIndex };
}

/** The fields that decide the link's destination. */
interface Routing extends Pick<Wanted<unknown>, "defaultIndex"> {
  readonly fields: Pick<LinkFields, "destinationUrl" | "rules" | "abTest">;
}

function readRouting({ rules, abTest }: NewLink | LinkChanges): Result<Routing, RevolinkRefusal> {
  const read = rules === undefined ? undefined : parseRulesWithDefault(rules);
  if (read?.ok === false) return err(toRefusal(read.error));
  const test = abTest === undefined ? undefined : parseAbTest(abTest);
  if (test?.ok === false) return err(toRefusal(test.error));
  return ok({
    fields: {
      destinationUrl: read?.value.defaultTarget,
      rules: read?.value.rules,
      abTest: test?.value,
    },
    defaultIndex: read?.value.defaultIndex,
  });
}

function plainFields(body: NewLink | LinkChanges, config: Config): LinkUpdate {
  const { name, description, active, clicksLimit, expirationDate, slug, domain } = body;
  return {
    title: name,
    description,
    isActive: active,
    clicksLimit,
    expiresAtMs: expirationDate,
    code: slug ?? undefined,
    domain: domain === undefined ? undefined : domainNamed(domain, config),
  };
}

/**
 * Returns the domain to store; null and the name of a default host both mean the default domain.
 */
function domainNamed(domain: string | null, config: Config): string {
  return domain === null ? DEFAULT_DOMAIN : domainOf(domain, config);
}
