/** Between RevoLink's words and the engine's. */

import type * as z from "zod";

import type { Config } from "../../../config.ts";
import type { LinkPolicy } from "../../../links/context.ts";
import type { LinkInput } from "../../../links/create-link.ts";
import type { Link, LinkFields } from "../../../links/link.ts";
import { shownDomain } from "../../../links/parked.ts";
import { DEFAULT_DOMAIN } from "../../../links/route/address.ts";
import { domainOf } from "../../../links/route/hosts.ts";
import { validateRules } from "../../../links/rules/validate.ts";
import { targetCheck } from "../../../links/target-check.ts";
import type { LinkChanges as LinkUpdate } from "../../../links/update-link.ts";
import { validateAbTest } from "../../../links/variants/validate.ts";
import { err, ok, type Result } from "../../../platform/result.ts";
import { objectIdOf } from "../../../platform/uuid.ts";
import { type LinkChanges, linkChanges, newLink, type NewLink } from "../contract.ts";
import type { RevolinkRefusal } from "../errors.ts";

/** How a request is to be understood. */
export interface Reading {
  readonly policy: LinkPolicy;
  readonly config: Config;
}

/** A link as it is wanted, but for what has to be looked up or fetched. */
export interface Wanted<Fields> {
  readonly fields: Fields;
  /** Object ids; absent where nothing was said of them. */
  readonly tagIds: readonly string[] | undefined;
  /** As sent. */
  readonly qrSettings: unknown;
}

/** Reads a link that is to be made. */
export function readNewLink(
  raw: unknown,
  reading: Reading,
): Result<Wanted<LinkInput>, RevolinkRefusal> {
  const body = check(newLink, raw);
  if (!body.ok) return body;
  const routing = readRouting(body.value, reading);
  if (!routing.ok) return routing;
  const { destinationUrl } = routing.value;
  // `rules` is there, and always has a default.
  if (destinationUrl === undefined) throw new Error("A new link has no default rule.");
  const fields = { ...plainFields(body.value, reading), ...routing.value, destinationUrl };
  return ok(wantedOf(body.value, fields));
}

/** Reads what is to change of a link. */
export function readChanges(
  raw: unknown,
  reading: Reading,
): Result<Wanted<LinkUpdate>, RevolinkRefusal> {
  const body = check(linkChanges, raw);
  if (!body.ok) return body;
  const routing = readRouting(body.value, reading);
  if (!routing.ok) return routing;
  return ok(wantedOf(body.value, { ...plainFields(body.value, reading), ...routing.value }));
}

/** Gives the address that people share. */
function fullLinkOf(link: Link, config: Config): string {
  const domain = shownDomain(link);
  const origin = domain === DEFAULT_DOMAIN ? config.publicUrl.origin : `https://${domain}`;
  return `${origin}/${link.code}`;
}

/** A link that was made, as create and bulk create tell it. */
export function wireCreated(link: Link, config: Config) {
  return { id: objectIdOf(link.uuid), slug: link.code, fullLink: fullLinkOf(link, config) };
}

function check<S extends z.ZodType>(schema: S, raw: unknown): Result<z.output<S>, RevolinkRefusal> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return ok(parsed.data);
  const issues = parsed.error.issues.map(({ path, message }) => ({
    path: path.map(String),
    message,
  }));
  return err({ code: "validation_failed", issues });
}

function wantedOf<Fields>(body: NewLink | LinkChanges, fields: Fields): Wanted<Fields> {
  return { fields, tagIds: body.tagIds, qrSettings: body.qrSettings };
}

/** What decides where the link leads. */
function readRouting(
  { rules, abTest }: NewLink | LinkChanges,
  { policy }: Reading,
): Result<Pick<LinkFields, "destinationUrl" | "rules" | "abTest">, RevolinkRefusal> {
  const checkUrl = targetCheck(policy);
  const read = rules === undefined ? undefined : validateRules(rules, checkUrl);
  if (read?.ok === false) return err({ code: "field_refused", sentence: read.error.message });
  const test = abTest === undefined ? undefined : validateAbTest(abTest, checkUrl);
  if (test?.ok === false) return err({ code: "field_refused", sentence: test.error.message });
  return ok({
    destinationUrl: read?.value.defaultRule.targetUrl,
    rules: read?.value.rules,
    abTest: test?.value,
  });
}

function plainFields(body: NewLink | LinkChanges, { config }: Reading): LinkUpdate {
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

/** Null, like the name of a default host, is the default domain. */
function domainNamed(domain: string | null, config: Config): string {
  return domain === null ? DEFAULT_DOMAIN : domainOf(domain, config);
}
