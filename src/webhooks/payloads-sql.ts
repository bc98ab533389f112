/** The payloads of `payloads.ts`, built in SQL. A separate file: clicks need no SQL builder. */

import { type SQL, sql } from "drizzle-orm";

import { LINK_FACTS_SQL } from "./filters.ts";
import { shortUrlSql } from "./payloads.ts";

/** The SQL equivalent of `toLinkPayload` for a row `link`. */
export function linkPayload(origin: string): SQL {
  return sql`json_object('id', link.id, 'short_code', link.code, 'title', link.title,
    'uuid', link.uuid, 'short_url', ${shortUrl(origin)}, 'destination_url', link.destination_url)`;
}

/** What filters ask of a row `link`, as a JSON object. */
// oxlint-disable-next-line no-restricted-properties -- A constant, which clicks use as text.
export const linkFacts = sql.raw(LINK_FACTS_SQL);

/** The short URL of a row `link`. */
export function shortUrl(origin: string): SQL {
  // oxlint-disable-next-line no-restricted-properties -- The origin is configured, and quoted.
  return sql.raw(shortUrlSql(origin));
}

/** The SQL equivalent of `toVariantPayload` for a row of `variants`. */
export const variantPayload = sql`json_object('id', id, 'name', name)`;
