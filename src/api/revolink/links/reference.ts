/** What the documents say of links. */

import * as z from "zod";

import type { ReferenceOf, Resource } from "../../shared/reference.ts";
import { qrSettingsChange } from "../../shared/wire/schemas/qr.ts";
import { rulesWithDefault } from "../../shared/wire/schemas/rules.ts";
import { abTestOfPercents } from "../../shared/wire/schemas/variants.ts";
import { objectId } from "../answers.ts";
import { bulkReport, createdLink } from "./answers.ts";
import { type bulkOperations, LINKS_MAX } from "./bulk.ts";
import { linkChanges, newLink } from "./contract.ts";
import type { linkOperations } from "./operations.ts";

/** The workspace's id; upper case is read, too. */
const id = z.string().length(24);

const inWorkspace = {
  /** The `objectId` of a workspace of which the token's person is a member. */
  workspaceId: id,
};

const ofLink = {
  ...inWorkspace,
  /** The link's id. */
  linkId: id,
};

const read = {
  abTest: abTestOfPercents.optional(),
  /** Only what it names is set; null for the default look. */
  qrSettings: qrSettingsChange.nullish(),
};

const wholeLink = newLink.extend({
  /** Exactly one is the default. The others are tried in this order; the first that matches wins. */
  rules: rulesWithDefault,
  ...read,
});

const changes = linkChanges.extend({
  /** All rules, in place of those that the link has. One that stays as it was keeps its clicks. */
  rules: rulesWithDefault.optional(),
  ...read,
});

const WORKSPACE_ID = "664abc000000000000000001";
const LINK_ID = "664abc123def456789000001";
const DEFAULT = { targetUrl: "https://example.com", isDefault: true };

const SUMMER = {
  name: "Summer campaign",
  description: "Main landing for summer 2025 promo",
  slug: "summer-2025",
  domain: "go.mycompany.com",
  active: true,
  clicksLimit: 10000,
  expirationDate: "2025-09-01T00:00:00Z",
  tagIds: ["664abc000000000000000010", "664abc000000000000000011"],
  rules: [
    {
      targetUrl: "https://example.com/ua-mobile",
      isDefault: false,
      country: ["UA"],
      device: ["mobile"],
      os: ["iOS", "Android"],
      timeStart: "08:00",
      timeEnd: "22:00",
      daysOfWeek: [1, 2, 3, 4, 5],
    },
    {
      targetUrl: "https://example.com/de",
      isDefault: false,
      country: ["DE", "AT", "CH"],
      device: ["desktop"],
      browser: ["Chrome", "Firefox"],
    },
    DEFAULT,
  ],
};

const UPDATED = {
  name: "Summer campaign (updated)",
  description: "Updated description",
  active: true,
  clicksLimit: 50000,
  expirationDate: "2025-12-31T23:59:59Z",
  tagIds: ["664abc000000000000000012"],
  rules: [
    {
      targetUrl: "https://example.com/ua-mobile-v2",
      isDefault: false,
      country: ["UA", "PL"],
      device: ["mobile"],
    },
    { targetUrl: "https://example.com/v2", isDefault: true },
  ],
};

const UKRAINE = {
  name: "Campaign — Ukraine mobile",
  slug: "ua-mob",
  description: "UA mobile audience",
  active: true,
  clicksLimit: 5000,
  expirationDate: "2025-12-31T23:59:59Z",
  tagIds: ["664abc000000000000000010"],
  rules: [
    {
      targetUrl: "https://example.com/ua",
      isDefault: false,
      country: ["UA"],
      device: ["mobile"],
    },
    DEFAULT,
  ],
};

export const linkReference: ReferenceOf<typeof linkOperations> = {
  createLink: {
    summary: "Create a link",
    body: wholeLink.extend(inWorkspace),
    answers: {
      200: createdLink.extend({ message: z.string() }),
    },
    fails: {
      404: "The link that the first request with this `Idempotency-Key` made has been deleted.",
      409: "The slug is taken on this domain.",
    },
    headers: ["Idempotency-Key"],
    answerHeaders: ["Signpost-Live-By"],
    example: {
      body: { workspaceId: WORKSPACE_ID, ...SUMMER },
      answer: {
        message: 'Link "Summer campaign" successfully created.',
        id: LINK_ID,
        slug: "summer-2025",
        fullLink: "https://go.mycompany.com/summer-2025",
      },
    },
  },
  updateLink: {
    summary: "Update a link",
    description: "Changes the fields that are sent; null removes a limit or an expiry.",
    body: changes.extend(ofLink),
    answers: { 200: z.strictObject({ message: z.string(), id: objectId }) },
    fails: {
      404: "There is no such link.",
      409: "The slug is taken on this domain, or other requests kept changing the link.",
    },
    answerHeaders: ["Signpost-Live-By"],
    example: {
      body: { workspaceId: WORKSPACE_ID, linkId: LINK_ID, ...UPDATED },
      answer: { message: "Link updated.", id: LINK_ID },
    },
  },
  deleteLink: {
    summary: "Delete a link",
    description:
      "Deletes it with its clicks, for good. Members can delete only their own links. The fields may stand in the body or in the query.",
    query: z.object(ofLink).partial(),
    body: z.object(ofLink).partial(),
    answers: { 200: z.strictObject({ message: z.string() }) },
    fails: { 404: "There is no such link.", 409: "Other requests kept changing the link." },
    answerHeaders: ["Signpost-Live-By"],
    example: {
      body: { workspaceId: WORKSPACE_ID, linkId: LINK_ID },
      answer: { message: "Link deleted." },
    },
  },
};

export const bulkReference: ReferenceOf<typeof bulkOperations> = {
  createLinks: {
    summary: "Create several links",
    description: `Creates up to ${LINKS_MAX} links, each by itself. The answer is 200 even if some were not created: \`failed\` says why. A plan that is full refuses all of them.`,
    body: z.object({ ...inWorkspace, links: z.array(wholeLink).min(1).max(LINKS_MAX) }),
    answers: { 200: bulkReport },
    headers: ["Idempotency-Key"],
    answerHeaders: ["Signpost-Live-By"],
    example: {
      body: {
        workspaceId: WORKSPACE_ID,
        links: [
          UKRAINE,
          {
            name: "Campaign — Germany",
            rules: [
              {
                targetUrl: "https://example.com/de",
                isDefault: false,
                country: ["DE", "AT", "CH"],
              },
              DEFAULT,
            ],
          },
          {
            name: "Simple redirect",
            rules: [{ targetUrl: "https://example.com/simple", isDefault: true }],
          },
        ],
      },
      answer: {
        message: "Bulk create complete: 3 created, 0 failed.",
        created: [
          {
            id: LINK_ID,
            slug: "ua-mob",
            fullLink: "https://rvlnk.link/ua-mob",
            name: "Campaign — Ukraine mobile",
          },
          {
            id: "664abc123def456789000002",
            slug: "xk7r2p",
            fullLink: "https://rvlnk.link/xk7r2p",
            name: "Campaign — Germany",
          },
          {
            id: "664abc123def456789000003",
            slug: "m9qw1z",
            fullLink: "https://rvlnk.link/m9qw1z",
            name: "Simple redirect",
          },
        ],
        failed: [],
      },
    },
  },
};

export const linkResources: readonly Resource[] = [
  {
    title: "Links",
    description:
      "Smart links. Each has a default rule, and may have others that lead some visitors elsewhere.",
    operations: ["createLink", "updateLink", "deleteLink", "createLinks"],
  },
];
