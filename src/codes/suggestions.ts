/**
 * Suggests alternatives to an unavailable code, within the native API's grammar of custom codes (3
 * to 20 letters, digits, hyphens and underscores).
 */

import { sql } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { links, reservedCodes } from "../db/schema/index.ts";
import { CODE_ALPHABET } from "./permutation.ts";
import { isReserved } from "./reserved.ts";

export const CUSTOM_CODE = /^[A-Za-z0-9_-]{3,20}$/;

const LENGTH_MAX = 20;
const SUGGESTIONS_MAX = 5;
const RANDOM_CANDIDATES = 8;
const RANDOM_LENGTH = 5;

/**
 * Lists candidates, the most readable first, then enough with random endings that they are unlikely
 * to be all taken.
 *
 * `randomBytes` is the only source of randomness.
 */
export function suggestionsFor(
  code: string,
  randomBytes: (count: number) => Uint8Array = (count) =>
    crypto.getRandomValues(new Uint8Array(count)),
): string[] {
  const base = baseOf(code);
  const candidates = [
    `${base.slice(0, LENGTH_MAX - 2)}-1`,
    `${base.slice(0, LENGTH_MAX - 2)}-2`,
    `my-${base.slice(0, LENGTH_MAX - 3)}`,
    `get-${base.slice(0, LENGTH_MAX - 4)}`,
    `${base.slice(0, LENGTH_MAX - 3)}-go`,
    `the-${base.slice(0, LENGTH_MAX - 4)}`,
    `${base.slice(0, LENGTH_MAX - 5)}-link`,
    `${base.slice(0, LENGTH_MAX - 2)}-3`,
  ];
  for (let made = 0; made < RANDOM_CANDIDATES; made += 1) {
    let ending = "";
    for (const byte of randomBytes(RANDOM_LENGTH)) {
      ending += CODE_ALPHABET.charAt(byte % CODE_ALPHABET.length);
    }
    candidates.push(`${base.slice(0, LENGTH_MAX - 1 - RANDOM_LENGTH)}-${ending}`);
  }
  return [...new Set(candidates)].filter(
    (candidate) => candidate !== code && CUSTOM_CODE.test(candidate) && !isReserved(candidate),
  );
}

/**
 * Returns up to five suggestions in one query. None belongs to a link, or is held for another
 * workspace.
 */
export async function freeSuggestions(
  db: Database,
  request: {
    readonly domain: string;
    readonly code: string;
    readonly workspaceId: number;
    readonly nowMs: number;
  },
): Promise<string[]> {
  const { domain, workspaceId, nowMs } = request;
  const candidates = JSON.stringify(suggestionsFor(request.code));
  const free = await db.all<{ code: string }>(sql`
    select value as code from json_each(${candidates})
    where not exists (
      select 1 from ${links} where ${links.domain} = ${domain} and ${links.code} = value
    ) and not exists (
      select 1 from ${reservedCodes}
      where ${reservedCodes.domain} = ${domain} and ${reservedCodes.code} = value
        and ${reservedCodes.workspaceId} <> ${workspaceId} and ${reservedCodes.untilMs} > ${nowMs}
    )
    order by key limit ${SUGGESTIONS_MAX}`);
  return free.map(({ code }) => code);
}

/** Returns the wanted code as far as the grammar can express it; never empty. */
function baseOf(code: string): string {
  const kept = code.replaceAll(/[^A-Za-z0-9_-]+/g, "-").replaceAll(/^[-_]+|[-_]+$/g, "");
  return kept === "" ? "link" : kept;
}
