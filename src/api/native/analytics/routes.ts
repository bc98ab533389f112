/** PrunePath's analytics, and what Signpost adds to them. */

import { Hono } from "hono";

import type { ClassCounts, Report, ValueCount } from "../../../ledger/contract.ts";
import { ledgerFor } from "../../../ledger/stub.ts";
import type { Link } from "../../../links/link.ts";
import { overviewOf } from "../../../links/overview.ts";
import { type BreakdownWords, wordBreakdowns } from "../../shared/breakdowns.ts";
import { nowOf } from "../../shared/dialect.ts";
import { linkStoreOf } from "../../shared/link-request.ts";
import type { NativeEnvironment } from "../environment.ts";
import { refuse, validate } from "../errors.ts";
import { requires } from "../guard.ts";
import { uuidOf } from "../request.ts";
import { reportQuery, reportRange } from "./range.ts";

const DIRECT = "(direct)";
const UNKNOWN = "(unknown)";

export const analytics = new Hono<NativeEnvironment>()
  .get("/overview", requires({ scope: "links:read:analytics", role: "manager" }), async (c) => {
    const { links, activeLinks, clicks, top } = await overviewOf(
      c.env,
      c.get("access").workspace,
      nowOf(c),
    );
    return c.json({
      totalLinks: links,
      totalClicks: clicks,
      activeLinks,
      topLink: top === null ? null : { shortCode: top.code, clicks: top.clicks },
    });
  })
  .get(
    "/link/:linkId",
    requires({ scope: "links:read:analytics" }),
    validate.query(reportQuery),
    async (c) => {
      const { workspace } = c.get("access");
      const found = await linkStoreOf(c).find({ uuid: uuidOf(c, "linkId") });
      if (!found.ok) return refuse(c, found.error);
      const query = c.req.valid("query");
      const range = reportRange(query, nowOf(c));
      if (!range.ok) return refuse(c, { code: "validation_failed", issues: [range.error] });
      const ledger = ledgerFor(c.env, workspace.ledger);
      const report = await ledger.linkReport(found.value.id, range.value);
      return c.json({
        ...wireReport(found.value, report, query.includeBots),
        ...range.value,
        timezone: "UTC",
      });
    },
  );

const BREAKDOWNS = {
  referrers: ["topReferrers", named("referrer", DIRECT)],
  countries: ["topCountries", named("country", UNKNOWN)],
  cities: [
    "topCities",
    (cities) => cities.map(({ value: city, country, clicks }) => ({ city, country, clicks })),
  ],
  devices: ["devices", named("device", UNKNOWN)],
  browsers: ["browsers", named("browser", UNKNOWN)],
  os: ["os", named("os", UNKNOWN)],
  hours: ["hours", (hours) => hours],
  // Reports are of one link.
  links: null,
} as const satisfies BreakdownWords;

/** Bots enter the numbers of clicks, when asked for; breakdowns and visitors are people's alone. */
function wireReport(link: Link, report: Report, includeBots: boolean) {
  const clicksOf = (people: number, classes: ClassCounts) => (includeBots ? sum(classes) : people);
  return {
    linkId: link.uuid,
    totalClicks: clicksOf(report.period, report.classes),
    clicksByDay: report.days.map(({ date, clicks, classes }) => ({
      date,
      clicks: clicksOf(clicks, classes),
    })),
    ...wordBreakdowns(BREAKDOWNS, report),
    uniqueVisitors: report.unique,
    scans: report.scans,
    ...(includeBots ? { classes: report.classes } : {}),
  };
}

/** Calls values `name`; those that are not known are `none`. */
function named<Name extends string>(name: Name, none: string) {
  return (counts: readonly ValueCount[]) =>
    counts.map(({ value, clicks }) => ({
      ...({ [name]: value === "" ? none : value } as Record<Name, string>),
      clicks,
    }));
}

function sum(classes: ClassCounts): number {
  return Object.values(classes).reduce((total, n) => total + n, 0);
}
