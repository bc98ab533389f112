/**
 * The index by which links are searched: an FTS5 table without texts of its own, whose terms are the
 * trigrams of three texts of a link, each in a row of its own so that concurrent changes of two of
 * them cannot undo each other.
 *
 * Terms begin with the workspace, so a search reads no postings of other workspaces. A trigram says
 * that a link may match; the link's own row decides.
 */

import { type SQL, sql } from "drizzle-orm";

import type { Statement } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { joinSlices } from "../db/json-slices.ts";
import { links } from "../db/schema/index.ts";
import { mapInSlices } from "../platform/pauses.ts";
import { folded } from "./folded.ts";

/** The texts of a link, in the order of their rows. */
const TEXTS = ["address", "title", "destinationUrl"] as const;

type Text = (typeof TEXTS)[number];

/** The id of a link's first row, and how many ids follow it. */
const ROWS = 4;

/** Characters whose terms are made before a pause: some two milliseconds of the thread. */
const INDEXED_AT_ONCE = 8 * 1024;

/** The characters of a term; a shorter search matches the beginning of terms. */
const GRAM = 3;

/** The most terms of a search: the rows decide, and these leave few of them. */
const TERMS_MAX = 50;

/** What is searched of a link. */
export interface SearchedLink {
  readonly uuid: string;
  /** As it is shown: a parked link still has its domain. */
  readonly domain: string;
  readonly code: string;
  readonly title?: string | null | undefined;
  readonly destinationUrl: string;
}

/** Adds new links to the index, those that the batch has made. */
export async function indexStatements(
  db: Database,
  workspaceId: number,
  added: readonly SearchedLink[],
): Promise<Statement[]> {
  const items = await mapInSlices(
    added,
    INDEXED_AT_ONCE,
    (link) => {
      const texts = [addressOf(link), link.title ?? null, link.destinationUrl];
      const terms = texts.map((text) => (text === null ? null : termsOf(workspaceId, text)));
      return JSON.stringify([link.uuid, terms]);
    },
    ({ title, destinationUrl }) => (title?.length ?? 0) + destinationUrl.length,
  );
  return joinSlices(items).map((json) =>
    db.run(sql`
      insert into link_search (rowid, grams)
      select link.id * ${ROWS} + part.key, part.value
      from json_each(${json}) as item
      cross join links as link on link.uuid = item.value->>0 and +link.workspace_id = ${workspaceId}
      cross join json_each(item.value, '$[1]') as part where part.value is not null`),
  );
}

/** Changes the index of a link after the statement that changes its texts, if that has. */
export function reindexStatements(
  db: Database,
  workspaceId: number,
  uuid: string,
  changed: Partial<Omit<SearchedLink, "uuid">>,
): Statement[] {
  const { domain, code, title, destinationUrl } = changed;
  const statements: Statement[] = [];
  const put = (text: Text, value: string | null, holds: SQL): void => {
    const row = sql`select id * ${ROWS} + ${TEXTS.indexOf(text)}`;
    const link = sql`from links where uuid = ${uuid} and workspace_id = ${workspaceId} and ${holds}`;
    statements.push(
      value === null
        ? db.run(sql`delete from link_search where rowid = (${row} ${link})`)
        : db.run(sql`
            insert or replace into link_search (rowid, grams)
            ${row}, ${termsOf(workspaceId, value)} ${link}`),
    );
  };
  if (domain !== undefined && code !== undefined) {
    put(
      "address",
      addressOf({ domain, code }),
      sql`coalesce(domain, parked_domain) = ${domain} and code = ${code}`,
    );
  }
  if (title !== undefined) put("title", title, sql`title is ${title}`);
  if (destinationUrl !== undefined) {
    put("destinationUrl", destinationUrl, sql`destination_url = ${destinationUrl}`);
  }
  return statements;
}

/** The table of a search, to be joined with `links`. */
export const SEARCHED = sql`link_search`;

/** The order of a search's matches, newest first, which the index has. */
export const NEWEST_MATCH = sql`link_search.rowid desc`;

/**
 * Returns the conditions of a search on `SEARCHED` and `links`, each link once: its first text that contains what
 * is searched. The span cuts the matches before they are
 * looked at.
 */
export function searchConditions(
  workspaceId: number,
  q: string,
  { beforeId = null, fromId = 0 }: { readonly beforeId?: number | null; readonly fromId?: number },
): SQL[] {
  const wanted = folded(q);
  // Not LIKE: D1 refuses patterns longer than 50 bytes, and `%` in a search is literal.
  const contains = TEXTS.map((text) => sql`coalesce(instr(${FOLDED[text]}, ${wanted}), 0) > 0`);
  const [address, title, destination] = contains as [SQL, SQL, SQL];
  return [
    // ROWS is written out: D1 binds numbers as floats.
    sql`${links.id} = link_search.rowid / 4`,
    sql`link_search match ${matchOf(workspaceId, wanted)}`,
    sql`link_search.rowid >= ${fromId * ROWS}`,
    ...(beforeId === null ? [] : [sql`link_search.rowid < ${beforeId * ROWS}`]),
    sql`case link_search.rowid % 4
      when 0 then ${address} when 1 then ${title} and not ${address}
      else ${destination} and not (${title} or ${address}) end`,
  ];
}

/** The texts in SQL, folded. SQLite folds what the columns for that are null for. */
const FOLDED: Readonly<Record<Text, SQL>> = {
  address: sql`lower(iif(links.domain = '', links.code,
    'https://' || coalesce(links.domain, links.parked_domain) || '/' || links.code))`,
  title: sql`coalesce(links.title_folded, lower(links.title))`,
  destinationUrl: sql`coalesce(links.destination_folded, lower(links.destination_url))`,
};

/** A link on the default hosts is found by its code alone: their names may change. */
function addressOf({ domain, code }: Pick<SearchedLink, "domain" | "code">): string {
  return domain === "" ? code : `https://${domain}/${code}`;
}

function matchOf(workspaceId: number, wanted: string): string {
  const characters = Array.from(wanted);
  if (characters.length < GRAM) return `"${termOf(workspaceId, characters)}" *`;
  const terms = new Set(
    characters
      .slice(0, 1 - GRAM)
      .map((_, at) => termOf(workspaceId, characters.slice(at, at + GRAM))),
  );
  return [...terms]
    .slice(0, TERMS_MAX)
    .map((term) => `"${term}"`)
    .join(" AND ");
}

/** Returns the terms of a text; those of its last characters are shorter. */
function termsOf(workspaceId: number, text: string): string {
  const characters = Array.from(folded(text));
  const terms = characters.map((_, at) => termOf(workspaceId, characters.slice(at, at + GRAM)));
  return [...new Set(terms)].join(" ");
}

function termOf(workspaceId: number, characters: readonly string[]): string {
  const workspace = workspaceId.toString(36);
  return workspace.length.toString(36) + workspace + characters.map(spelled).join("");
}

/** Spells a character in letters and digits, so that no spelling begins with another one. */
function spelled(character: string): string {
  if (/^[a-w0-9]$/.test(character)) return character;
  const number = character.codePointAt(0) ?? 0;
  return number < 128
    ? `x${number.toString(36).padStart(2, "0")}`
    : `y${number.toString(36).padStart(4, "0")}`;
}
