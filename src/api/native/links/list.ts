/** Answers lists of links: a page of bounded size, or all links as a stream. */

import { configOf } from "../../../config.ts";
import { activityReader, type WithActivity } from "../../../links/activity.ts";
import type { ListedLink } from "../../../links/link.ts";
import { cursorText, parseCursor } from "../../../links/lists.ts";
import { utf8 } from "../../../platform/bytes.ts";
import { log } from "../../../platform/log.ts";
import { pause } from "../../../platform/pauses.ts";
import { ok } from "../../../platform/result.ts";
import { textStream } from "../../../platform/text-stream.ts";
import { linkStoreOf } from "../../shared/link-request.ts";
import type { NativeContext } from "../environment.ts";
import { refuse } from "../errors.ts";
import type { LinkQuery } from "./contract.ts";
import { linkContextOf } from "./request.ts";
import { toFilter, wireListedLink } from "./translate.ts";

/** A page ends before the link that would make it larger; one link may do so alone. */
const PAGE_BYTES_MAX = 1024 * 1024;
/** A stream's pieces hold at least as many characters, except for the last one. */
const PIECE_LENGTH_MIN = 64 * 1024;

export async function answerList(c: NativeContext, query: LinkQuery): Promise<Response> {
  const { limit, cursor, fields: parts = new Set() } = query;
  const after = cursor === undefined ? ok(null) : parseCursor(cursor);
  if (!after.ok) return refuse(c, after.error);
  const config = configOf(c.env);
  const write = ([link, activity]: Shown) => JSON.stringify(wireListedLink(link, activity, config));
  // One link more than the page holds tells whether there is a next page.
  const max = limit === undefined ? Infinity : limit + 1;
  const filter = toFilter(query, config);
  const context = linkContextOf(c);
  const slices = linkStoreOf(c).slices(filter, { after: after.value, parts, max });
  const links = each(slices, activityReader(context));
  c.header("Content-Type", "application/json");
  if (limit !== undefined) {
    const page = await pageOf(links, limit, write);
    if (page.next !== null) announceNext(c, page.next);
    return c.body(page.text);
  }
  const { ledger } = context.access.workspace;
  const stream = await textStream(piecesOf(links, write), (error) =>
    log("error", "links.list.failed", { ledger, error }),
  );
  return c.body(stream);
}

type Shown = WithActivity<ListedLink>;

interface Page {
  readonly text: string;
  /** The cursor of the next page; null if this is the last. */
  readonly next: string | null;
}

async function pageOf(
  links: AsyncIterable<Shown>,
  limit: number,
  write: (link: Shown) => string,
): Promise<Page> {
  const texts: string[] = [];
  let bytes = 1;
  let next: string | null = null;
  let last: ListedLink | null = null;
  for await (const { link, text } of written(links, write)) {
    bytes += utf8(text).length + 1;
    if (last !== null && (texts.length === limit || bytes > PAGE_BYTES_MAX)) {
      next = cursorText(last);
      break;
    }
    texts.push(text);
    last = link;
  }
  return { text: `[${texts.join(",")}]`, next };
}

/** Converts slices one after the other, and yields their items one by one. */
async function* each(
  slices: AsyncIterable<readonly ListedLink[]>,
  convert: (slice: readonly ListedLink[]) => Promise<readonly Shown[]>,
): AsyncGenerator<Shown, undefined> {
  for await (const slice of slices) yield* await convert(slice);
}

async function* piecesOf(
  links: AsyncIterable<Shown>,
  write: (link: Shown) => string,
): AsyncGenerator<string, undefined> {
  let piece = "";
  let separator = "[";
  for await (const { text } of written(links, write)) {
    piece += separator + text;
    separator = ",";
    if (piece.length < PIECE_LENGTH_MIN) continue;
    yield piece;
    piece = "";
  }
  yield `${piece}${separator === "[" ? "[" : ""}]`;
}

/** Writes links one by one, with a pause after as many characters as a piece has. */
async function* written(
  links: AsyncIterable<Shown>,
  write: (link: Shown) => string,
): AsyncGenerator<{ readonly link: ListedLink; readonly text: string }, undefined> {
  let length = 0;
  for await (const shown of links) {
    const text = write(shown);
    yield { link: shown[0], text };
    length += text.length;
    if (length < PIECE_LENGTH_MIN) continue;
    await pause();
    length = 0;
  }
}

/** Names the next page of a list in a header. */
export function announceNext(c: NativeContext, cursor: string): void {
  const next = new URL(c.req.url);
  next.searchParams.set("cursor", cursor);
  c.header("Link", `<${next.href}>; rel="next"`);
}
