/** Checks what somebody wants a link to be, in the same way for a new link and for a change. */
import { sql } from "drizzle-orm";

import { isReserved } from "../codes/reserved.ts";
import type { Database } from "../db/database.ts";
import type { links } from "../db/schema/index.ts";
import { err, ok, type Result } from "../platform/result.ts";
import type { LinkPolicy } from "./context.ts";
import { parseDestination } from "./destination.ts";
import type { CodeReserved, DestinationRefused, FieldsRefusal } from "./errors.ts";
import type { CollectionRef, LinkFields } from "./link.ts";

/** The columns that a link's fields fill by themselves: tags and the collection need D1. */
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
> & { readonly destinationUrl?: string; readonly expiredUrl?: string | null };

/** A schedule as it stands before the change. */
export interface Schedule {
  readonly startsAtMs: number | null;
  readonly endsAtMs: number | null;
}

export const UNSCHEDULED: Schedule = { startsAtMs: null, endsAtMs: null };

/** Gives the columns to write; a field that is absent is absent there too. */
export function columnsOf(
  fields: LinkFields,
  before: Schedule,
  { policy, nowMs }: { readonly policy: LinkPolicy; readonly nowMs: number },
): Result<LinkColumns, FieldsRefusal> {
  const { expiresAtMs, startsAtMs = before.startsAtMs, endsAtMs = before.endsAtMs } = fields;
  if (typeof expiresAtMs === "number" && expiresAtMs <= nowMs && !policy.pastExpiry) {
    return err({ code: "expiry_past" });
  }
  if (typeof startsAtMs === "number" && typeof endsAtMs === "number" && endsAtMs <= startsAtMs) {
    return err({ code: "schedule_inverted" });
  }
  const destinationUrl = accept("destinationUrl", fields.destinationUrl, policy);
  if (!destinationUrl.ok) return destinationUrl;
  const expiredUrl = accept("expiredUrl", fields.expiredUrl, policy);
  if (!expiredUrl.ok) return expiredUrl;
  const { title, description, isActive, redirectStatus, forwardQuery } = fields;
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
    }),
  );
}

/** Refuses a code that is one of the service's own words. */
export function refuseReserved(code: string): Result<string, CodeReserved> {
  return isReserved(code) ? err({ code: "code_reserved", slug: code }) : ok(code);
}

/** Gives tag names as they are stored: trimmed, each once, none empty. */
export function tagNamesOf(tags: readonly string[]): string[] {
  return [...new Set(tags.map((name) => name.trim().toWellFormed()))].filter((name) => name !== "");
}

/** Gives a collection's number: null and undefined stay what they are; `unknown` is not ours. */
export type CollectionLookup = (
  ref: CollectionRef | null | undefined,
) => number | null | undefined | "unknown";

/** Looks up all collections that somebody named, in one query or none. */
export async function lookUpCollections(
  db: Database,
  workspaceId: number,
  refs: readonly (CollectionRef | null | undefined)[],
): Promise<CollectionLookup> {
  const wanted = refs.filter((ref) => ref !== null && ref !== undefined);
  const found = new Map<CollectionRef, number>();
  if (wanted.length > 0) {
    const json = JSON.stringify(wanted);
    const rows = await db.all<{ id: number; uuid: string }>(sql`
      select id, uuid from collections where workspace_id = ${workspaceId}
        and (id in (select value from json_each(${json}) where type = 'integer')
          or uuid in (select value from json_each(${json}) where type = 'text'))`);
    for (const { id, uuid } of rows) found.set(id, id).set(uuid, id);
  }
  return (ref) => (ref === null || ref === undefined ? ref : (found.get(ref) ?? "unknown"));
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
