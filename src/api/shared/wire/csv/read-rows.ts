/** Reads rows as links, or lists every fault in each. */

import { isReserved } from "../../../../codes/reserved.ts";
import { acceptSocial } from "../../../../links/accept-routing.ts";
import type { LinkPolicy } from "../../../../links/context.ts";
import type { LinkInput } from "../../../../links/create-link.ts";
import { readFlag, readTags, readTime } from "../../../../links/csv/cells.ts";
import type { TableRow } from "../../../../links/csv/read-table.ts";
import { parseDestination } from "../../../../links/destination.ts";
import type { DestinationField } from "../../../../links/errors.ts";
import { EXTERNAL_ID_LENGTH_MAX } from "../../../../links/link.ts";
import { CODE } from "../../../../links/route/address.ts";
import {
  SOCIAL_DESCRIPTION_LENGTH_MAX,
  SOCIAL_IMAGE_LENGTH_MAX,
  SOCIAL_TITLE_LENGTH_MAX,
  type SocialCard,
} from "../../../../links/social.ts";
import { mapInSlices } from "../../../../platform/pauses.ts";
import { err, ok, type Result } from "../../../../platform/result.ts";
import { CONTROL, CONTROL_BUT_LINES } from "../../text.ts";
import { CODE_RESERVED, destinationSentence, SCHEDULE_INVERTED } from "../link-sentences.ts";
import type { ImportColumn } from "./columns.ts";
import { readPassword } from "./row-password.ts";

/** The widest limit of all APIs, so that a link made by any of them can be restored. */
const TEXT_LENGTH_MAX = 2_000;
const TAG_LENGTH_MAX = 50;
const TAGS_MAX = 50;
/** Fits 50 quoted names with commas and spaces between them. */
const TAGS_CELL_LENGTH_MAX = 10_000;

/** Rows that are read before a pause: a millisecond or two of the thread. */
const ROWS_AT_ONCE = 200;

const TOO_WIDE: Omit<ReadRow, "row"> = {
  input: null,
  code: undefined,
  errors: ["The row has more cells than the header: put texts that hold a separator in quotes"],
};

type ImportedRow = TableRow<ImportColumn>;

export interface ReadRow {
  readonly row: number;
  /** The link that the row describes; null if the row has a fault. */
  readonly input: LinkInput | null;
  /** The short code that the row asks for, if it is a valid one. */
  readonly code: string | undefined;
  readonly errors: readonly string[];
}

/** Reads each row independently. */
export async function readRows(
  rows: readonly ImportedRow[],
  policy: LinkPolicy,
): Promise<ReadRow[]> {
  return mapInSlices(rows, ROWS_AT_ONCE, ({ row, cells, isTooWide }) => ({
    row,
    ...(isTooWide ? TOO_WIDE : readRow(cells, policy)),
  }));
}

function readRow(cells: ImportedRow["cells"], policy: LinkPolicy): Omit<ReadRow, "row"> {
  const errors: string[] = [];
  function take<T>(read: Result<T, string>): T | undefined {
    if (read.ok) return read.value;
    errors.push(read.error);
    return undefined;
  }
  const destinationUrl = take(destinationOf(cells.destination_url.trim(), policy));
  const expiredUrl = take(fallbackOf("expiredUrl", cells.expired_url.trim(), policy));
  const clicksLimit = take(clicksLimitOf(cells.clicks_limit.trim()));
  const limitReachedUrl = take(
    fallbackOf("limitReachedUrl", cells.limit_reached_url.trim(), policy),
  );
  const forwardQuery = take(flagOf("Forward query", cells.forward_query.trim()));
  const forwardPath = take(flagOf("Forward path", cells.forward_path.trim()));
  const crawlable = take(flagOf("Crawlable", cells.crawlable.trim()));
  const social = take(socialOf(cells));
  const title = take(textOf("Title", cells.title, CONTROL));
  const code = take(codeOf(cells.short_code.trim()));
  const description = take(textOf("Description", cells.description, CONTROL_BUT_LINES));
  const externalId = take(
    textOf("External id", cells.external_id.trim(), CONTROL, EXTERNAL_ID_LENGTH_MAX),
  );
  const tags = take(tagsOf(cells.tags));
  const isActive = take(flagOf("Active", cells.active.trim()));
  const password = take(readPassword(cells));
  const startsAtMs = take(timeOf("Scheduled start at", cells.scheduled_start_at.trim()));
  const endsAtMs = take(timeOf("Scheduled end at", cells.scheduled_end_at.trim()));
  if (isInverted(startsAtMs, endsAtMs)) errors.push(SCHEDULE_INVERTED);
  const expiresAtMs = take(timeOf("Expires at", cells.expires_at.trim()));
  if (destinationUrl === undefined || errors.length > 0) return { input: null, code, errors };
  const times = { startsAtMs, endsAtMs, expiresAtMs };
  const texts = { title, description, externalId, password };
  const fallbacks = { expiredUrl, clicksLimit, limitReachedUrl };
  const flags = { isActive, forwardQuery, forwardPath, crawlable };
  const input = { destinationUrl, code, ...texts, tags, ...flags, social, ...times, ...fallbacks };
  return { input, code, errors };
}

function destinationOf(text: string, policy: LinkPolicy): Result<string, string> {
  return text === ""
    ? err("Destination url can't be blank")
    : addressOf("destinationUrl", text, policy);
}

/** Reads where a link leads when it leads to its destination no longer. */
function fallbackOf(
  field: "expiredUrl" | "limitReachedUrl",
  text: string,
  policy: LinkPolicy,
): Result<string | null, string> {
  return text === "" ? ok(null) : addressOf(field, text, policy);
}

function addressOf(
  field: DestinationField,
  text: string,
  policy: LinkPolicy,
): Result<string, string> {
  const parsed = parseDestination(text, policy);
  return parsed.ok ? ok(parsed.value.text) : err(destinationSentence({ field, ...parsed.error }));
}

function clicksLimitOf(cell: string): Result<number | null, string> {
  if (cell === "") return ok(null);
  return /^[1-9]\d{0,14}$/.test(cell)
    ? ok(Number(cell))
    : err("Clicks limit must be a whole number greater than 0");
}

/** Spaces are kept, because an export wrote them. */
function textOf(
  name: string,
  text: string,
  refused: RegExp,
  lengthMax = TEXT_LENGTH_MAX,
): Result<string | null, string> {
  if (text.length > lengthMax) {
    return err(`${name} is too long (maximum is ${lengthMax} characters)`);
  }
  if (refused.test(text)) return err(`${name} must not contain control characters`);
  return ok(text === "" ? null : text);
}

function socialOf(cells: ImportedRow["cells"]): Result<SocialCard | null, string> {
  const title = textOf("Social title", cells.social_title, CONTROL, SOCIAL_TITLE_LENGTH_MAX);
  if (!title.ok) return title;
  const description = textOf(
    "Social description",
    cells.social_description,
    CONTROL_BUT_LINES,
    SOCIAL_DESCRIPTION_LENGTH_MAX,
  );
  if (!description.ok) return description;
  const image = cells.social_image.trim();
  if (title.value === null) {
    const isNone = description.value === null && image === "";
    return isNone ? ok(null) : err("Social title can't be blank");
  }
  if (image.length > SOCIAL_IMAGE_LENGTH_MAX) {
    return err(`Social image is too long (maximum is ${SOCIAL_IMAGE_LENGTH_MAX} characters)`);
  }
  const accepted = acceptSocial({
    title: title.value,
    ...(description.value !== null && { description: description.value }),
    ...(image !== "" && { image }),
  });
  return accepted.ok ? ok(accepted.value) : err("Social image must begin with https://");
}

function codeOf(code: string): Result<string | undefined, string> {
  if (code === "") return ok(undefined);
  if (!CODE.test(code)) {
    return err("Short code must be 1 to 100 letters, numbers, hyphens and underscores");
  }
  return isReserved(code) ? err(CODE_RESERVED) : ok(code);
}

function tagsOf(cell: string): Result<string[], string> {
  if (cell.length > TAGS_CELL_LENGTH_MAX) return err("Tags is too long");
  if (CONTROL.test(cell.trim())) return err("Tags must not contain control characters");
  const tags = readTags(cell);
  if (tags.length > TAGS_MAX) return err(`Tags has too many names (maximum is ${TAGS_MAX})`);
  return tags.every((name) => name.length <= TAG_LENGTH_MAX)
    ? ok(tags)
    : err(`Tags has a name that is too long (maximum is ${TAG_LENGTH_MAX} characters)`);
}

function flagOf(name: string, cell: string): Result<boolean | undefined, string> {
  const flag = readFlag(cell);
  if (cell !== "" && flag === null) return err(`${name} must be true or false`);
  return ok(flag ?? undefined);
}

function timeOf(name: string, cell: string): Result<number | null, string> {
  if (cell === "") return ok(null);
  const ms = readTime(cell);
  return ms === null
    ? err(`${name} must be an ISO 8601 date and time, such as 2026-12-31T00:00:00Z`)
    : ok(ms);
}

function isInverted(startsAtMs: number | null | undefined, endsAtMs: number | null | undefined) {
  return typeof startsAtMs === "number" && typeof endsAtMs === "number" && endsAtMs <= startsAtMs;
}
