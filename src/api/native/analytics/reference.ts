/** What the documents say of reports. */

import type { ReferenceOf, Resource } from "../../shared/reference.ts";
import { overview, report } from "./answers.ts";
import type { analyticsOperations } from "./operations.ts";

const LINK = "0d4c1e7a-8b2f-4f7e-9a51-6c3d2e1f0a9b";

export const analyticsReference: ReferenceOf<typeof analyticsOperations> = {
  getOverview: {
    summary: "Show the overview",
    answers: { 200: overview },
    example: {
      answer: {
        totalLinks: 42,
        totalClicks: 1_280,
        activeLinks: 38,
        topLink: { shortCode: "spring", clicks: 512 },
      },
    },
  },
  getLinkReport: {
    summary: "Report the clicks of a link",
    description:
      "The last 30 days by default. A report costs the same for ten clicks and for ten million.",
    answers: { 200: report },
    fails: { 404: "There is no such link." },
    example: {
      params: { linkId: LINK },
      query: { from: "2026-05-01", to: "2026-05-02" },
      answer: {
        linkId: LINK,
        totalClicks: 3,
        clicksByDay: [
          { date: "2026-05-01", clicks: 1 },
          { date: "2026-05-02", clicks: 2 },
        ],
        topReferrers: [
          { referrer: "(direct)", clicks: 2 },
          { referrer: "x.com", clicks: 1 },
        ],
        topCountries: [{ country: "DE", clicks: 3 }],
        topCities: [{ city: "Berlin", country: "DE", clicks: 3 }],
        devices: [{ device: "mobile", clicks: 3 }],
        browsers: [{ browser: "Safari", clicks: 3 }],
        os: [{ os: "iOS", clicks: 3 }],
        hours: [0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        uniqueVisitors: 2,
        scans: 0,
        from: "2026-05-01",
        to: "2026-05-02",
        timezone: "UTC",
      },
    },
  },
};

export const analyticsResources: readonly Resource[] = [
  {
    title: "Analytics",
    description:
      "Clicks by people. Bots, previews and prefetches are recorded apart and left out, unless `includeBots` asks for them.",
    operations: ["getOverview", "getLinkReport"],
  },
];
