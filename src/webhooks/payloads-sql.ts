/** The payloads of `payloads.ts`, built in SQL. A separate file: clicks need no SQL builder. */

import { sql } from "drizzle-orm";

/** The SQL equivalent of `toLinkPayload` for a row of `links`. */
export const linkPayload = sql`json_object('id', id, 'short_code', code, 'title', title)`;

/** The SQL equivalent of `toVariantPayload` for a row of `variants`. */
export const variantPayload = sql`json_object('id', id, 'name', name)`;
