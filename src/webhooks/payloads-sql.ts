/** The words of `payloads.ts`, put together by the database. Apart, since clicks need no SQL builder. */

import { sql } from "drizzle-orm";

/** The same as `toLinkPayload`, of a row of `links`. */
export const linkPayload = sql`json_object('id', id, 'short_code', code, 'title', title)`;

/** The same as `toVariantPayload`, of a row of `variants`. */
export const variantPayload = sql`json_object('id', id, 'name', name)`;
