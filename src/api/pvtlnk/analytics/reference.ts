/** What the documents say of the reports. */

import * as z from "zod";

import type { ReferenceOf, Resource } from "../../shared/reference.ts";
import { advancedReport, overview } from "./answers.ts";
import type { reportOperations } from "./operations.ts";

const WINDOW = {
  attribution_window_days: 30,
  period: { start_date: "2026-02-10T00:00:00Z", end_date: "2026-03-12T00:00:00Z" },
};

export const reportReference: ReferenceOf<typeof reportOperations> = {
  getOverview: {
    summary: "Get the overview",
    description: "Clicks on all links of the workspace within its attribution window.",
    answers: { 200: z.strictObject({ success: z.literal(true), overview }) },
    example: {
      answer: {
        success: true,
        overview: {
          ...WINDOW,
          metrics: {
            total_clicks: 15234,
            unique_visitors: 12456,
            average_clicks_per_visitor: 1.22,
          },
          top_links: [
            {
              id: 123,
              short_code: "abc123",
              title: "Popular Link",
              destination_url: "https://example.com",
              clicks: 2345,
              last_clicked_at: "2026-03-11T18:00:00Z",
            },
          ],
          device_breakdown: { desktop: 6234, mobile: 8123, tablet: 877 },
          country_breakdown: { US: 5234, CH: 3123, DE: 2877 },
          referrer_breakdown: { "google.com": 3234, "twitter.com": 2123 },
          time_series: { "2026-03-10": 523, "2026-03-11": 612 },
        },
      },
    },
  },
  getAdvancedReport: {
    summary: "Get the advanced report",
    description:
      "Conversions, software and times on all links of the workspace within its attribution window.",
    answers: { 200: z.strictObject({ success: z.literal(true), advanced: advancedReport }) },
    example: {
      answer: {
        success: true,
        advanced: {
          ...WINDOW,
          conversion_analysis: [
            {
              link_id: 123,
              short_code: "abc123",
              title: "My Link",
              clicks: 2345,
              created_at: "2026-01-15T10:30:00Z",
              conversion_rate: 12.5,
            },
          ],
          browser_breakdown: { Chrome: 8234, Safari: 4123, Firefox: 2877 },
          os_breakdown: { macOS: 5234, Windows: 4123, iOS: 3877 },
          hourly_distribution: { "0": 120, "1": 95, "23": 310 },
          day_of_week_distribution: { "0": 1200, "1": 2300, "6": 980 },
          insights: { peak_hour: 14, peak_day: 2, top_browser: "Chrome", top_os: "macOS" },
          day_names: {
            "0": "Sunday",
            "1": "Monday",
            "2": "Tuesday",
            "3": "Wednesday",
            "4": "Thursday",
            "5": "Friday",
            "6": "Saturday",
          },
        },
      },
    },
  },
};

export const reportResources: readonly Resource[] = [
  {
    title: "Analytics",
    description:
      "Reports on all links. They cover the workspace's attribution window, which its settings determine; today, in UTC, is the last day.",
    operations: ["getOverview", "getAdvancedReport"],
  },
];
