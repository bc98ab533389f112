/** What the documents say of the reports. */

import * as z from "zod";

import type { ReferenceOf, Resource } from "../../shared/reference.ts";
import { linkReport, linksReport } from "./answers.ts";
import type { reportOperations } from "./operations.ts";

const query = z.object({
  /** The `objectId` of a workspace of which the token's person is a member. */
  workspaceId: z.string().length(24),
  /** The first day, in UTC; by default the day on which the link, or the workspace, was created. */
  from: z.iso.date().optional(),
  /** The last day, in UTC; by default today. A report covers at most 3,660 days. */
  to: z.iso.date().optional(),
});

const WORKSPACE_ID = "664abc000000000000000001";
const LINK_ID = "664abc123def456789000001";

export const reportReference: ReferenceOf<typeof reportOperations> = {
  getLinkReport: {
    summary: "Get a link's report",
    params: { id: "The link's id." },
    query,
    answers: { 200: linkReport },
    fails: { 404: "There is no such link in the workspace." },
    example: {
      params: { id: LINK_ID },
      query: { workspaceId: WORKSPACE_ID, from: "2025-01-01", to: "2025-04-30" },
      answer: {
        totals: { total: 1540, periodTotal: 320, unique: 210 },
        dailyTraffic: { "2025-04-28": 45, "2025-04-29": 61, "2025-04-30": 38 },
        countries: {
          UA: { title: "Ukraine", value: 180, flag: "UA" },
          DE: { title: "Germany", value: 54, flag: "DE" },
        },
        cities: { Kyiv: { title: "Kyiv", value: 92, flag: "UA" } },
        devices: {
          mobile: { title: "Mobile", value: 210 },
          desktop: { title: "Desktop", value: 110 },
        },
        browsers: { Chrome: { title: "Chrome", value: 198 } },
        os: { Android: { title: "Android", value: 140 } },
        referrers: {
          "instagram.com": { title: "instagram.com", value: 95 },
          Direct: { title: "Direct", value: 225 },
        },
        rulesStats: {
          "rule-id-1": {
            name: "Ukraine mobile",
            targetUrl: "https://example.com/ua",
            clicks: 140,
            uniqueClicks: 95,
            referrers: { Direct: { title: "Direct", value: 80 } },
          },
        },
        abVariantsStats: {
          "1714000000000": {
            name: "Variant A",
            targetUrl: "https://example.com/a",
            clicks: 185,
            uniqueClicks: 122,
            referrers: {},
          },
        },
      },
    },
  },
  getLinksReport: {
    summary: "Get the report on all links",
    description: "For managers and owners of the workspace.",
    query,
    answers: { 200: linksReport },
    example: {
      query: { workspaceId: WORKSPACE_ID, from: "2025-04-01", to: "2025-04-30" },
      answer: {
        totals: { total: 8420, periodTotal: 1750, unique: 1120 },
        dailyTraffic: { "2025-04-01": 52, "2025-04-02": 78 },
        links: {
          "664abc123def456789000001": { title: "Summer campaign", value: 920 },
          "664abc123def456789000002": { title: "Product launch", value: 830 },
        },
        countries: { UA: { title: "Ukraine", value: 640, flag: "UA" } },
        cities: { Kyiv: { title: "Kyiv", value: 310, flag: "UA" } },
        devices: {
          mobile: { title: "Mobile", value: 980 },
          desktop: { title: "Desktop", value: 770 },
        },
        browsers: { Chrome: { title: "Chrome", value: 1050 } },
        os: {
          Android: { title: "Android", value: 620 },
          iOS: { title: "iOS", value: 360 },
        },
      },
    },
  },
};

export const reportResources: readonly Resource[] = [
  {
    title: "Analytics",
    description:
      "Reports on clicks by people, by days in UTC. Unique visitors are exact for small numbers, and within about 2 % for large ones.",
    operations: ["getLinkReport", "getLinksReport"],
  },
];
