/**
 * The native link requests. Each sentence names its field and says what to send; unknown fields are
 * dropped.
 */

import * as z from "zod";

import { CUSTOM_CODE } from "../../../codes/suggestions.ts";
import { MANY_LINKS_MAX } from "../../../links/change-many.ts";
import { readFlag } from "../../../links/csv/cells.ts";
import {
  EXTERNAL_ID_LENGTH_MAX,
  LINK_PARTS,
  type LinkPart,
  REDIRECT_STATUSES,
} from "../../../links/link.ts";
import {
  SOCIAL_DESCRIPTION_LENGTH_MAX,
  SOCIAL_IMAGE_LENGTH_MAX,
  SOCIAL_TITLE_LENGTH_MAX,
  type SocialCard,
} from "../../../links/social.ts";
import { UTM_NAME, UTM_VALUE_LENGTH_MAX } from "../../../links/utm.ts";
import { isObject } from "../../../platform/is-object.ts";
import { PASSWORD_LENGTH_MAX } from "../../../platform/password.ts";
import { flagText, only, timeText, unlessEmpty } from "../../shared/plain-values.ts";
import { CONTROL, CONTROL_BUT_LINES } from "../../shared/text.ts";
import { LABEL_LENGTH_MAX } from "../labels/contract.ts";

const TITLE_LENGTH_MAX = 255;
const DESCRIPTION_LENGTH_MAX = 1_000;
const TAGS_MAX = 50;

const CODE_SENTENCE =
  "shortCode must be 3 to 20 characters: letters, numbers, hyphens, underscores";
const DESTINATION_SENTENCE = "destinationUrl is required and must be a valid URL";

function text(field: string, lengthMax: number, refused: RegExp) {
  const error = `${field} must be a text of at most ${lengthMax} characters, or null`;
  return z
    .string({ error })
    .max(lengthMax, { error })
    .refine((value) => !refused.test(value), {
      error: `${field} must not contain control characters`,
    })
    .transform((value) => value.trim().toWellFormed())
    .transform((value) => (value === "" ? null : value))
    .nullable();
}

function time(field: string) {
  const error = `${field} must be an ISO 8601 date, or date and time, such as 2026-12-31T00:00:00Z, or null`;
  return unlessEmpty(timeText(error).nullable());
}

function url(field: string) {
  return unlessEmpty(z.string({ error: `${field} must be a URL, or null` }).nullable());
}

/** Reads a flag; no-code tools send it as a text, as forms do. */
function flag(field: string) {
  const error = `${field} must be true or false`;
  return z.preprocess(
    (value) => (typeof value === "string" ? (readFlag(value) ?? value) : value),
    z.boolean({ error }),
  );
}

const shortCode = z.string({ error: CODE_SENTENCE }).regex(CUSTOM_CODE, { error: CODE_SENTENCE });

const tagName = z
  .string({ error: "tags must be a list of names" })
  .trim()
  .min(1, { error: "tags must not hold an empty name" })
  .max(LABEL_LENGTH_MAX, {
    error: `tags must hold names of at most ${LABEL_LENGTH_MAX} characters`,
  })
  .refine((name) => !CONTROL.test(name), { error: "tags must not contain control characters" });

/**
 * Links show their tags as objects, which are taken back by name. A text holds names with commas, as
 * forms and no-code tools send them.
 */
const tags = z.preprocess(
  (value) =>
    typeof value === "string" ? value.split(",").filter((name) => name.trim() !== "") : value,
  z
    .array(
      z.preprocess((tag) => (isObject(tag) ? tag["name"] : tag), tagName),
      { error: "tags must be a list of names" },
    )
    .max(TAGS_MAX, { error: `tags must hold at most ${TAGS_MAX} names` }),
);

const UTM_SENTENCE = "utmParams must be an object of texts by names such as utm_source, or null";
const PASSWORD_SENTENCE = `password must be a text of 1 to ${PASSWORD_LENGTH_MAX} characters, or null`;

const SOCIAL_SENTENCE = "social must be an object with a title, or null";
const SOCIAL_TITLE_SENTENCE = `social.title must be a text of 1 to ${SOCIAL_TITLE_LENGTH_MAX} characters`;
const SOCIAL_IMAGE_SENTENCE = `social.image must be a URL of at most ${SOCIAL_IMAGE_LENGTH_MAX} characters, or null`;

/** Absent parts of the card are left out, as it is stored. */
const social = z
  .object(
    {
      title: z
        .string({ error: SOCIAL_TITLE_SENTENCE })
        .trim()
        .min(1, { error: SOCIAL_TITLE_SENTENCE })
        .max(SOCIAL_TITLE_LENGTH_MAX, { error: SOCIAL_TITLE_SENTENCE })
        .refine((value) => !CONTROL.test(value), {
          error: "social.title must not contain control characters",
        })
        .transform((value) => value.toWellFormed()),
      description: text(
        "social.description",
        SOCIAL_DESCRIPTION_LENGTH_MAX,
        CONTROL_BUT_LINES,
      ).optional(),
      image: unlessEmpty(
        z
          .string({ error: SOCIAL_IMAGE_SENTENCE })
          .max(SOCIAL_IMAGE_LENGTH_MAX, { error: SOCIAL_IMAGE_SENTENCE })
          .nullable(),
      ),
    },
    { error: SOCIAL_SENTENCE },
  )
  .transform(({ title, description, image }): SocialCard => ({
    title,
    ...(typeof description === "string" && { description }),
    ...(typeof image === "string" && { image }),
  }));

const optional = {
  title: text("title", TITLE_LENGTH_MAX, CONTROL).optional(),
  description: text("description", DESCRIPTION_LENGTH_MAX, CONTROL_BUT_LINES).optional(),
  expiresAt: time("expiresAt"),
  startsAt: time("startsAt"),
  endsAt: time("endsAt"),
  expiredUrl: url("expiredUrl"),
  limitReachedUrl: url("limitReachedUrl"),
  isActive: unlessEmpty(flag("isActive")),
  forwardQuery: unlessEmpty(flag("forwardQuery")),
  forwardPath: unlessEmpty(flag("forwardPath")),
  social: social.nullable().optional(),
  crawlable: unlessEmpty(flag("crawlable")),
  utmParams: z
    .record(
      z.string().regex(UTM_NAME, { error: UTM_SENTENCE }),
      z
        .string({ error: UTM_SENTENCE })
        .min(1, { error: UTM_SENTENCE })
        .max(UTM_VALUE_LENGTH_MAX, {
          error: `utmParams must hold texts of at most ${UTM_VALUE_LENGTH_MAX} characters`,
        })
        .refine((value) => !CONTROL.test(value), {
          error: "utmParams must not contain control characters",
        })
        .transform((value) => value.toWellFormed()),
      { error: UTM_SENTENCE },
    )
    .nullable()
    .optional(),
  password: z
    .string({ error: PASSWORD_SENTENCE })
    .min(1, { error: PASSWORD_SENTENCE })
    .max(PASSWORD_LENGTH_MAX, { error: PASSWORD_SENTENCE })
    .nullable()
    .optional(),
  redirectStatus: z
    .literal(REDIRECT_STATUSES, {
      error: `redirectStatus must be one of ${REDIRECT_STATUSES.join(", ")}`,
    })
    .optional(),
  tags: tags.optional(),
  externalId: text("externalId", EXTERNAL_ID_LENGTH_MAX, CONTROL).optional(),
  collectionId: unlessEmpty(
    z
      .guid({ error: "collectionId must be the id of a collection, or null" })
      .toLowerCase()
      .nullable(),
  ),
};

const HOSTNAME_SENTENCE = "domain must be a host name such as go.example.com, or null";
const LIMIT_SENTENCE = "clicksLimit must be a whole number of at least 1, or null";

/** The engine reads rules, A/B tests and QR settings itself: see `routing.ts`. */
const routing = {
  domain: unlessEmpty(
    z.string({ error: HOSTNAME_SENTENCE }).trim().min(1, { error: HOSTNAME_SENTENCE }).nullable(),
  ),
  clicksLimit: z
    .int({ error: LIMIT_SENTENCE })
    .min(1, { error: LIMIT_SENTENCE })
    .nullable()
    .optional(),
  rules: z.unknown().optional(),
  abTest: z.unknown().optional(),
  qrSettings: z.unknown().optional(),
};

const NOT_AN_OBJECT = { error: "Send a JSON object that holds the link's fields" };

export const newLink = z.object(
  {
    destinationUrl: z.string({ error: DESTINATION_SENTENCE }),
    shortCode: unlessEmpty(shortCode.nullable()),
    ...optional,
    ...routing,
  },
  NOT_AN_OBJECT,
);

export const linkChanges = z.object(
  {
    destinationUrl: z.string({ error: "destinationUrl must be a valid URL" }).optional(),
    shortCode: unlessEmpty(shortCode),
    isArchived: unlessEmpty(flag("isArchived")),
    ...optional,
    ...routing,
  },
  NOT_AN_OBJECT,
);

const IF_EXISTS_SENTENCE = 'ifExists must be "refuse" or "return"';

/** A new link, and what happens if there is one like it. */
export const createdLink = newLink.extend({
  /** With `return`, a link like it is answered with instead of making a second one. */
  ifExists: z.enum(["refuse", "return"], { error: IF_EXISTS_SENTENCE }).optional(),
});

/** The same link as a form sends it: texts only, where an empty one means that none was entered. */
export const createdLinkForm = z.preprocess(
  (form) =>
    form !== null && typeof form === "object"
      ? Object.fromEntries(
          Object.entries(form)
            .filter(([, value]) => value !== "")
            .map(([name, value]) => [name, FORM_FIELDS.get(name)?.(String(value)) ?? value]),
        )
      : form,
  createdLink,
);

/** A map, since clients name the fields: an object would also have `__proto__`. */
const FORM_FIELDS: ReadonlyMap<string, (value: string) => unknown> = new Map([
  ["redirectStatus", Number],
  ["clicksLimit", Number],
]);

function queryFlag(name: string) {
  return flagText(`${name} must be true or false`).optional();
}

const LIMIT_MAX = 10_000;
const PAGE_SENTENCE = `limit must be a whole number from 1 to ${LIMIT_MAX}`;
const PARTS_SENTENCE = `fields must be a list of ${LINK_PARTS.join(", ")}, with commas`;
const isPart = (name: string): name is LinkPart => LINK_PARTS.some((part) => part === name);

export const linkQuery = z.object({
  q: z.string().max(DESCRIPTION_LENGTH_MAX, { error: "q is too long" }).optional(),
  tag: z.string().optional(),
  collection: z.string().optional(),
  domain: z.string().optional(),
  active: queryFlag("active"),
  archived: queryFlag("archived"),
  limit: z
    .string()
    .regex(/^\d{1,5}$/, { error: PAGE_SENTENCE })
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= LIMIT_MAX, { error: PAGE_SENTENCE })
    .optional(),
  cursor: z.string().optional(),
  /** The parts that a list leaves out unless it is asked for them. */
  fields: z
    .string()
    .transform((names) => names.split(","))
    .refine((names) => names.every(isPart), { error: PARTS_SENTENCE })
    .transform((names): ReadonlySet<LinkPart> => new Set(names.filter(isPart)))
    .optional(),
});

const KEY_SENTENCE =
  "Ask by exactly one of shortUrl, shortCode (with domain, for a domain of the workspace), destinationUrl and externalId";
const SHORT_URL_SENTENCE = "shortUrl must be a URL such as https://go.example.com/spring";

/** What one link is looked up by. */
export const lookUpQuery = z
  .object({
    /** The whole short URL, with or without its scheme. */
    shortUrl: z
      .string()
      .transform((typed) => URL.parse(/^https?:/i.test(typed) ? typed : `https://${typed}`))
      .refine((address) => address !== null, { error: SHORT_URL_SENTENCE })
      .optional(),
    /** On the default hosts, unless `domain` names another. */
    shortCode: z.string().optional(),
    domain: z.string().optional(),
    /** As the link has it; of several links the newest is found. */
    destinationUrl: z.string().optional(),
    externalId: z.string().optional(),
  })
  .refine(
    ({ domain, ...ways }) => {
      const asked = Object.values(ways).filter((way) => way !== undefined).length;
      return asked === 1 && (domain === undefined || ways.shortCode !== undefined);
    },
    { error: KEY_SENTENCE },
  );

/** The file itself, or a JSON object that holds it. */
export const importBody = z.preprocess(
  (body) => (typeof body === "string" ? { csv: body } : body),
  z.object(
    { csv: z.string({ error: "csv is required and must be a text" }) },
    { error: "Send a JSON object that holds csv, or the file itself as text/csv or in a form" },
  ),
);

function exportTime(name: string) {
  const error = `${name} must be an ISO 8601 date, or date and time, such as 2026-12-31T00:00:00Z`;
  return timeText(error).optional();
}

export const exportQuery = linkQuery.omit({ limit: true, cursor: true, fields: true }).extend({
  createdAfter: exportTime("createdAfter"),
  createdBefore: exportTime("createdBefore"),
  bom: queryFlag("bom"),
});

const IDS_SENTENCE = `ids must be a list of 1 to ${MANY_LINKS_MAX} ids of links`;
const SELECTION_SENTENCE =
  "Name the links by exactly one of ids, filter with at least one parameter of the list, and all: true";
const CHANGES_SENTENCE =
  "changes must hold at least one of isActive, isArchived, collectionId, expiresAt, addTags and removeTags";

/** The list's filters, as JSON: flags and numbers count as the texts that a query has. */
const filter = z.preprocess(
  (sent) =>
    isObject(sent)
      ? Object.fromEntries(
          Object.entries(sent)
            .filter(([, value]) => value !== "" && value !== null)
            .map(([name, value]) => [
              name,
              typeof value === "boolean" || typeof value === "number" ? String(value) : value,
            ]),
        )
      : sent,
  only(linkQuery.omit({ limit: true, cursor: true, fields: true }).shape),
);

const selectedLinks = z.object({
  ids: z
    .array(z.string({ error: IDS_SENTENCE }), { error: IDS_SENTENCE })
    .min(1, { error: IDS_SENTENCE })
    .max(MANY_LINKS_MAX, { error: IDS_SENTENCE })
    .optional(),
  /** Those that the list shows with these parameters, up to 1,000 of them. */
  filter: filter.optional(),
  /** All links of the workspace, up to 1,000 of them. */
  all: z.literal(true, { error: "all must be true or left out" }).optional(),
  /** Continues with the links after those of the call before: its `next`. */
  cursor: z.string({ error: "cursor must be the next of the call before" }).optional(),
  /** Tells which links would be reached, and does nothing. */
  dryRun: flag("dryRun").default(false),
});

function isSelection({ ids, filter: given, all }: SelectedLinks): boolean {
  const ways = [ids, given, all].filter((way) => way !== undefined);
  return ways.length === 1 && (given === undefined || Object.keys(given).length > 0);
}

export const deletedLinks = z
  .object(selectedLinks.shape, { error: "Send a JSON object that names the links" })
  .refine(isSelection, { error: SELECTION_SENTENCE });

export const changedLinks = z
  .object(
    {
      ...selectedLinks.shape,
      changes: only({
        ...linkChanges.pick({
          isActive: true,
          isArchived: true,
          collectionId: true,
          expiresAt: true,
        }).shape,
        addTags: tags.optional(),
        removeTags: tags.optional(),
      }).refine((changes) => Object.values(changes).some((value) => value !== undefined), {
        error: CHANGES_SENTENCE,
      }),
    },
    { error: "Send a JSON object that names the links and their changes" },
  )
  .refine(isSelection, { error: SELECTION_SENTENCE });

const LINKS_MAX = 100;
const LINKS_SENTENCE = `links must be a list of 1 to ${LINKS_MAX} links`;

/** Each link is checked by itself, so that a faulty one does not hold up the others. */
export const newLinks = z.object(
  {
    links: z
      .array(z.unknown(), { error: LINKS_SENTENCE })
      .min(1, { error: LINKS_SENTENCE })
      .max(LINKS_MAX, { error: LINKS_SENTENCE }),
  },
  { error: "Send a JSON object that holds links" },
);

export type NewLink = z.output<typeof newLink>;
export type LinkChangesBody = z.output<typeof linkChanges>;
export type SelectedLinks = Omit<z.output<typeof selectedLinks>, "dryRun">;
export type LookUpQuery = z.output<typeof lookUpQuery>;
export type LinkQuery = z.output<typeof linkQuery>;
