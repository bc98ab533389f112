/**
 * The requests about links. Each sentence names its field; unknown fields are dropped.
 * `api/shared/wire` reads rules, A/B tests and QR settings.
 */

import * as z from "zod";

import { timeText, unlessEmpty } from "../../shared/plain-values.ts";
import { CONTROL, CONTROL_BUT_LINES } from "../../shared/text.ts";
import { parseObjectId } from "../object-id.ts";

const NAME_LENGTH_MAX = 255;
const DESCRIPTION_LENGTH_MAX = 1_000;
const TAGS_MAX = 50;

const NAME_REQUIRED = "Name is required.";
const NAME_WANTED = `name must be a text of at most ${NAME_LENGTH_MAX} characters, on one line.`;

const name = z
  .string({
    error: ({ input }) => (input === undefined || input === null ? NAME_REQUIRED : NAME_WANTED),
  })
  .trim()
  .min(1, { error: NAME_REQUIRED })
  .max(NAME_LENGTH_MAX, { error: NAME_WANTED })
  .refine((text) => !CONTROL.test(text), { error: NAME_WANTED })
  .transform((text) => text.toWellFormed());

const RULES_WANTED = { error: "rules must be a non-empty array." };
const rules = z.array(z.unknown(), RULES_WANTED).min(1, RULES_WANTED);

const DESCRIPTION_WANTED = {
  error: `description must be a text of at most ${DESCRIPTION_LENGTH_MAX} characters.`,
};
const description = z
  .string(DESCRIPTION_WANTED)
  .max(DESCRIPTION_LENGTH_MAX, DESCRIPTION_WANTED)
  .refine((text) => !CONTROL_BUT_LINES.test(text), {
    error: "description must not contain control characters.",
  })
  .transform((text) => text.trim().toWellFormed() || null);

const SLUG_WANTED = {
  error: "slug must be 1 to 100 characters: lowercase letters, numbers and hyphens only.",
};
const slug = z.string(SLUG_WANTED).regex(/^[a-z0-9-]{1,100}$/, SLUG_WANTED);

const domain = z.string({ error: "domain must be a host name, such as go.example.com." }).trim();

const active = z.boolean({ error: "active must be true or false." });

const clicksLimit = z
  .int({ error: "clicksLimit must be a positive integer." })
  .positive({ error: "clicksLimit must be a positive integer." });

const expirationDate = timeText(
  "expirationDate must be an ISO 8601 date and time, such as 2026-12-31T23:59:59Z.",
);

const TAG_IDS_WANTED = { error: "tagIds must be an array of tag ids (24 hex digits each)." };
const tagIds = z
  .array(
    z.string(TAG_IDS_WANTED).transform(parseObjectId).pipe(z.string(TAG_IDS_WANTED)),
    TAG_IDS_WANTED,
  )
  .max(TAGS_MAX, { error: `tagIds must hold at most ${TAGS_MAX} ids.` });

/** The fields that may also be null, which means absent. */
const optional = {
  /** Not shown to visitors. */
  description: description.nullish(),
  /** A domain that the workspace has verified; null or empty for the default. */
  domain: domain.nullish(),
  /** Whether it leads anywhere; by default true. */
  active: active.optional(),
  /** The number of clicks by people after which the link is gone; null for none. */
  clicksLimit: unlessEmpty(clicksLimit.nullable()),
  /** ISO 8601, in the future; UTC without a zone. Null for none. */
  expirationDate: unlessEmpty(expirationDate.nullable()),
  /** All tags of the link, by the `objectId` that the native API shows. */
  tagIds: tagIds.optional(),
  abTest: z.unknown().optional(),
  qrSettings: z.unknown().optional(),
};

export const newLink = z.object({
  name,
  rules,
  /** By default, or if it is empty or null, an automatic one. */
  slug: unlessEmpty(slug.nullable()),
  ...optional,
});

export const linkChanges = z.object({
  name: name.optional(),
  rules: rules.optional(),
  slug: unlessEmpty(slug),
  ...optional,
});

export type NewLink = z.output<typeof newLink>;
export type LinkChanges = z.output<typeof linkChanges>;
