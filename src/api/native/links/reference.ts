/** What the documents say of links. */

import * as z from "zod";

import type { ReferenceOf, Resource } from "../../shared/reference.ts";
import { qrSettingsChange } from "../../shared/wire/schemas/qr.ts";
import { rules } from "../../shared/wire/schemas/rules.ts";
import { abTestChange, variant } from "../../shared/wire/schemas/variants.ts";
import { deleted } from "../answers.ts";
import {
  bulkOutcome,
  checkedCode,
  importOutcome,
  link,
  listedLink,
  manyOutcome,
  simulation,
} from "./answers.ts";
import type { linkBulkOperations } from "./bulk.ts";
import { createdLink, linkChanges, newLink } from "./contract.ts";
import type { csvOperations } from "./csv.ts";
import type { manyLinksOperations } from "./many.ts";
import type { linkOperations } from "./operations.ts";
import type { simulationOperations } from "./simulate.ts";
import type { variantOperations } from "./variants.ts";

/** What the contracts leave to the engine, which says more of a fault than a schema could. */
const typed = {
  /** In the order in which they are tried; null or an empty list for none. */
  rules: rules.nullish(),
  abTest: abTestChange.nullish(),
  qrSettings: qrSettingsChange.nullish(),
};
const newLinkTyped = newLink.extend(typed);
const linkChangesTyped = linkChanges.extend(typed);

const PLAIN = {
  id: "0d4c1e7a-8b2f-4f7e-9a51-6c3d2e1f0a9b",
  userId: "7f1f2c7e-9d41-4a53-9a53-a1f0a3f5f0c2",
  shortCode: "spring",
  destinationUrl: "https://example.com/spring?ref=a",
  title: "Spring sale",
  isActive: true,
  expiresAt: null,
  createdAt: "2026-05-04T10:00:00.000Z",
  updatedAt: "2026-05-04T10:00:00.000Z",
  shortUrl: "https://go.example.com/spring",
  domain: null,
  description: null,
  tags: [{ id: "5f0c6f0e-4b1d-4f0e-9d3a-0f6f1c1d2e3f", name: "sale" }],
  collectionId: null,
  externalId: "cms-42",
  isArchived: false,
  startsAt: null,
  endsAt: null,
  expiredUrl: null,
  limitReachedUrl: null,
  redirectStatus: 302,
  forwardQuery: false,
  forwardPath: false,
  social: null,
  crawlable: false,
  clicksLimit: null,
  qrUrl: "https://go.example.com/spring/qr.svg",
  utmParams: { utm_source: "newsletter" },
  passwordProtected: false,
  clicks: 0,
  lastClickedAt: null,
};
const LINK = {
  ...PLAIN,
  rules: [],
  abTest: { enabled: false, sticky: false, variants: [] },
  qrSettings: null,
};
const VARIANT = { id: "b", name: "B", url: "https://example.com/b", weight: 1, active: true };
const params = { id: LINK.id };
const UNKNOWN = "There is no such link.";
const HELD = "Another link of the workspace has the `externalId`.";
const STALE = "The link has changed since the version in `If-Match`.";
const TAKEN = "The short code is taken: `suggestions` holds others that are free.";

export const linkReference: ReferenceOf<
  typeof linkOperations &
    typeof linkBulkOperations &
    typeof manyLinksOperations &
    typeof csvOperations &
    typeof simulationOperations &
    typeof variantOperations
> = {
  listLinks: {
    summary: "List links",
    description:
      "Newest first. Without `limit` all links come as a stream; with it a page of at most as many links and 1 MB, and the header `Link` names the next page.",
    answers: { 200: z.array(listedLink) },
    answerHeaders: ["Link"],
    example: { query: { tag: "sale", limit: "50" }, answer: [PLAIN] },
  },
  createLink: {
    summary: "Create a link",
    description:
      "Without `shortCode` one is chosen. With `ifExists` as `return`, a link that the workspace has is answered with 200: the one with the `externalId`; else with the `shortCode` and destination; else the newest, unless archived, to the destination on the domain. `Accept: text/plain` answers the short URL alone, and a form is accepted, for Shortcuts and scripts. `Signpost-Live-By` says when the link works everywhere.",
    answers: { 200: link, 201: link },
    text: { 200: "The short URL alone.", 201: "The short URL alone." },
    fails: { 409: `${TAKEN} ${HELD}`, 429: "Too many requests, or codes of others tried." },
    headers: ["Idempotency-Key"],
    body: createdLink.extend(typed),
    example: {
      body: {
        destinationUrl: LINK.destinationUrl,
        shortCode: "spring",
        title: "Spring sale",
        tags: ["sale"],
        externalId: LINK.externalId,
        utmParams: LINK.utmParams,
      },
      answer: LINK,
    },
  },
  checkCode: {
    summary: "Check a short code",
    answers: { 200: checkedCode },
    example: {
      params: { shortCode: "spring" },
      answer: { available: false, suggestions: ["spring-1", "spring-26"] },
    },
    fails: { 400: "No code can be written so." },
  },
  getLink: {
    summary: "Show a link",
    description: "`ETag` is its version, for `If-Match` and `If-None-Match`.",
    answers: { 200: link, 304: null },
    fails: { 404: UNKNOWN },
    headers: ["If-None-Match"],
    example: { params, answer: LINK },
  },
  upsertLink: {
    summary: "Create or change a link",
    description:
      "Changes the link with the `externalId`; else the one with the `shortCode`; else the newest, unless archived, to `destinationUrl` on the domain. If there is none, creates it (201), for which a token needs `links:create` as well. Fields that are left out keep their value. Of two calls at once, one creates the link.",
    answers: { 200: link, 201: link },
    text: { 200: "The short URL alone.", 201: "The short URL alone." },
    fails: { 409: `${TAKEN} ${HELD}`, 429: "Too many requests, or codes of others tried." },
    headers: ["Idempotency-Key"],
    body: newLinkTyped,
    example: {
      body: { externalId: LINK.externalId, destinationUrl: LINK.destinationUrl },
      answer: LINK,
    },
  },
  lookUpLink: {
    summary: "Look a link up",
    description:
      "Finds one link of the workspace by its short URL, its code (on the default hosts, unless `domain` names another), its exact destination (the newest, if several have it) or the client's own `externalId`. Exactly one of them is asked by.",
    answers: { 200: link, 304: null },
    fails: { 404: UNKNOWN },
    headers: ["If-None-Match"],
    example: { query: { shortUrl: LINK.shortUrl }, answer: LINK },
  },
  updateLink: {
    summary: "Change a link",
    description:
      "Fields that are left out keep their value; null removes it. What `GET` shows is taken back. A change that changes nothing makes no version and no event.",
    answers: { 200: link },
    fails: { 404: UNKNOWN, 409: `${TAKEN} ${HELD}`, 412: STALE },
    headers: ["If-Match"],
    body: linkChangesTyped,
    example: { params, body: { title: "Sale" }, answer: { ...LINK, title: "Sale" } },
  },
  deleteLink: {
    summary: "Delete a link",
    description: "Deletes its numbers too. Archive it with a change to keep them.",
    answers: { 200: deleted },
    fails: { 404: UNKNOWN, 412: STALE },
    headers: ["If-Match"],
    example: { params, answer: { success: true, id: LINK.id } },
  },
  resetLinkCounts: {
    summary: "Begin a link's counts again",
    description:
      "Deletes its clicks and what they were counted as. Its click limit begins again too.",
    answers: { 200: deleted },
    fails: { 404: UNKNOWN },
    example: { params, answer: { success: true, id: LINK.id } },
  },
  createLinks: {
    summary: "Create up to 100 links",
    description: "Each link is made or refused by itself.",
    answers: { 200: bulkOutcome },
    headers: ["Idempotency-Key"],
    body: z.object({ links: z.array(newLinkTyped).min(1).max(100) }),
    example: {
      body: { links: [{ destinationUrl: LINK.destinationUrl }, { destinationUrl: "example" }] },
      answer: {
        created: [PLAIN],
        failed: [
          {
            index: 1,
            error: { code: "VALIDATION_ERROR", message: "destinationUrl must be a valid URL" },
          },
        ],
      },
    },
  },
  changeLinks: {
    summary: "Change many links",
    description:
      "Changes up to 1,000 links: those of `ids`, those that match `filter` (the list's parameters), or `all`. Each is changed or refused by itself, with its own webhook event. With more matches, `next` is the `cursor` of the next call. `dryRun` only tells.",
    answers: { 200: manyOutcome },
    example: {
      body: { filter: { tag: "sale" }, changes: { isArchived: true, removeTags: ["sale"] } },
      answer: { dryRun: false, matched: 1, ids: [LINK.id], failed: [], next: null },
    },
  },
  deleteLinks: {
    summary: "Delete many links",
    description:
      "Deletes up to 1,000 links: those of `ids`, those that match `filter` (the list's parameters), or `all`. A member deletes only their own; each other one is refused by itself. `dryRun` only tells.",
    answers: { 200: manyOutcome },
    example: {
      body: { ids: [LINK.id], dryRun: true },
      answer: { dryRun: true, matched: 1, ids: [LINK.id], failed: [], next: null },
    },
  },
  exportLinks: {
    summary: "Export links as CSV",
    description: "In the columns that an import reads, with the filters of the list.",
    answers: { 200: { contentType: "text/csv", description: "One row for each link." } },
  },
  importLinks: {
    summary: "Import links from CSV",
    description:
      "Up to 10,000 rows, as JSON, as the file itself or in a form. Separators, encodings and the column names of other services are recognized.",
    answers: { 200: importOutcome },
    headers: ["Idempotency-Key"],
    example: {
      body: { csv: "destination_url,title\nhttps://example.com,Home\n" },
      answer: {
        created: 1,
        links: [PLAIN],
        errors: [],
        summary: { totalRows: 1, created: 1, failed: 0 },
      },
    },
  },
  simulateLink: {
    summary: "Try a link",
    description: "Tells where a visitor would lead, and why. Counts nothing.",
    answers: { 200: simulation },
    fails: { 404: UNKNOWN },
    example: {
      params,
      body: { country: "UA", device: "mobile" },
      answer: {
        outcome: "redirect",
        destination: "https://example.com/spring?ref=a&utm_source=newsletter",
        status: 302,
        reason: null,
        rule: null,
        variant: null,
        limit: null,
        passwordRequired: false,
        passedOver: [],
      },
    },
  },
  listVariants: {
    summary: "List variants",
    answers: { 200: z.array(variant) },
    fails: { 404: UNKNOWN },
    example: { params, answer: [VARIANT] },
  },
  addVariant: {
    summary: "Add a variant",
    description: "The first variant does not switch the test on.",
    answers: { 201: variant },
    fails: { 404: UNKNOWN, 409: "The link has a variant of this id." },
    example: { params, body: { id: "b", name: "B", url: VARIANT.url }, answer: VARIANT },
  },
  updateVariant: {
    summary: "Change a variant",
    answers: { 200: variant },
    fails: { 404: "There is no such link or variant." },
    example: {
      params: { ...params, variant: "b" },
      body: { weight: 3 },
      answer: { ...VARIANT, weight: 3 },
    },
  },
  removeVariant: {
    summary: "Remove a variant",
    answers: { 200: deleted },
    fails: { 404: "There is no such link or variant." },
    example: { params: { ...params, variant: "b" }, answer: { success: true, id: "b" } },
  },
};

export const linkResources: readonly Resource[] = [
  {
    title: "Links",
    description: "A short address and where it leads.",
    operations: [
      "listLinks",
      "createLink",
      "upsertLink",
      "checkCode",
      "getLink",
      "lookUpLink",
      "updateLink",
      "deleteLink",
      "resetLinkCounts",
      "simulateLink",
    ],
  },
  {
    title: "Bulk and CSV",
    description: "Many links at once.",
    operations: ["createLinks", "changeLinks", "deleteLinks", "importLinks", "exportLinks"],
  },
  {
    title: "Variants",
    description: "The destinations of a link's A/B test, one at a time.",
    operations: ["listVariants", "addVariant", "updateVariant", "removeVariant"],
  },
];
