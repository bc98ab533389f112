/**
 * Suggests alternatives to an unavailable code, within the native API's grammar of custom codes (3
 * to 20 letters, digits, hyphens and underscores).
 */

import { sql } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { links, reservedCodes } from "../db/schema/index.ts";
import { type Looker, payForLooks } from "./looks.ts";
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

export interface SuggestionRequest extends Looker {
  readonly domain: string;
  readonly code: string;
  readonly workspaceId: number;
}

/**
 * Returns up to five suggestions. None belongs to a link, or is held for another workspace.
 *
 * A candidate that is left out is thereby told to be taken: it is paid for like a look at it, and
 * there are no suggestions for a person who cannot pay.
 */
export async function freeSuggestions(
  db: Database,
  { domain, code, workspaceId, userId, nowMs }: SuggestionRequest,
): Promise<string[]> {
  const candidates = JSON.stringify(suggestionsFor(code));
  const rows = await db.all<{ code: string; isFree: 0 | 1; isOwn: 0 | 1 }>(sql`
    select value as code, not exists (
      select 1 from ${links} where ${links.domain} = ${domain} and ${links.code} = value
    ) and not exists (
      select 1 from ${reservedCodes}
      where ${reservedCodes.domain} = ${domain} and ${reservedCodes.code} = value
        and ${reservedCodes.workspaceId} <> ${workspaceId} and ${reservedCodes.untilMs} > ${nowMs}
    ) as isFree, exists (
      select 1 from ${links} where ${links.domain} = ${domain} and ${links.code} = value
        and ${links.workspaceId} = ${workspaceId}
    ) as isOwn
    from json_each(${candidates}) order by key`);
  const shown = rows.filter(({ isFree }) => isFree === 1).slice(0, SUGGESTIONS_MAX);
  const last = rows.findIndex((row) => row === shown.at(-1));
  const told = rows.slice(0, last).filter(({ isFree, isOwn }) => isFree === 0 && isOwn === 0);
  if (told.length > 0) {
    const paid = await payForLooks(db, { userId, nowMs }, told.length);
    if (paid.length === 0) return [];
  }
  return shown.map((row) => row.code);
}

/** Returns the wanted code as far as the grammar can express it; never empty. */
function baseOf(code: string): string {
  const kept = code.replaceAll(/[^A-Za-z0-9_-]+/g, "-").replaceAll(/^[-_]+|[-_]+$/g, "");
  return kept === "" ? "link" : kept;
}
