/**
 * Reads a link from a request's body and finds all of its faults at once: the engine stops at the
 * first, but PVTLNK's page lists them all.
 */

import type { MiddlewareHandler } from "hono";
import type * as z from "zod";

import { configOf } from "../../../config.ts";
import { databaseOf } from "../../../db/database.ts";
import { acceptLink, type WantedLink } from "../../../links/accept-link.ts";
import { activityIn } from "../../../links/activity.ts";
import { ownCodes } from "../../../links/check-code.ts";
import type { LinkContext } from "../../../links/context.ts";
import type { CodeTaken, CreateLinkRefusal, UpdateLinkRefusal } from "../../../links/errors.ts";
import type { Link } from "../../../links/link.ts";
import { lookUp } from "../../../links/look-ups.ts";
import { onlyChanges } from "../../../links/only-changes.ts";
import { DEFAULT_DOMAIN } from "../../../links/route/address.ts";
import { isObject } from "../../../platform/is-object.ts";
import { readBody } from "../../shared/body.ts";
import type { RawFields } from "../../shared/dialect.ts";
import { refusalSentence } from "../../shared/wire/link-sentences.ts";
import { withoutShown } from "../../shared/without-shown.ts";
import type { PvtlnkContext, PvtlnkEnvironment } from "../environment.ts";
import { refuse, type PvtlnkRefusal, validate } from "../errors.ts";
import { linkChanges } from "./contract.ts";
import { linkContextOf } from "./request.ts";
import { wireLink } from "./translate.ts";

/** Reads the fields under a name of the body into the context, with the password beside them. */
export function paramsIn(name: "link" | "variant"): MiddlewareHandler<PvtlnkEnvironment> {
  return async (c, next) => {
    const body = await readBody(c.req);
    if (!body.ok) return refuse(c, body.error);
    const { value } = body;
    const params = isObject(value) ? value[name] : undefined;
    if (!isObject(value) || !isObject(params))
      return refuse(c, { reason: "parameter_missing", name });
    const nested = params["password"];
    // Documented beside the link. If it is put inside by mistake, the link must not stay
    // unprotected.
    const password = "password" in value || typeof nested !== "string" ? value["password"] : nested;
    c.set("fields", { ...params, password });
    await next();
    return undefined;
  };
}

/** Leaves out the fields that are as the link in the path is shown. */
export const onlyOthersThanShown: MiddlewareHandler<PvtlnkEnvironment> = async (c, next) => {
  const link = c.get("link");
  const shown = wireLink(link, activityIn(new Map(), link), configOf(c.env));
  c.set("fields", withoutShown(c.get("fields"), shown));
  await next();
};

/** Validates the fields of a new link, or of a change to the link in the path. */
export function validateLink<S extends z.ZodType>(schema: S) {
  return validate.fields(schema, async (c, issues) => {
    const [raw, before] = [c.get("fields"), linkBefore(c)];
    const found = [...issues.map(({ message }) => message), ...expirySentences(raw, before)];
    return found.length === 0 ? null : refusalWithAll(linkContextOf(c), raw, before, found);
  });
}

/** Returns the link before the change; null for a new one. */
function linkBefore(c: PvtlnkContext): Link | null {
  const link: Link | undefined = c.get("link");
  return link ?? null;
}

/**
 * Refuses a link with all of its faults: those of the schema and those that the engine would find.
 */
async function refusalWithAll(
  context: LinkContext,
  raw: RawFields,
  before: Link | null,
  found: readonly string[],
): Promise<PvtlnkRefusal> {
  const faults = await faultsOf(context, raw, before);
  return { reason: "fields_refused", sentences: [...new Set([...found, ...faults])] };
}

/** Adds to a fault that the engine found in the fields the ones that it did not reach. */
export async function withAllFaults(
  c: PvtlnkContext,
  refusal: UpdateLinkRefusal,
): Promise<PvtlnkRefusal> {
  switch (refusal.reason) {
    case "link_not_found":
    case "version_mismatch":
    case "quota_exceeded":
    case "rate_limited":
      return refusal;
    default:
      return refusalWithAll(linkContextOf(c), c.get("fields"), linkBefore(c), [
        refusalSentence(refusal),
      ]);
  }
}

/** The faults that are listed together, in order; any other fault is reported alone. */
const LISTED: readonly CreateLinkRefusal["reason"][] = [
  "destination_refused",
  "bound_exceeded",
  "schedule_inverted",
  "code_reserved",
  "code_taken",
  "collection_not_found",
];

/** Checks each field by itself, so that a malformed one does not hide another's faults. */
async function faultsOf(
  context: LinkContext,
  raw: RawFields,
  before: Link | null,
): Promise<string[]> {
  const { shape } = linkChanges;
  const wanted: WantedLink = {
    destinationUrl: shape.destination_url.safeParse(raw["destination_url"]).data,
    startsAtMs: shape.scheduled_start_at.safeParse(raw["scheduled_start_at"]).data,
    endsAtMs: shape.scheduled_end_at.safeParse(raw["scheduled_end_at"]).data,
    code: shape.short_code.safeParse(raw["short_code"]).data,
    collection: shape.collection_id.safeParse(raw["collection_id"]).data,
  };
  const { env, access } = context;
  const lookUps = await lookUp(databaseOf(env.DB), access.workspace.id, [wanted]);
  const changes = before === null ? wanted : onlyChanges(wanted, before);
  const accepted = acceptLink(changes, before, { ...context, lookUps });
  const faults = [
    ...(accepted.ok ? [] : accepted.error),
    ...(await codeTaken(context, wanted, before)),
  ];
  return LISTED.flatMap((code) => faults.filter((fault) => fault.reason === code)).map(
    refusalSentence,
  );
}

/**
 * Returns the fault if another link of the workspace has the code, otherwise none. Whether another
 * workspace has it is told only where nothing else is wrong.
 */
async function codeTaken(
  { env, access }: LinkContext,
  { code }: WantedLink,
  before: Link | null,
): Promise<CodeTaken[]> {
  if (code === undefined || code === before?.code) return [];
  const domain = before === null ? DEFAULT_DOMAIN : before.domain;
  // A parked link can only conflict with parked links, which `updateLink` checks.
  if (domain === null) return [];
  const own = await ownCodes(databaseOf(env.DB), access.workspace.id, domain, [code]);
  return own.has(code) ? [{ reason: "code_taken", code }] : [];
}

/** Requires a time of expiry for a link that expires. */
function expirySentences(raw: RawFields, before: Link | null): string[] {
  const { expires, expires_at: at = before?.expiresAtMs } = raw;
  return expires === true && (at === undefined || at === null || at === "")
    ? ["Expires at can't be blank"]
    : [];
}
