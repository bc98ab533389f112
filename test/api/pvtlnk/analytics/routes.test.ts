/** PVTLNK's page, "Analytics API": the examples' keys, and numbers that match a naive recount. */

import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, it } from "vitest";

import type { LedgerClick } from "../../../../src/ledger/contract.ts";
import { ledgerFor } from "../../../../src/ledger/stub.ts";
import { batch, click, hashOf, NOON } from "../../../ledger/sample-clicks.ts";
import { newPvtlnkClient, type PvtlnkClient } from "../../../support/pvtlnk.ts";

const NOW = Date.parse("2026-03-11T20:00:00Z");
const DAY = 86_400_000;
const PERIOD = { start_date: "2026-02-10T00:00:00Z", end_date: "2026-03-12T00:00:00Z" };

type Json = Record<string, unknown>;

async function reportOf(client: PvtlnkClient, name: "overview" | "advanced"): Promise<Json> {
  const { status, body } = await client.call("GET", `/analytics/${name}`);
  if (status !== 200 || body["success"] !== true) throw new Error(JSON.stringify(body));
  return body[name] as Json;
}

describe("GET /api/v1/analytics/overview", () => {
  it("answers the page's example", async ({ expect }) => {
    const client = await newPvtlnkClient({ clock: () => NOW });
    const popular = await client.link({ title: "Popular Link" });
    const other = await client.link();
    const at = Date.parse("2026-03-11T18:00:00Z");
    const of = (linkId: number, visitor: number, fields: Partial<LedgerClick> = {}) =>
      click({ linkId, atMs: at, addressHash: hashOf(visitor), ...fields });
    await client.ingest(
      batch([
        of(popular.id, 1, { device: "desktop", country: "US", referrer: "google.com" }),
        of(popular.id, 1, { device: "tablet", country: null, referrer: null }),
        of(popular.id, 2, { atMs: at - DAY, country: "CH", referrer: "t.co" }),
        of(other.id, 2, { atMs: at - DAY, country: "CH", referrer: "google.com" }),
        of(other.id, 3, { class: "bot" }),
        of(other.id, 3, { atMs: Date.parse("2026-02-09T23:59:59Z") }),
      ]),
    );
    const overview = await reportOf(client, "overview");
    const series = overview["time_series"] as Json;
    expect(overview).toEqual({
      attribution_window_days: 30,
      period: PERIOD,
      metrics: { total_clicks: 4, unique_visitors: 2, average_clicks_per_visitor: 2 },
      top_links: [
        {
          id: popular.id,
          short_code: popular.short_code,
          title: "Popular Link",
          destination_url: "https://example.com",
          clicks: 3,
          last_clicked_at: "2026-03-11T18:00:00Z",
        },
        {
          id: other.id,
          short_code: other.short_code,
          title: null,
          destination_url: "https://example.com",
          clicks: 1,
          last_clicked_at: "2026-03-10T18:00:00Z",
        },
      ],
      device_breakdown: { desktop: 1, mobile: 2, tablet: 1 },
      country_breakdown: { CH: 2, US: 1, "(unknown)": 1 },
      referrer_breakdown: { "google.com": 2, "x.com": 1, "(direct)": 1 },
      time_series: { ...series, "2026-03-10": 2, "2026-03-11": 2 },
    });
    expect(Object.keys(series)).toHaveLength(30);
    expect(Object.keys(series)[0]).toBe("2026-02-10");
    expect(Object.values(series).reduce((sum: number, n) => sum + Number(n), 0)).toBe(4);
  });

  it("answers a workspace without clicks", async ({ expect }) => {
    const overview = await reportOf(await newPvtlnkClient({ clock: () => NOW }), "overview");
    expect(overview).toMatchObject({
      metrics: { total_clicks: 0, unique_visitors: 0, average_clicks_per_visitor: 0 },
      top_links: [],
      device_breakdown: { desktop: 0, mobile: 0, tablet: 0 },
      country_breakdown: {},
      referrer_breakdown: {},
    });
  });

  it("rounds clicks per visitor to two places, and names ten links", async ({ expect }) => {
    const client = await newPvtlnkClient({ clock: () => NOW });
    const links = [];
    for (let n = 0; n < 11; n += 1) links.push(await client.link());
    const visits = links.map(({ id }, n) =>
      click({ linkId: id, atMs: NOW, addressHash: hashOf(n % 9) }),
    );
    await client.ingest(batch(visits));
    const overview = await reportOf(client, "overview");
    expect(overview["metrics"]).toEqual({
      total_clicks: 11,
      unique_visitors: 9,
      average_clicks_per_visitor: 1.22,
    });
    expect(overview["top_links"]).toHaveLength(10);
  });

  it("names the next links where some of the first are gone", async ({ expect }) => {
    const client = await newPvtlnkClient({ clock: () => NOW });
    const links = [];
    for (let n = 0; n < 13; n += 1) links.push(await client.link());
    const ids = links.map(({ id }) => id);
    const visits = ids.flatMap((linkId, n) =>
      Array.from({ length: 20 - n }, () => click({ linkId, atMs: NOW - n * 1_000 })),
    );
    await client.ingest(batch(visits));
    const gone = [ids[0], ids[3]];
    for (const id of gone) await env.DB.prepare("delete from links where id = ?").bind(id).run();
    const { top_links: top } = await reportOf(client, "overview");
    expect(top).toEqual(
      ids
        .map((id, n) => expect.objectContaining({ id, clicks: 20 - n }))
        .filter((_, n) => !gone.includes(ids[n]))
        .slice(0, 10),
    );
    expect(top).toMatchObject({ 9: { id: ids[11], last_clicked_at: "2026-03-11T19:59:49Z" } });
  });

  it("looks back as far as the workspace is set to, whatever the query says", async ({
    expect,
  }) => {
    const client = await newPvtlnkClient({ clock: () => NOW });
    const { id } = await client.link();
    await client.ingest(
      batch([0, 6, 7].map((days) => click({ linkId: id, atMs: NOW - days * DAY }))),
    );
    await env.DB.prepare("update workspaces set attribution_days = 7 where id = ?")
      .bind(client.account.workspace.id)
      .run();
    const { body } = await client.call("GET", "/analytics/overview?attribution_window_days=90");
    expect(body["overview"]).toMatchObject({
      attribution_window_days: 7,
      period: { start_date: "2026-03-05T00:00:00Z", end_date: "2026-03-12T00:00:00Z" },
      metrics: { total_clicks: 2 },
    });
  });
});

describe("GET /api/v1/analytics/advanced", () => {
  it("answers the page's example", async ({ expect }) => {
    let nowMs = Date.parse("2026-01-15T10:30:00Z");
    const client = await newPvtlnkClient({ clock: () => nowMs });
    const link = await client.link({ title: "My Link" });
    nowMs = NOW;
    // 10 March 2026 was a Tuesday.
    const at = Date.parse("2026-03-10T14:22:00Z");
    const of = (browser: string, os: string, atMs = at) =>
      click({ linkId: link.id, atMs: atMs, browser, os });
    await client.ingest(
      batch([
        of("Chrome", "macOS"),
        of("Chrome", "Windows"),
        of("Safari", "macOS", at + DAY),
        of("", "", at - DAY),
      ]),
    );
    const advanced = await reportOf(client, "advanced");
    expect(advanced).toEqual({
      attribution_window_days: 30,
      period: PERIOD,
      conversion_analysis: [
        {
          link_id: link.id,
          short_code: link.short_code,
          title: "My Link",
          clicks: 4,
          created_at: "2026-01-15T10:30:00Z",
          conversion_rate: 0,
        },
      ],
      browser_breakdown: { Chrome: 2, Safari: 1, "(unknown)": 1 },
      os_breakdown: { macOS: 2, Windows: 1, "(unknown)": 1 },
      hourly_distribution: { ...hours(), "14": 4 },
      day_of_week_distribution: { "0": 0, "1": 1, "2": 2, "3": 1, "4": 0, "5": 0, "6": 0 },
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
    });
  });

  it("answers a workspace without clicks", async ({ expect }) => {
    const advanced = await reportOf(await newPvtlnkClient({ clock: () => NOW }), "advanced");
    expect(advanced).toMatchObject({
      conversion_analysis: [],
      hourly_distribution: hours(),
      insights: { peak_hour: null, peak_day: null, top_browser: null, top_os: null },
    });
  });

  it("reports conversions as a percentage of the clicks", async ({ expect }) => {
    // Clicks can be converted within the window of the real clock.
    const nowMs = Date.now();
    const client = await newPvtlnkClient({ clock: () => nowMs });
    const { id } = await client.link();
    const ledger = ledgerFor(env, client.account.workspace.ledger);
    await ledger.trackVisitors(true);
    const visits = Array.from({ length: 8 }, () => click({ linkId: id, atMs: NOON }));
    const [ingested] = await ledger.ingest([batch(visits)]);
    await ledger.convert({
      goalId: 1,
      atMs: NOON + 1_000,
      orderId: "1",
      value: 100,
      currency: "USD",
      clue: { kind: "click", clickId: ingested?.firstClickId ?? 0 },
    });
    const advanced = await reportOf(client, "advanced");
    expect(advanced["conversion_analysis"]).toMatchObject([
      { link_id: id, clicks: 8, conversion_rate: 12.5 },
    ]);
  });

  it("agrees with a naive recount", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(visits, async (list) => {
        const client = await newPvtlnkClient({ clock: () => NOW });
        const links = [await client.link(), await client.link()];
        const clicks = list.map(({ link, ago, visitor, ...fields }) => {
          const linkId = links[link]?.id ?? 0;
          return click({ linkId, atMs: NOW - ago, addressHash: hashOf(visitor), ...fields });
        });
        if (clicks.length > 0) await client.ingest(batch(clicks));
        const counted = clicks.filter(
          ({ atMs, class: kind }) => kind === "human" && atMs >= Date.parse(PERIOD.start_date),
        );
        const overview = await reportOf(client, "overview");
        const advanced = await reportOf(client, "advanced");
        const visitors = new Set(counted.map(({ addressHash }) => addressHash));
        expect(overview["metrics"]).toMatchObject({
          total_clicks: counted.length,
          unique_visitors: visitors.size,
        });
        const found = {
          ...hours(),
          ...countBy(counted, ({ atMs }) => new Date(atMs).getUTCHours()),
        };
        expect(advanced["hourly_distribution"]).toEqual(found);
        const ofDays = { ...days(), ...countBy(counted, ({ atMs }) => new Date(atMs).getUTCDay()) };
        expect(advanced["day_of_week_distribution"]).toEqual(ofDays);
        expect(advanced["browser_breakdown"]).toEqual(countBy(counted, ({ browser }) => browser));
        expect(overview["country_breakdown"]).toEqual(
          countBy(counted, ({ country }) => country ?? "(unknown)"),
        );
        expect(overview["device_breakdown"]).toEqual({
          desktop: 0,
          mobile: 0,
          tablet: 0,
          ...countBy(counted, ({ device }) => device),
        });
        const perLink = Object.fromEntries(
          (overview["top_links"] as { id: number; clicks: number }[]).map((one) => [
            one.id,
            one.clicks,
          ]),
        );
        expect(perLink).toEqual(countBy(counted, ({ linkId }) => linkId));
      }),
      { seed: 2_026, numRuns: 15 },
    );
  });
});

const visits = fc.array(
  fc.record({
    link: fc.constantFrom(0, 1),
    visitor: fc.integer({ min: 0, max: 9 }),
    ago: fc.integer({ min: 0, max: 40 * DAY }),
    class: fc.constantFrom("human", "human", "bot"),
    country: fc.constantFrom("US", "CH", null),
    device: fc.constantFrom("desktop", "mobile", "smarttv"),
    browser: fc.constantFrom("Chrome", "Safari"),
  }),
  { maxLength: 40 },
);

function countBy<T>(
  list: readonly T[],
  keyOf: (one: T) => string | number,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of list) {
    const key = String(keyOf(one));
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

function hours(): Record<string, number> {
  return Object.fromEntries(Array.from({ length: 24 }, (_, hour) => [String(hour), 0]));
}

function days(): Record<string, number> {
  return Object.fromEntries(Array.from({ length: 7 }, (_, day) => [String(day), 0]));
}
