/** Checks what somebody wants a link to be, in the same way for a new link and for a change. */

import { PLANS } from "../access/plans.ts";
import { exceeded } from "../access/quotas.ts";
import { isReserved } from "../codes/reserved.ts";
import type { links } from "../db/schema/index.ts";
import { err, ok, type Result } from "../platform/result.ts";
import type { LinkContext, LinkPolicy } from "./context.ts";
import { parseDestination } from "./destination.ts";
import type { CodeReserved, DestinationRefused, FieldsRefusal } from "./errors.ts";
import type { Link, LinkFields } from "./link.ts";
import { acceptRules } from "./routing.ts";

/** The columns that a link's fields fill by themselves: tags, variants and names of others need D1. */
export type LinkColumns = Pick<
  typeof links.$inferInsert,
  | "title"
  | "description"
  | "isActive"
  | "startsAtMs"
  | "endsAtMs"
  | "expiresAtMs"
  | "redirectStatus"
  | "forwardQuery"
  | "utmParams"
  | "passwordHash"
  | "rules"
  | "abEnabled"
  | "abSticky"
  | "clicksLimit"
  | "qrSettings"
> & { readonly destinationUrl?: string; readonly expiredUrl?: string | null };

/** What of a link, as it stands before the change, the change is checked against. */
export type FieldsBefore = Pick<Link, "startsAtMs" | "endsAtMs" | "rules" | "abTest">;

/** Of a link that is not there yet. */
export const NOTHING_BEFORE: FieldsBefore = {
  startsAtMs: null,
  endsAtMs: null,
  rules: [],
  abTest: { enabled: false, sticky: false, variants: [] },
};

/** Gives the columns to write; a field that is absent is absent there too. */
export function columnsOf(
  fields: LinkFields,
  before: FieldsBefore,
  context: Pick<LinkContext, "access" | "policy" | "nowMs">,
): Result<LinkColumns, FieldsRefusal> {
  const { policy, nowMs } = context;
  const { expiresAtMs, startsAtMs = before.startsAtMs, endsAtMs = before.endsAtMs } = fields;
  if (typeof expiresAtMs === "number" && expiresAtMs <= nowMs && !policy.pastExpiry) {
    return err({ code: "expiry_past" });
  }
  const schedule = acceptSchedule({ startsAtMs, endsAtMs }, before, context);
  if (!schedule.ok) return schedule;
  const destinationUrl = accept("destinationUrl", fields.destinationUrl, policy);
  if (!destinationUrl.ok) return destinationUrl;
  const expiredUrl = accept("expiredUrl", fields.expiredUrl, policy);
  if (!expiredUrl.ok) return expiredUrl;
  const rules =
    fields.rules === undefined ? null : acceptRules(fields.rules, before.rules, context);
  if (rules?.ok === false) return rules;
  const { title, description, isActive, redirectStatus, forwardQuery, clicksLimit } = fields;
  return ok(
    given({
      destinationUrl: destinationUrl.value,
      title,
      description,
      isActive,
      startsAtMs: fields.startsAtMs,
      endsAtMs: fields.endsAtMs,
      expiresAtMs,
      expiredUrl: expiredUrl.value,
      redirectStatus,
      forwardQuery,
      utmParams: fields.utm && textOfUtm(fields.utm),
      rules: rules === null ? undefined : textOf(rules.value),
      abEnabled: fields.abTest?.enabled,
      abSticky: fields.abTest?.sticky,
      clicksLimit,
      qrSettings: fields.qrSettings && JSON.stringify(fields.qrSettings),
    }),
  );
}

type Schedule = Pick<Link, "startsAtMs" | "endsAtMs">;

/** Accepts a start and an end. A schedule that a link has beyond its plan may stay. */
function acceptSchedule(
  { startsAtMs, endsAtMs }: Schedule,
  before: Schedule,
  { access }: Pick<LinkContext, "access">,
): Result<null, FieldsRefusal> {
  if (startsAtMs !== null && endsAtMs !== null && endsAtMs <= startsAtMs) {
    return err({ code: "schedule_inverted" });
  }
  const { plan } = access.workspace;
  const isSet =
    (startsAtMs !== null && startsAtMs !== before.startsAtMs) ||
    (endsAtMs !== null && endsAtMs !== before.endsAtMs);
  return isSet && !PLANS[plan].features.schedules
    ? err(exceeded("schedules", plan, 0, 1))
    : ok(null);
}

/** Refuses a code that is one of the service's own words. */
export function refuseReserved(code: string): Result<string, CodeReserved> {
  return isReserved(code) ? err({ code: "code_reserved", slug: code }) : ok(code);
}

/** Gives tag names as they are stored: trimmed, each once, none empty. */
export function tagNamesOf(tags: readonly string[]): string[] {
  return [...new Set(tags.map((name) => name.trim().toWellFormed()))].filter((name) => name !== "");
}

function textOf(rules: readonly unknown[]): string | null {
  return rules.length === 0 ? null : JSON.stringify(rules);
}

function textOfUtm(utm: Readonly<Record<string, string>>): string | null {
  return Object.keys(utm).length === 0 ? null : JSON.stringify(utm);
}

function accept<T extends string | null | undefined>(
  field: DestinationRefused["field"],
  text: T,
  policy: LinkPolicy,
): Result<T | string, DestinationRefused> {
  if (typeof text !== "string") return ok(text);
  const parsed = parseDestination(text, policy);
  return parsed.ok
    ? ok(parsed.value.text)
    : err({ code: "destination_refused", field, problem: parsed.error });
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Drops what is undefined: drizzle and spreads would take it for a value. */
function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Given<T>;
}
