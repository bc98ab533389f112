/** Reports in the native API's format. */

import type {
  ClassCounts,
  Report,
  ReportRange,
  ValueCount,
} from "../../../ledger/counts/contract.ts";
import type { Link } from "../../../links/link.ts";
import type { Overview } from "../../../links/overview.ts";
import { type BreakdownWords, wordBreakdowns } from "../../shared/breakdowns.ts";
import type { AnswerOf } from "../../shared/reference.ts";
import type { overview, report as reportAnswer } from "./answers.ts";
import type { ReportQuery } from "./contract.ts";

const DIRECT = "(direct)";
const UNKNOWN = "(unknown)";

/** Converts the overview of a workspace. */
export function wireOverview({
  links,
  activeLinks,
  clicks,
  top,
}: Overview): AnswerOf<typeof overview> {
  return {
    totalLinks: links,
    totalClicks: clicks,
    activeLinks,
    topLink: top === null ? null : { shortCode: top.code, clicks: top.clicks },
  };
}

const namedReferrers = named("referrer", DIRECT);

const BREAKDOWNS = {
  // Null, because `topReferrers` has either.
  referrers: null,
  referrerHosts: null,
  countries: ["topCountries", named("country", UNKNOWN)],
  cities: [
    "topCities",
    (cities) => cities.map(({ value: city, country, clicks }) => ({ city, country, clicks })),
  ],
  devices: ["devices", named("device", UNKNOWN)],
  browsers: ["browsers", named("browser", UNKNOWN)],
  os: ["os", named("os", UNKNOWN)],
  hours: ["hours", (hours) => hours],
  // Null, because each report covers one link.
  links: null,
} as const satisfies BreakdownWords;

/** Converts a report. On request, click counts include bots; breakdowns and visitors never do. */
export function wireReport(
  link: Link,
  report: Report,
  {
    from,
    to,
    includeBots,
    referrers,
  }: ReportRange & Pick<ReportQuery, "includeBots" | "referrers">,
): AnswerOf<typeof reportAnswer> {
  const clicksOf = (people: number, classes: ClassCounts) => (includeBots ? sum(classes) : people);
  return {
    linkId: link.uuid,
    totalClicks: clicksOf(report.period, report.classes),
    clicksByDay: report.days.map(({ date, clicks, classes }) => ({
      date,
      clicks: clicksOf(clicks, classes),
    })),
    topReferrers: namedReferrers(referrers === "hosts" ? report.referrerHosts : report.referrers),
    ...wordBreakdowns(BREAKDOWNS, report),
    uniqueVisitors: report.unique,
    scans: report.scans,
    ...(includeBots ? { classes: report.classes } : {}),
    from,
    to,
    timezone: "UTC",
  };
}

/** Calls values `name`; unknown ones are `none`. */
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
