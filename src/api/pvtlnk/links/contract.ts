/**
 * The requests. Each sentence names its field as PVTLNK's page does; unknown fields are dropped.
 */

import * as z from "zod";

import { DESTINATION_LENGTH_MAX } from "../../../links/destination.ts";
import { CODE } from "../../../links/route/address.ts";
import { UTM_NAME, UTM_VALUE_LENGTH_MAX } from "../../../links/utm.ts";
import { isObject } from "../../../platform/is-object.ts";
import { PASSWORD_LENGTH_MAX } from "../../../platform/password.ts";
import { flagText, timeText, unlessEmpty } from "../../shared/plain-values.ts";
import { CONTROL, CONTROL_BUT_LINES } from "../../shared/text.ts";
import { IMPORT_ROWS_MAX } from "../../shared/wire/csv/columns.ts";

const TITLE_LENGTH_MAX = 255;
const DESCRIPTION_LENGTH_MAX = 1_000;
const TAG_LENGTH_MAX = 50;
const TAGS_MAX = 50;
const WEIGHT_MAX = 1_000_000;

function invalid(field: string) {
  return { error: `${field} is invalid` };
}

function tooLong(field: string, lengthMax: number) {
  return { error: `${field} is too long (maximum is ${lengthMax} characters)` };
}

/** A required text. */
function required(field: string, lengthMax: number) {
  const blank = `${field} can't be blank`;
  return z
    .string({
      error: ({ input }) => (input === undefined || input === null ? blank : `${field} is invalid`),
    })
    .trim()
    .min(1, { error: blank })
    .max(lengthMax, tooLong(field, lengthMax))
    .refine((value) => !CONTROL.test(value), invalid(field))
    .transform((value) => value.toWellFormed());
}

/** An optional text; an empty one counts as absent. */
function text(field: string, lengthMax: number, refused: RegExp) {
  return z
    .string(invalid(field))
    .max(lengthMax, tooLong(field, lengthMax))
    .refine((value) => !refused.test(value), invalid(field))
    .transform((value) => value.trim().toWellFormed() || null)
    .nullable()
    .optional();
}

function flag(field: string) {
  return z.boolean({ error: `${field} must be true or false` }).optional();
}

function time(field: string) {
  return timeText(
    `${field} is invalid: send an ISO 8601 date and time, such as 2026-04-01T00:00:00Z`,
  );
}

const shortCode = z.string(invalid("Short code")).regex(CODE, {
  error: "Short code is invalid: send 1 to 100 letters, digits, hyphens and underscores",
});

const tags = z
  .array(
    z
      .string(invalid("Tags"))
      .trim()
      .max(TAG_LENGTH_MAX, tooLong("Tags", TAG_LENGTH_MAX))
      .refine((name) => !CONTROL.test(name), invalid("Tags")),
    { error: "Tags must be a list of names" },
  )
  .max(TAGS_MAX, { error: `Tags is too long (maximum is ${TAGS_MAX} names)` });

const utmParams = z
  .record(z.string(), z.unknown(), { error: "Utm params must be an object" })
  .transform((params) =>
    Object.fromEntries(
      Object.entries(params).filter(
        ([name, value]) => UTM_NAME.test(name) && value !== null && value !== "",
      ),
    ),
  )
  .pipe(
    z.record(
      z.string(),
      z
        .string(invalid("Utm params"))
        .max(UTM_VALUE_LENGTH_MAX, tooLong("Utm params", UTM_VALUE_LENGTH_MAX))
        .refine((value) => !CONTROL.test(value), invalid("Utm params"))
        .transform((value) => value.toWellFormed()),
    ),
  );

const optional = {
  /** Null or empty for none, like `description`. */
  title: text("Title", TITLE_LENGTH_MAX, CONTROL),
  description: text("Description", DESCRIPTION_LENGTH_MAX, CONTROL_BUT_LINES),
  /** Names of tags. Those that do not exist are created. */
  tags: tags.optional(),
  /** Whether it leads anywhere; by default true. */
  active: flag("Active"),
  /** Before this time it is not found. ISO 8601; UTC without a zone. */
  scheduled_start_at: unlessEmpty(time("Scheduled start at").nullable()),
  /** After this time it is gone. */
  scheduled_end_at: unlessEmpty(time("Scheduled end at").nullable()),
  /** False clears `expires_at`; true needs one. */
  expires: flag("Expires"),
  /** After this time it is gone. It may be past. */
  expires_at: unlessEmpty(time("Expires at").nullable()),
  /** Parameters that every destination of the link gets. Names other than `utm_…` are dropped. */
  utm_params: unlessEmpty(utmParams.nullable()),
  /** The `numericId` of a collection; null for none. */
  collection_id: unlessEmpty(z.int({ error: "Collection must exist" }).nullable()),
  /** Asked for before the link leads on; null or empty for none. Beside `link`, not in it. */
  password: z
    .string(invalid("Password"))
    .max(PASSWORD_LENGTH_MAX, tooLong("Password", PASSWORD_LENGTH_MAX))
    .nullish(),
};

const destination = required("Destination url", DESTINATION_LENGTH_MAX);

export const newLink = z.object({
  /** A web address, or an address that opens an app. */
  destination_url: destination,
  /** By default, or if it is empty, an automatic one. */
  short_code: z
    .union([shortCode, z.literal("").transform(() => undefined)], invalid("Short code"))
    .nullish(),
  ...optional,
});

export const linkChanges = z.object({
  /** A web address, or an address that opens an app. */
  destination_url: destination.optional(),
  short_code: unlessEmpty(shortCode),
  /** False takes a link out of the archive. */
  archived: flag("Archived"),
  ...optional,
});

const weight = z
  .number({ error: "Weight must be a number" })
  .min(0, { error: "Weight must be greater than or equal to 0" })
  .max(WEIGHT_MAX, { error: `Weight must be less than or equal to ${WEIGHT_MAX}` });

const VARIANT_NAME_LENGTH_MAX = 100;
const DEFAULT_WEIGHT = 50;

export const newVariant = z.object({
  name: required("Name", VARIANT_NAME_LENGTH_MAX),
  /** A web address, or an address that opens an app. */
  destination_url: destination,
  /** Its share of the traffic relative to the other active variants. */
  weight: weight.default(DEFAULT_WEIGHT),
  active: z.boolean({ error: "Active must be true or false" }).default(true),
});

export const variantChanges = z.object({
  name: required("Name", VARIANT_NAME_LENGTH_MAX).optional(),
  /** A web address, or an address that opens an app. */
  destination_url: destination.optional(),
  /** Its share of the traffic relative to the other active variants. */
  weight: weight.optional(),
  active: flag("Active"),
});

function queryFlag(field: string) {
  return flagText(`${field} must be true or false`).optional();
}

function wholeNumber(field: string) {
  const error = `${field} must be a whole number greater than 0`;
  return z
    .string()
    .regex(/^[1-9]\d{0,8}$/, { error })
    .meta({ type: "integer", minimum: 1, pattern: undefined })
    .transform(Number);
}

const PER_PAGE = 50;
const PER_PAGE_MAX = 100;

/** The filters that the list and the export share. */
const filters = {
  /** True for links that lead somewhere; false has no effect, here and below. */
  active: queryFlag("Active"),
  /** True for archived links. */
  archived: queryFlag("Archived"),
  /** The `numericId` of a collection. */
  collection_id: wholeNumber("Collection").optional(),
};

export const listQuery = z.object({
  page: wholeNumber("Page").default(1),
  /** Larger values are clamped to the maximum. */
  per_page: wholeNumber("Per page")
    .transform((perPage) => Math.min(perPage, PER_PAGE_MAX))
    .default(PER_PAGE),
  ...filters,
  /** True for links with a start or an end. */
  scheduled: queryFlag("Scheduled"),
});

export const exportQuery = z.object({
  ...filters,
  /** ISO 8601; UTC without a zone. */
  created_after: time("Created after").optional(),
  /** ISO 8601; UTC without a zone. */
  created_before: time("Created before").optional(),
});

export const csvImport = z.object(
  {
    /** A file with a header, as one text. */
    csv: z
      .string({ error: "Csv must be a text that holds the file" })
      .min(1, { error: "Csv can't be blank" }),
  },
  { error: "Csv can't be blank" },
);

/** The other form, of PVTLNK's guide to bulk imports: the columns of a file as fields. */
export const linksImport = z.object({
  links: z
    .array(z.record(z.string(), z.unknown(), { error: "Links must be a list of objects" }), {
      error: "Links must be a list of objects",
    })
    .min(1, { error: "Links can't be blank" })
    .max(IMPORT_ROWS_MAX, { error: `Links is too long (maximum is ${IMPORT_ROWS_MAX} rows)` }),
});

/** A file as text, or links as objects: a body with `links` and without `csv`. */
export const bulkImport = z.unknown().transform((body, context) => {
  const ofObjects = isObject(body) && body["csv"] === undefined && body["links"] !== undefined;
  const read = ofObjects ? linksImport.safeParse(body) : csvImport.safeParse(body);
  if (read.success) return read.data;
  for (const { message, path } of read.error.issues) {
    context.addIssue({ code: "custom", message, path: [...path] });
  }
  return z.NEVER;
});

export type NewLink = z.output<typeof newLink>;
export type LinkChanges = z.output<typeof linkChanges>;
export type ListQuery = z.output<typeof listQuery>;
export type ExportQuery = z.output<typeof exportQuery>;
