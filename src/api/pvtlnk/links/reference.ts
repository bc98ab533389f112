/** What the documents say of links, their variants and their files. */

import * as z from "zod";

import { UTM_VALUE_LENGTH_MAX } from "../../../links/utm.ts";
import type { ReferenceOf, Resource } from "../../shared/reference.ts";
import { IMPORT_ROWS_MAX } from "../../shared/wire/csv/columns.ts";
import { done } from "../answers.ts";
import { importReport, link, linkDetails, linkPage, variant, variantList } from "./answers.ts";
import {
  csvImport,
  linkChanges,
  linksImport,
  newLink,
  newVariant,
  variantChanges,
} from "./contract.ts";
import type { csvOperations } from "./csv.ts";
import type { linkOperations } from "./operations.ts";
import type { variantOperations } from "./variants.ts";

const oneLink = z.strictObject({ success: z.literal(true), link });
const oneVariant = z.strictObject({ success: z.literal(true), variant });

const typed = {
  /** Parameters that every destination of the link gets, by names such as `utm_source`. */
  utm_params: z.record(z.string(), z.string().max(UTM_VALUE_LENGTH_MAX)).nullish(),
};
const { password } = newLink.shape;

/** A flag of a row, as a file writes it or as JSON does. */
const flag = z.union([z.boolean(), z.string()]).nullish();
const cell = z.string().nullish();

/** A row of an import as an object; an empty text is nothing. */
const row = z.object({
  destination_url: z.string().min(1),
  title: cell,
  short_code: cell,
  description: cell,
  /** Names, as a list or with commas between them. */
  tags: z.union([z.array(z.string()), z.string()]).nullish(),
  active: flag,
  /** Whether the row must hold a password. */
  password_protected: flag,
  password: cell,
  /** ISO 8601; UTC without a zone. */
  scheduled_start_at: cell,
  scheduled_end_at: cell,
  expires_at: cell,
  /** Where visitors are led after `expires_at`. */
  expired_url: cell,
  /** The number of clicks by people after which the link is gone. */
  clicks_limit: z.union([z.int().positive(), z.string()]).nullish(),
  /** Where visitors are led after `clicks_limit`. */
  limit_reached_url: cell,
});

const LINK = {
  id: 123,
  short_code: "abc123",
  short_url: "https://pvtlnk.com/abc123",
  destination_url: "https://example.com",
  title: "My Link",
  description: null,
  tags: [],
  click_count: 150,
  active: true,
  archived: false,
  password_protected: false,
  is_scheduled: false,
  scheduled_start_at: null,
  scheduled_end_at: null,
  expires: false,
  expires_at: null,
  last_clicked_at: "2026-03-10T14:22:00Z",
  created_at: "2026-01-15T10:30:00Z",
  updated_at: "2026-03-10T14:22:00Z",
  utm_params: {},
};

const UNCLICKED = {
  click_count: 0,
  last_clicked_at: null,
  created_at: "2026-03-12T00:00:00Z",
  updated_at: "2026-03-12T00:00:00Z",
};

const CAMPAIGN = {
  destination_url: "https://example.com",
  title: "My Campaign Link",
  short_code: "custom-code",
  scheduled_start_at: "2026-04-01T00:00:00Z",
  scheduled_end_at: "2026-04-30T23:59:59Z",
  expires: true,
  expires_at: "2026-05-01T00:00:00Z",
  utm_params: { utm_source: "newsletter", utm_medium: "email", utm_campaign: "apr-2026" },
};

const VARIANT_A = {
  id: 1,
  name: "Variant A",
  destination_url: "https://landing-a.com",
  weight: 50,
  active: true,
  click_count: 823,
  click_percentage: 51.2,
  created_at: "2026-01-15T10:30:00Z",
  updated_at: "2026-01-15T10:30:00Z",
};

const VARIANT_B = {
  ...VARIANT_A,
  id: 2,
  name: "Variant B",
  destination_url: "https://landing-b.com",
  click_count: 785,
  click_percentage: 48.8,
};

const OF_LINK = { id: "The link's id." };
const OF_LINK_WITH_VARIANTS = { link_id: "The link's id." };
const OF_VARIANT = { ...OF_LINK_WITH_VARIANTS, variant_id: "The variant's id." };

const NO_LINK = "There is no such link in the workspace.";
const NO_VARIANT = "There is no such link in the workspace, or it has no such variant.";
const CHANGED_MEANWHILE = "Other requests kept changing the link.";

export const linkReference: ReferenceOf<typeof linkOperations> = {
  listLinks: {
    summary: "List links",
    description: "A page of links, the newest first, archived ones included.",
    answers: { 200: linkPage },
    example: {
      answer: {
        success: true,
        links: [LINK],
        pagination: { page: 1, per_page: 50, total: 123, total_pages: 3 },
      },
    },
  },
  createLink: {
    summary: "Create a link",
    description:
      "A start or an end needs the plan `pro` or `enterprise`. `password` stands beside `link`.",
    body: z.object({ link: newLink.omit({ password: true }).extend(typed), password }),
    answers: { 201: oneLink },
    fails: {
      404: "The link that the first request with this `Idempotency-Key` made has been deleted.",
    },
    headers: ["Idempotency-Key"],
    answerHeaders: ["Signpost-Live-By"],
    example: {
      body: { link: CAMPAIGN, password: "optional-password" },
      answer: {
        success: true,
        link: {
          ...LINK,
          ...CAMPAIGN,
          ...UNCLICKED,
          id: 456,
          short_url: "https://pvtlnk.com/custom-code",
          password_protected: true,
          is_scheduled: true,
        },
      },
    },
  },
  getLink: {
    summary: "Get a link",
    description: "With its last clicks, if the token has the scope `links:read:analytics`.",
    params: OF_LINK,
    answers: { 200: z.strictObject({ success: z.literal(true), link: linkDetails }) },
    fails: { 404: NO_LINK },
    example: {
      params: { id: "123" },
      answer: {
        success: true,
        link: {
          ...LINK,
          analytics: {
            total_clicks: 150,
            recent_clicks: [
              {
                clicked_at: "2026-03-10T14:22:00Z",
                hashed_ip: "a3f2c4d5e6f70819",
                hashed_user_agent: "b91c0d2e3f4a5b6c",
                referrer_domain: "google.com",
                country_code: "CH",
                device_type: "desktop",
                browser_family: "Chrome",
                os_family: "macOS",
              },
            ],
          },
        },
      },
    },
  },
  updateLink: {
    summary: "Update a link",
    description:
      "Changes the fields that are sent. All that `GET` shows may be sent back: what is as it was is never refused.",
    params: OF_LINK,
    body: z.object({ link: linkChanges.omit({ password: true }).extend(typed), password }),
    answers: { 200: oneLink },
    fails: { 404: NO_LINK, 409: CHANGED_MEANWHILE },
    answerHeaders: ["Signpost-Live-By"],
    example: {
      params: { id: "123" },
      body: { link: { destination_url: "https://new-destination.com", title: "Updated Title" } },
      answer: {
        success: true,
        link: {
          ...LINK,
          destination_url: "https://new-destination.com",
          title: "Updated Title",
          updated_at: "2026-03-12T00:00:00Z",
        },
      },
    },
  },
  archiveLink: {
    summary: "Archive a link",
    description:
      "Nothing is lost: `archived: false` restores it. Members can archive only their own links.",
    params: OF_LINK,
    answers: { 200: done },
    fails: { 404: NO_LINK, 409: CHANGED_MEANWHILE },
    answerHeaders: ["Signpost-Live-By"],
    example: {
      params: { id: "123" },
      answer: { success: true, message: "Link archived successfully" },
    },
  },
};

const FIRST = {
  ...LINK,
  ...UNCLICKED,
  destination_url: "https://example1.com",
  title: "Link 1",
  short_code: "link1",
  short_url: "https://pvtlnk.com/link1",
};

const SECOND = {
  ...FIRST,
  id: 124,
  destination_url: "https://example2.com",
  title: "Link 2",
  short_code: "link2",
  short_url: "https://pvtlnk.com/link2",
};

export const csvReference: ReferenceOf<typeof csvOperations> = {
  exportLinks: {
    summary: "Export links",
    description: "Cells that a spreadsheet would run as formulas begin with an apostrophe.",
    answers: {
      200: {
        contentType: "text/csv; charset=utf-8",
        description:
          "A file with the columns short_url, destination_url, short_code, title, description, tags, click_count, active, archived, password_protected, expires_at and created_at.",
      },
    },
  },
  importLinks: {
    summary: "Import links",
    description: `Creates a link for each of up to ${IMPORT_ROWS_MAX} rows, each by itself: a file as text, or rows as objects. 201 if any link was created, else 200.`,
    body: z.union([
      csvImport,
      linksImport.extend({ links: z.array(row).min(1).max(IMPORT_ROWS_MAX) }),
    ]),
    answers: { 200: importReport, 201: importReport },
    fails: {
      404: "A link that the first request with this `Idempotency-Key` made has been deleted.",
    },
    headers: ["Idempotency-Key"],
    answerHeaders: ["Signpost-Live-By"],
    example: {
      body: {
        csv: "destination_url,title,short_code,tags\nhttps://example1.com,Link 1,link1,\nhttps://example2.com,Link 2,link2,",
      },
      answer: {
        success: true,
        created: 2,
        links: [FIRST, SECOND],
        errors: [],
        summary: { total_rows: 2, created: 2, failed: 0 },
      },
    },
  },
};

export const variantReference: ReferenceOf<typeof variantOperations> = {
  listVariants: {
    summary: "List a link's variants",
    params: OF_LINK_WITH_VARIANTS,
    answers: { 200: variantList },
    fails: { 404: NO_LINK },
    example: {
      params: { link_id: "123" },
      answer: { success: true, ab_testing_active: true, variants: [VARIANT_A, VARIANT_B] },
    },
  },
  createVariant: {
    summary: "Create a variant",
    description: "The first active variant starts the test.",
    params: OF_LINK_WITH_VARIANTS,
    body: z.object({ variant: newVariant }),
    answers: { 201: oneVariant },
    fails: { 404: NO_LINK, 409: CHANGED_MEANWHILE },
    answerHeaders: ["Signpost-Live-By"],
    example: {
      params: { link_id: "123" },
      body: {
        variant: { name: "Variant B", destination_url: "https://landing-b.com", weight: 30 },
      },
      answer: {
        success: true,
        variant: { ...VARIANT_B, weight: 30, click_count: 0, click_percentage: 0 },
      },
    },
  },
  updateVariant: {
    summary: "Update a variant",
    description: "Changes the fields that are sent. One that becomes active starts the test.",
    params: OF_VARIANT,
    body: z.object({ variant: variantChanges }),
    answers: { 200: oneVariant },
    fails: { 404: NO_VARIANT, 409: CHANGED_MEANWHILE },
    answerHeaders: ["Signpost-Live-By"],
    example: {
      params: { link_id: "123", variant_id: "1" },
      body: { variant: { weight: 70, active: true } },
      answer: { success: true, variant: { ...VARIANT_A, weight: 70 } },
    },
  },
  deleteVariant: {
    summary: "Delete a variant",
    params: OF_VARIANT,
    answers: { 200: done },
    fails: { 404: NO_VARIANT, 409: CHANGED_MEANWHILE },
    answerHeaders: ["Signpost-Live-By"],
    example: {
      params: { link_id: "123", variant_id: "1" },
      answer: { success: true, message: "Variant deleted successfully" },
    },
  },
};

export const linkResources: readonly Resource[] = [
  {
    title: "Links",
    description: "Short links of a workspace.",
    operations: ["listLinks", "createLink", "getLink", "updateLink", "archiveLink"],
  },
  {
    title: "Files",
    description: "Links as CSV files.",
    operations: ["exportLinks", "importLinks"],
  },
  {
    title: "Variants",
    description:
      "The destinations of a link's A/B test, among which visitors are divided by weight: 70 and 30 divide as 7 and 3 do. Without an active variant, visitors are led to the link's own destination.",
    operations: ["listVariants", "createVariant", "updateVariant", "deleteVariant"],
  },
];
