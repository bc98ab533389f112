/** Converts links between PVTLNK's format and the engine's. */

import type { Config } from "../../../config.ts";
import type { LoggedClick } from "../../../ledger/contract.ts";
import type { LinkActivity, LinkState } from "../../../ledger/counts/contract.ts";
import { activityIn } from "../../../links/activity.ts";
import type { LinkInput } from "../../../links/create-link.ts";
import type { LinkFilter } from "../../../links/filter.ts";
import type { LinkFields, ListedLink } from "../../../links/link.ts";
import { shownDomain } from "../../../links/parked.ts";
import { shortUrlOf } from "../../../links/route/address.ts";
import type { LinkChanges as LinkUpdate } from "../../../links/update-link.ts";
import { mapInSlices } from "../../../platform/pauses.ts";
import type { AnswerOf } from "../../shared/reference.ts";
import type { ImportReport } from "../../shared/wire/csv/import.ts";
import { wireTime, wireTimeOrNull } from "../wire-values.ts";
import type { importReport, link as shownLink, linkAnalytics, recentClick } from "./answers.ts";
import type { ExportQuery, LinkChanges, ListQuery, NewLink } from "./contract.ts";

export function toInput(body: NewLink): LinkInput {
  return {
    ...toFields(body),
    destinationUrl: body.destination_url,
    code: body.short_code ?? undefined,
    // A new link has no password to remove.
    password: body.password || undefined,
  };
}

export function toChanges(body: LinkChanges): LinkUpdate {
  return { ...toFields(body), code: body.short_code, isArchived: body.archived };
}

function toFields(body: NewLink | LinkChanges): LinkFields {
  const { title, description, tags, password } = body;
  return {
    destinationUrl: body.destination_url,
    title,
    description,
    tags,
    isActive: body.active,
    startsAtMs: body.scheduled_start_at,
    endsAtMs: body.scheduled_end_at,
    // A link that does not expire has no time of expiry, even if the body holds one.
    expiresAtMs: body.expires === false ? null : body.expires_at,
    utm: body.utm_params,
    collection: body.collection_id,
    // An empty password means none, and so removes the current one.
    password: password === "" ? null : password,
  };
}

/** Converts a filter. PVTLNK's can only be switched on; an archived link is not active. */
export function toFilter(query: ListQuery | ExportQuery): LinkFilter {
  const { active, archived, collection_id: collection } = query;
  return {
    collection,
    ...(active === true && { isActive: true, isArchived: false }),
    ...(archived === true && { isArchived: true }),
    ...("scheduled" in query && query.scheduled === true && { isScheduled: true }),
    ...("created_after" in query && { createdFromMs: query.created_after }),
    ...("created_before" in query && { createdBeforeMs: query.created_before }),
  };
}

/** Converts a link to PVTLNK's object. */
export function wireLink(
  link: ListedLink,
  { clicks, lastClickAtMs }: LinkActivity,
  config: Config,
): AnswerOf<typeof shownLink> {
  const address = { domain: shownDomain(link), code: link.code };
  return {
    id: link.id,
    short_code: link.code,
    short_url: shortUrlOf(address, config.publicUrl.origin),
    destination_url: link.destinationUrl,
    title: link.title,
    description: link.description,
    tags: link.tags.map(({ name }) => name),
    click_count: clicks,
    active: link.isActive && link.archivedAtMs === null,
    archived: link.archivedAtMs !== null,
    password_protected: link.hasPassword,
    is_scheduled: link.startsAtMs !== null || link.endsAtMs !== null,
    scheduled_start_at: wireTimeOrNull(link.startsAtMs),
    scheduled_end_at: wireTimeOrNull(link.endsAtMs),
    expires: link.expiresAtMs !== null,
    expires_at: wireTimeOrNull(link.expiresAtMs),
    last_clicked_at: wireTimeOrNull(lastClickAtMs),
    created_at: wireTime(link.createdAtMs),
    updated_at: wireTime(link.updatedAtMs),
    utm_params: link.utm,
  };
}

/** Returns the analytics that only a single link shows. */
export function wireAnalytics({ clicks, recent }: LinkState): AnswerOf<typeof linkAnalytics> {
  return { total_clicks: clicks, recent_clicks: recent.map(wireClick) };
}

function wireClick(click: LoggedClick): AnswerOf<typeof recentClick> {
  return {
    clicked_at: wireTime(click.atMs),
    hashed_ip: click.addressHash,
    hashed_user_agent: click.agentHash,
    referrer_domain: click.referrer,
    country_code: click.country,
    device_type: click.device,
    browser_family: click.browser || null,
    os_family: click.os || null,
  };
}

interface ShownImport {
  readonly activities: ReadonlyMap<number, LinkActivity>;
  readonly config: Config;
  /** The guide to imports of objects has another name for the number of new links. */
  readonly ofObjects: boolean;
}

/** Links of an import that are converted before a pause: a millisecond or two of the thread. */
const WIRED_AT_ONCE = 200;

/** Converts an import's report. */
export async function wireImport(
  { links, errors, summary }: ImportReport,
  { activities, config, ofObjects }: ShownImport,
): Promise<AnswerOf<typeof importReport>> {
  const { totalRows, created, failed } = summary;
  const wire = (link: ListedLink) => wireLink(link, activityIn(activities, link), config);
  return {
    success: true,
    created,
    ...(ofObjects && { imported: created }),
    links: await mapInSlices(links, WIRED_AT_ONCE, wire),
    errors,
    summary: { total_rows: totalRows, created, failed },
  };
}
