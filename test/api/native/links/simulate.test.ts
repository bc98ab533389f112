/** Simulation over HTTP: the wire format around `links/simulate.ts`. */

import { describe, it } from "vitest";

import { PAGE_TIMES } from "../../../support/client.ts";
import { newNativeClient } from "../../../support/native.ts";

const clock = () => PAGE_TIMES.native;

const RULES = [
  { targetUrl: "https://example.com/ua", country: ["UA"], device: ["mobile"] },
  {
    targetUrl: "https://example.com/work",
    timeStart: "09:00",
    timeEnd: "18:00",
    timezone: "visitor",
  },
];

describe("POST /api/links/:id/simulate", () => {
  it("answers with the destination, the rule, and why the other rules did not match", async ({
    expect,
  }) => {
    const client = await newNativeClient();
    const link = await client.link({ rules: RULES, redirectStatus: 307 });
    const [ua, work] = link["rules"] as { id: string }[];
    const ask = async (visitor: unknown) =>
      (await client.call("POST", `/api/links/${link.id}/simulate`, visitor)).body;
    expect(await ask({ country: "UA", device: "mobile", language: "uk" })).toEqual({
      outcome: "redirect",
      destination: "https://example.com/ua",
      status: 307,
      reason: null,
      rule: { id: ua?.id, name: "UA · mobile" },
      variant: null,
      limit: null,
      passwordRequired: false,
      passedOver: [],
    });
    const asked = { country: "UA", timezone: "Asia/Tokyo", at: "2026-05-04T09:00:00Z" };
    expect(await ask(asked)).toMatchObject({
      destination: "https://example.com/",
      rule: null,
      passedOver: [
        { rule: ua?.id, condition: "device", wanted: ["mobile"], met: "desktop" },
        {
          rule: work?.id,
          condition: "time",
          wanted: ["09:00–18:00"],
          met: "18:00",
          timezone: "visitor",
        },
      ],
    });
    expect(await ask({ ...asked, at: "2026-05-04T11:00:00+03:00" })).toMatchObject({
      rule: { id: work?.id },
    });
  });

  it("answers as status what the visitor's browser would get", async ({ expect }) => {
    const client = await newNativeClient({ clock });
    const at = { at: "2027-06-01T00:00:00Z" };
    const outcomeOf = async (fields: Record<string, unknown>, visitor: unknown = {}) => {
      const { id } = await client.link(fields);
      return (await client.call("POST", `/api/links/${id}/simulate`, visitor)).body;
    };
    expect(await outcomeOf({ isActive: false })).toMatchObject({
      outcome: "refuse",
      destination: null,
      status: 410,
      reason: "inactive",
    });
    expect(await outcomeOf({ startsAt: "2027-01-01T00:00:00Z" })).toMatchObject({
      status: 404,
      reason: "not_started",
    });
    expect(await outcomeOf({ endsAt: "2027-01-01T00:00:00Z" }, at)).toMatchObject({
      status: 410,
      reason: "ended",
    });
    const expired = { endsAt: "2027-01-01T00:00:00Z", expiredUrl: "https://example.com/over" };
    expect(await outcomeOf(expired, at)).toMatchObject({
      outcome: "fallback",
      destination: "https://example.com/over",
      status: 302,
      reason: "ended",
    });
    const card = { social: { title: "Card" } };
    expect(await outcomeOf(card, { userAgent: "Twitterbot/1.0" })).toMatchObject({
      outcome: "card",
      destination: "https://example.com/",
      status: 200,
      reason: null,
    });
    expect(await outcomeOf({ clicksLimit: 5 }, { userAgent: "curl/8.5" })).toMatchObject({
      status: 403,
      reason: "not_for_programs",
      limit: { max: 5, used: 0 },
    });
  });

  const wrong: readonly (readonly [unknown, string])[] = [
    [{ country: "ua" }, "country must be"],
    [{ country: 1 }, "country must be"],
    [{ city: 5 }, "city must be"],
    [{ device: "phone" }, "device must be one of"],
    [{ os: [] }, "os must be"],
    [{ browser: {} }, "browser must be"],
    [{ userAgent: "x".repeat(513) }, "userAgent must be"],
    [{ at: "now" }, "at must be"],
    [{ at: "2026-05-04T09:00:00 noon" }, "at must be"],
    [{ timezone: "visitor" }, "timezone must be"],
    [{ language: 1 }, "language must be"],
    [{ variantCookie: 1 }, "variantCookie must be"],
    [[], "JSON object"],
  ];
  for (const [visitor, message] of wrong) {
    it(`refuses ${JSON.stringify(visitor).slice(0, 60)}`, async ({ expect }) => {
      const client = await newNativeClient();
      const { id } = await client.link();
      const response = await client.call("POST", `/api/links/${id}/simulate`, visitor);
      expect(response.status).toBe(400);
      expect(response.text).toContain(message);
    });
  }
});
