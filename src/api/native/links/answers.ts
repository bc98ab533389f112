/** Links, variants, imports and dry runs as the API shows them. */

import * as z from "zod";

import { REDIRECT_STATUSES } from "../../../links/link.ts";
import { qrSettings } from "../../shared/wire/schemas/qr.ts";
import { rule } from "../../shared/wire/schemas/rules.ts";
import { abTest } from "../../shared/wire/schemas/variants.ts";
import { failure, time } from "../answers.ts";

const plain = {
  id: z.string(),
  /** The account of the person who made it. */
  userId: z.string(),
  shortCode: z.string(),
  /** Where visitors lead for whom no rule holds. */
  destinationUrl: z.string(),
  title: z.string().nullable(),
  /** A link that is switched off answers 410. */
  isActive: z.boolean(),
  /** When it ends; null for never. */
  expiresAt: time.nullable(),
  createdAt: time,
  updatedAt: time,
  shortUrl: z.url(),
  /** A domain of the workspace; null for the installation's own hosts. */
  domain: z.string().nullable(),
  description: z.string().nullable(),
  tags: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  collectionId: z.string().nullable(),
  /** The client's own id of the link, which no other link of the workspace has. */
  externalId: z.string().nullable(),
  /** An archived link answers 410 and keeps its numbers. */
  isArchived: z.boolean(),
  /** When it begins to work; null for at once. */
  startsAt: time.nullable(),
  /** When it ceases to work; null for never. */
  endsAt: time.nullable(),
  /** Where visitors lead once the link has ended; null for a page that says so. */
  expiredUrl: z.string().nullable(),
  /** Where visitors lead once the click limit is used up; null for a page that says so. */
  limitReachedUrl: z.string().nullable(),
  redirectStatus: z.literal(REDIRECT_STATUSES),
  /** Whether the visitor's query is added to the destination's. */
  forwardQuery: z.boolean(),
  /** Whether the path that follows the code is added to the destination's. */
  forwardPath: z.boolean(),
  /** The card that apps show of the link; null for its destination's own. */
  social: z
    .strictObject({
      title: z.string(),
      description: z.string().nullable(),
      /** An https URL. */
      image: z.string().nullable(),
    })
    .nullable(),
  /** Whether search engines may index the link. */
  crawlable: z.boolean(),
  /** How many clicks by people the link answers in all; null for any number. */
  clicksLimit: z.int().nullable(),
  /** The QR code as SVG; `.png` works too. */
  qrUrl: z.url(),
  /** Parameters such as `utm_source`, added to every destination; null for none. */
  utmParams: z.record(z.string(), z.string()).nullable(),
  passwordProtected: z.boolean(),
  /** Clicks by people over all time; null while they are not known. */
  clicks: z.int().nullable(),
  /** The time of the last click by a person; null for none, and while it is not known. */
  lastClickedAt: time.nullable(),
};

const parts = {
  /** In the order in which they are tried. The default rule is `destinationUrl`. */
  rules: z.array(rule),
  abTest,
  /** The looks of the QR code; null for black on white. */
  qrSettings: qrSettings.nullable(),
};

/** A link. */
export const link = z.strictObject({ ...plain, ...parts });

/** A link as lists show it: rules, test and QR settings only when `fields` names them. */
export const listedLink = z.strictObject({ ...plain, ...z.strictObject(parts).partial().shape });

/** The outcome of a bulk creation: each link is made or refused by itself. */
export const bulkOutcome = z.strictObject({
  created: z.array(listedLink),
  failed: z.array(
    z.strictObject({
      /** The place in the list that was sent, from 0. */
      index: z.int(),
      error: failure,
    }),
  ),
});

/** What a call did to many links, or would do: each is changed or refused by itself. */
export const manyOutcome = z.strictObject({
  /** Whether nothing was done. */
  dryRun: z.boolean(),
  /** How many links were found. */
  matched: z.int(),
  /** The links that were changed or deleted, or would be; not those that have the change already. */
  ids: z.array(z.string()),
  failed: z.array(z.strictObject({ id: z.string(), error: failure })),
  /** The `cursor` of the next call, if more links match the filter; else null. */
  next: z.string().nullable(),
});

/** The outcome of an import: each row is made or refused by itself. */
export const importOutcome = z.strictObject({
  /** How many links were made. */
  created: z.int(),
  links: z.array(listedLink),
  errors: z.array(
    z.strictObject({
      /** The row as a spreadsheet numbers it: the column names are row 1. */
      row: z.int(),
      /** All faults of the row, a sentence each. */
      errors: z.array(z.string()),
    }),
  ),
  summary: z.strictObject({ totalRows: z.int(), created: z.int(), failed: z.int() }),
});

/** Whether a short code can be had. */
export const checkedCode = z.strictObject({
  available: z.boolean(),
  /** Codes like it that are free, if it is not. */
  suggestions: z.array(z.string()),
  /** Why it is not free, unless somebody has it. */
  reason: z.string().optional(),
});

const named = z.strictObject({ id: z.string(), name: z.string() });

/** Where a visitor would lead, and why. */
export const simulation = z.strictObject({
  /**
   * `card` is what a program that makes a preview gets of a link with `social`; `fallback` leads to
   * `expiredUrl` or `limitReachedUrl`.
   */
  outcome: z.enum(["redirect", "card", "fallback", "refuse"]),
  destination: z.string().nullable(),
  /** The HTTP status that the visitor's browser would get. */
  status: z.int(),
  /** Null for a redirect and a card; else why it is neither. */
  reason: z.string().nullable(),
  /** The rule that decided; null for the default or a variant. */
  rule: named.nullable(),
  /** The variant that was drawn; null without a test. */
  variant: named.nullable(),
  /** The click limit; null for none. */
  limit: z
    .strictObject({
      max: z.int(),
      /** Null if the count cannot be read now. */
      used: z.int().nullable(),
    })
    .nullable(),
  /** Whether the visitor is asked for the password first. */
  passwordRequired: z.boolean(),
  /** The rules that were tried and did not hold, each with the first condition that failed. */
  passedOver: z.array(
    z.strictObject({
      rule: z.string(),
      name: z.string(),
      condition: z.string(),
      wanted: z.unknown(),
      met: z.unknown(),
      /** The zone that times were compared in; absent for other conditions. */
      timezone: z.string().optional(),
    }),
  ),
});
