/** Converts reports to RevoLink's format: objects keyed by the values that were counted. */

import { OTHER } from "../../../ledger/counts/bounds.ts";
import type {
  CityCount,
  DetailedReport,
  Report,
  ServedReport,
  ValueCount,
} from "../../../ledger/counts/contract.ts";
import type { Link } from "../../../links/link.ts";
import { ruleName } from "../../../links/rules/rule-name.ts";
import { DEFAULT_RULE } from "../../../links/rules/rule.ts";
import type { LinkName } from "../../../links/store.ts";
import { objectIdOf } from "../../../platform/uuid.ts";
import { type BreakdownWords, wordBreakdowns } from "../../shared/breakdowns.ts";
import type { AnswerOf } from "../../shared/reference.ts";
import type { entry, linkReport, linksReport, servedClicks } from "./answers.ts";

const DIRECT = "Direct";
const UNKNOWN = "Unknown";

type Entry = AnswerOf<typeof entry>;
type Entries = Readonly<Record<string, Entry>>;
type Served = AnswerOf<typeof servedClicks>;

export function wireLinkReport(link: Link, report: DetailedReport): AnswerOf<typeof linkReport> {
  return {
    totals: { total: report.total, periodTotal: report.period, unique: report.unique },
    dailyTraffic: dailyTraffic(report),
    ...wordBreakdowns(OF_LINK, report),
    rulesStats: rulesStats(link, report),
    abVariantsStats: variantsStats(link, report),
  };
}

/** Converts a workspace's report; `links` are those clicked in the range that still exist. */
export function wireWorkspaceReport(
  report: Report,
  links: readonly LinkName<"uuid" | "title" | "code">[],
): AnswerOf<typeof linksReport> {
  const clicks = new Map(report.links.map((total) => [total.linkId, total.clicks]));
  return {
    totals: { total: report.period, periodTotal: report.period, unique: report.unique },
    dailyTraffic: dailyTraffic(report),
    links: Object.fromEntries(
      links.map(({ id, uuid, title, code }): [string, Entry] => [
        objectIdOf(uuid),
        { title: title ?? code, value: clicks.get(id) ?? 0 },
      ]),
    ),
    ...wordBreakdowns(OF_WORKSPACE, report),
  };
}

/** A workspace's `links` include their names. */
const OF_WORKSPACE = {
  countries: ["countries", countries],
  cities: ["cities", cities],
  devices: ["devices", named(deviceTitle)],
  browsers: ["browsers", named()],
  os: ["os", named()],
  referrers: null,
  referrerHosts: null,
  hours: null,
  links: null,
} as const satisfies BreakdownWords;

const OF_LINK = {
  ...OF_WORKSPACE,
  referrers: ["referrers", referrers],
} as const satisfies BreakdownWords;

function dailyTraffic({ days }: Report): Record<string, number> {
  return Object.fromEntries(days.map(({ date, clicks }) => [date, clicks]));
}

function countries(counts: readonly ValueCount[]): Entries {
  const names = new Intl.DisplayNames("en", { type: "region" });
  return Object.fromEntries(
    counts.map(({ value: code, clicks: value }): [string, Entry] =>
      /^[A-Z]{2}$/.test(code)
        ? [code, { title: names.of(code) ?? code, value, flag: code }]
        : [keyOf(code), { title: titleOf(code), value }],
    ),
  );
}

/** Cities that share a name: the most clicked keeps the bare name, the rest add their country. */
function cities(counts: readonly CityCount[]): Entries {
  const entries = new Map<string, Entry>();
  for (const { value: city, country, clicks: value } of counts) {
    const key = entries.has(city) ? `${city} (${country ?? UNKNOWN})` : city;
    entries.set(key, { title: titleOf(key), value, ...(country !== null && { flag: country }) });
  }
  return Object.fromEntries(entries);
}

function referrers(counts: readonly ValueCount[]): Entries {
  return named(titleOf, DIRECT)(counts);
}

/**
 * Counts the default rule separately only if there are others; alone, it has served every click.
 */
function rulesStats(link: Link, report: DetailedReport): Record<string, Served> {
  const stats = link.rules.map(
    (rule) =>
      [
        rule.id,
        servedOf(rule.id, report.rules, { name: ruleName(rule), targetUrl: rule.targetUrl }),
      ] as const,
  );
  const facts = { name: "Default", targetUrl: link.destinationUrl };
  const alone = link.rules.length === 0 && !link.abTest.enabled;
  const byDefault = alone
    ? {
        ...facts,
        clicks: report.period,
        uniqueClicks: report.unique,
        referrers: referrers(report.referrers),
      }
    : servedOf(DEFAULT_RULE, report.rules, facts);
  return Object.fromEntries([...stats, [DEFAULT_RULE, byDefault]]);
}

function variantsStats(link: Link, report: DetailedReport): Record<string, Served> {
  if (!link.abTest.enabled) return {};
  return Object.fromEntries(
    link.abTest.variants.map(({ id, name, url }) => [
      id,
      servedOf(id, report.variants, { name, targetUrl: url }),
    ]),
  );
}

function servedOf(
  id: string,
  served: readonly ServedReport[],
  facts: Pick<Served, "name" | "targetUrl">,
): Served {
  const found = served.find((one) => one.id === id);
  return {
    ...facts,
    clicks: found?.clicks ?? 0,
    uniqueClicks: found?.unique ?? 0,
    referrers: referrers(found?.referrers ?? []),
  };
}

function named(title: (value: string) => string = titleOf, none: string = UNKNOWN) {
  return (counts: readonly ValueCount[]): Entries =>
    Object.fromEntries(
      counts.map(({ value: text, clicks: value }): [string, Entry] =>
        text === "" ? [none, { title: none, value }] : [text, { title: title(text), value }],
      ),
    );
}

function keyOf(value: string): string {
  return value === "" ? UNKNOWN : value;
}

function titleOf(value: string): string {
  if (value === "") return UNKNOWN;
  if (value === OTHER) return "Other";
  // Cloudflare's code for the Tor network.
  return value === "T1" ? "Tor" : value;
}

function deviceTitle(device: string): string {
  return device === "smarttv" ? "Smart TV" : device.charAt(0).toUpperCase() + device.slice(1);
}
