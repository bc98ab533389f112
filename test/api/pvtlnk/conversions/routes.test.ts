/** The page's "Conversion Tracking API", line by line. */

import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { conversions } from "../../../../src/api/pvtlnk/conversions/app.ts";
import { ledgerFor } from "../../../../src/ledger/stub.ts";
import { DAY_MS, HOUR_MS } from "../../../../src/platform/clock.ts";
import { type Account, newAccount } from "../../../support/account.ts";
import { callApi, jsonOf, ORIGIN } from "../../../support/api.ts";
import { broken, envWith } from "../../../support/faults.ts";
import { BROWSER } from "../../../support/following.ts";
import {
  ADA,
  clickOf,
  newGoal,
  type Person,
  report,
  type WireGoal,
} from "../../../support/goals.ts";
import { newNativeClient } from "../../../support/native.ts";

const LONG = "x".repeat(256);

const DOCUMENTED = {
  value: 99.99,
  currency: "USD",
  order_id: "ORDER-12345",
  click_id: 789,
  ip: "203.0.113.1",
  ua: "Mozilla/5.0 …",
};

interface Answer {
  readonly conversion_id: number;
  readonly attributed: boolean;
  readonly value: number;
  readonly time_to_convert: string | null;
}

async function shop(fields?: Record<string, unknown>): Promise<[Account, WireGoal]> {
  const account = await newAccount();
  return [account, await newGoal(account, fields)];
}

async function answer(response: Response): Promise<Answer> {
  if (response.status !== 200) throw new Error(await response.text());
  return response.json();
}

async function kept({ workspace }: Account) {
  return (await ledgerFor(env, workspace.ledger).exportConversions(null)).conversions;
}

describe("POST /api/conversions/track/:token", () => {
  it("answers the documented example", async ({ expect }) => {
    const [account, goal] = await shop();
    const id = await clickOf(account, ADA, { atMs: Date.now() - 2.5 * HOUR_MS });
    const response = await report(goal, { ...DOCUMENTED, click_id: id });
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toContain("application/json");
    expect(await response.json()).toEqual({
      success: true,
      conversion_id: 1,
      attributed: true,
      value: 99.99,
      time_to_convert: "2.5 hours",
    });
    expect(await kept(account)).toMatchObject([
      { orderId: "ORDER-12345", value: 9_999, currency: "USD", linkId: 1, clickId: id },
    ]);
  });

  it("needs no field and no body, and is then worth the goal's value", async ({ expect }) => {
    const [account, goal] = await shop({ value: "12.345", currency: "kwd" });
    const path = `/api/conversions/track/${goal.token}`;
    for (const init of [
      { method: "POST" },
      { method: "POST", headers: { "Content-Type": "application/json" } },
      jsonOf("POST", {}),
      jsonOf("POST", { value: null, currency: "", order_id: " ", click_id: "", ip: null, ua: "" }),
    ]) {
      expect(await answer(await callApi(path, init))).toMatchObject({
        attributed: false,
        value: 12.345,
        time_to_convert: null,
      });
    }
    expect((await kept(account)).map(({ value }) => value)).toEqual(Array<number>(4).fill(12_345));
  });

  it("takes a form as well", async ({ expect }) => {
    const [account, goal] = await shop();
    const id = await clickOf(account, null);
    const body = new URLSearchParams({ value: "19.90", currency: "eur", click_id: String(id) });
    const response = await callApi(`/api/conversions/track/${goal.token}`, {
      method: "POST",
      body,
    });
    expect(await answer(response)).toMatchObject({ attributed: true, value: 19.9 });
    expect(await kept(account)).toMatchObject([{ value: 1_990, currency: "EUR" }]);
  });

  it.for([
    [1_500, "JPY", 1_500, 1_500],
    ["1500.5", "JPY", 1_501, 1_501],
    [1.2345, "KWD", 1.235, 1_235],
    ["0.1", "USD", 0.1, 10],
  ] as const)(
    "reads %j %s in the currency's own units",
    async ([value, currency, shown, minor], { expect }) => {
      const [account, goal] = await shop();
      expect(await answer(await report(goal, { value, currency }))).toMatchObject({
        value: shown,
      });
      expect(await kept(account)).toMatchObject([{ value: minor, currency }]);
    },
  );

  it.for([
    [{ value: "ten" }, ["Value is not a number"]],
    [{ value: true }, ["Value is not a number"]],
    [{ value: -5 }, ["Value must be greater than or equal to 0"]],
    [{ value: 1e20 }, ["Value is too large"]],
    [{ currency: "dollars" }, ["Currency is invalid"]],
    [{ currency: "ZZZ", value: 1 }, ["Currency is invalid"]],
    [{ value: "x", currency: "x" }, ["Value is not a number", "Currency is invalid"]],
    [{ order_id: LONG }, ["Order id is too long (maximum is 255 characters)"]],
    [{ click_id: { id: 1 } }, ["Click id is invalid"]],
    [[], ["The body must be an object of fields"]],
  ] as const)("refuses %j and counts nothing", async ([body, errors], { expect }) => {
    const [account, goal] = await shop();
    const response = await report(goal, body);
    expect(response.status).toBe(422);
    expect(await response.json()).toEqual({ success: false, error: "Validation failed", errors });
    expect(await kept(account)).toEqual([]);
  });
});

describe("attribution", () => {
  const BOB: Person = { ip: "2001:db8:1:2:3:4:5:6", ua: BROWSER };

  it("is by a click's id, its own workspace's and within the window", async ({ expect }) => {
    const [account, goal] = await shop();
    const [other] = await shop();
    const own = await clickOf(account, ADA);
    const expired = await clickOf(account, ADA, { atMs: Date.now() - 31 * DAY_MS });
    await clickOf(other, ADA);
    await clickOf(other, ADA);
    const foreign = await clickOf(other, ADA);
    expect(foreign).toBeGreaterThan(expired);
    for (const [click_id, attributed] of [
      [own, true],
      [String(own), true],
      [expired, false],
      [foreign, false],
      [-1, false],
      ["{click_id}", false],
    ] as const) {
      // Whom the body also names makes no difference: an id that says nothing stays unattributed.
      const tracked = await answer(await report(goal, { click_id, ...ADA }));
      expect([click_id, tracked.attributed]).toEqual([click_id, attributed]);
    }
  });

  it("is by a click token", async ({ expect }) => {
    const [account, goal] = await shop({ clickIdParam: "sp_click" });
    await clickOf(account, null, { linkId: 5, token: "Zx81-click_token" });
    const tracked = await answer(await report(goal, { click_id: "Zx81-click_token" }));
    expect(tracked).toMatchObject({ attributed: true });
    expect(await kept(account)).toMatchObject([{ linkId: 5 }]);
  });

  it("is by address and user agent, an IPv6 address by its /64", async ({ expect }) => {
    const [account, goal] = await shop();
    await clickOf(account, ADA, { linkId: 1, atMs: Date.now() - DAY_MS });
    await clickOf(account, { ...BOB, ip: "2001:db8:1:2" }, { linkId: 2 });
    const attributed = async (person: Person) =>
      (await answer(await report(goal, person))).attributed;
    expect(await attributed(ADA)).toBe(true);
    expect(await attributed(BOB)).toBe(true);
    for (const ip of [`${ADA.ip}:51234`, ` ${ADA.ip} `, `${ADA.ip}, 10.0.0.1`, `[${BOB.ip}]:443`]) {
      const person = ip.startsWith("[") ? BOB : ADA;
      expect([ip, await attributed({ ...person, ip })]).toEqual([ip, true]);
    }
    expect(await attributed({ ...ADA, ip: "unknown" })).toBe(false);
    expect(await attributed({ ...ADA, ua: BOB.ua })).toBe(false);
    expect(await attributed({ ...ADA, ip: "203.0.113.2" })).toBe(false);
    expect(await attributed({ ...BOB, ip: "2001:db8:1:3::1" })).toBe(false);
    expect((await kept(account)).map(({ linkId }) => linkId)).toEqual([
      1,
      2,
      1,
      1,
      1,
      2,
      null,
      null,
      null,
      null,
    ]);
  });

  it("falls back on the request's own address and user agent, each by itself", async ({
    expect,
  }) => {
    const [account, goal] = await shop();
    await clickOf(account, ADA);
    const sender = { "CF-Connecting-IP": ADA.ip, "User-Agent": ADA.ua };
    const attributed = async (body: object, headers: Record<string, string>) =>
      (await answer(await report(goal, body, headers))).attributed;
    expect(await attributed({}, sender)).toBe(true);
    expect(await attributed({ ua: ADA.ua }, { "CF-Connecting-IP": ADA.ip })).toBe(true);
    expect(await attributed({ ip: ADA.ip }, { "User-Agent": ADA.ua })).toBe(true);
    expect(await attributed({ ip: "203.0.113.9" }, sender)).toBe(false);
    expect(await attributed({}, { ...sender, "User-Agent": "another" })).toBe(false);
  });

  it("leaves out visitors who opted out, at the click or at the shop", async ({ expect }) => {
    const [account, goal] = await shop();
    await clickOf(account, null);
    const sender = { "CF-Connecting-IP": ADA.ip, "User-Agent": ADA.ua };
    expect(await answer(await report(goal, ADA))).toMatchObject({ attributed: false });
    await clickOf(account, ADA);
    for (const signal of [{ "Sec-GPC": "1" }, { DNT: "1" }]) {
      const hidden = await report(goal, {}, { ...sender, ...signal });
      expect(await answer(hidden)).toMatchObject({ attributed: false });
    }
  });

  it("follows a real visit through the queue", async ({ expect }) => {
    const account = await newAccount();
    const client = await newNativeClient({ account });
    const goal = await newGoal(account);
    const { shortCode } = await client.link({ destinationUrl: "https://example.com/shop" });
    const headers = { "CF-Connecting-IP": "198.51.100.7", "User-Agent": BROWSER };
    expect((await callApi(`/${shortCode}`, { headers })).status).toBe(302);
    const ledger = ledgerFor(env, account.workspace.ledger);
    await vi.waitFor(
      async () => {
        expect((await ledger.totals()).clicks).toBe(1);
      },
      { timeout: 10_000 },
    );
    const tracked = await report(goal, { ip: "198.51.100.7", ua: BROWSER, order_id: 7 });
    expect(await answer(tracked)).toMatchObject({ attributed: true });
    expect(await kept(account)).toMatchObject([{ orderId: "7", clickId: 1 }]);
  });
});

describe("a goal that does not trust everybody", () => {
  const unsaid = { attributed: null, time_to_convert: null };

  it("serverOnly takes reports with its secret, and no others", async ({ expect }) => {
    const [account, goal] = await shop({ serverOnly: true });
    const clickId = await clickOf(account, ADA);
    for (const headers of [{}, { "X-Goal-Secret": goal.token }, { "X-Goal-Secret": "" }]) {
      const refused = await report(goal, { ...ADA, click_id: clickId }, headers);
      expect(refused.status).toBe(401);
      expect(await refused.json()).toEqual({
        success: false,
        error: "This goal takes reports from a server only: send its secret in X-Goal-Secret",
      });
    }
    expect(await kept(account)).toEqual([]);
    const headers = { "X-Goal-Secret": goal.secret ?? "" };
    const told = await answer(await report(goal, { click_id: clickId }, headers));
    expect(told).toMatchObject({ attributed: true, time_to_convert: expect.any(String) });
    const { call } = await newNativeClient({ account });
    await call("POST", `/api/conversion-goals/${goal.id}/rotate-secret`);
    expect((await report(goal, {}, headers)).status).toBe(401);
  });

  it("clickTokensOnly attributes by tokens alone, and tells nothing of visitors", async ({
    expect,
  }) => {
    const [account, goal] = await shop({ clickTokensOnly: true });
    const token = "tokentokentokentok";
    const clickId = await clickOf(account, ADA, { token });
    const reports = [
      { click_id: clickId },
      { click_id: String(clickId) },
      ADA,
      { click_id: token },
    ];
    for (const body of reports) {
      expect(await answer(await report(goal, body))).toMatchObject(unsaid);
    }
    const linked = (await kept(account)).map(({ clickId: found }) => found);
    expect(linked).toEqual([null, null, null, clickId]);
  });

  it("with both, a server with the secret learns what a token attributes", async ({ expect }) => {
    const [account, goal] = await shop({ clickTokensOnly: true, serverOnly: true });
    const clickId = await clickOf(account, ADA, { token: "atokenoftheclick" });
    const headers = { "X-Goal-Secret": goal.secret ?? "" };
    const by = async (click: unknown) => {
      const response = await report(goal, { ...ADA, click_id: click }, headers);
      return (await answer(response)).attributed;
    };
    expect([await by(clickId), await by("atokenoftheclick")]).toEqual([false, true]);
  });

  it("maxValue refuses what is above it, and what it cannot be compared with", async ({
    expect,
  }) => {
    const [account, goal] = await shop({ value: 5, currency: "EUR", maxValue: 99.99 });
    const errors = async (body: object) => {
      const response = await report(goal, body);
      return response.status === 422 ? await response.json() : response.status;
    };
    expect(await errors({ value: 100 })).toMatchObject({
      errors: ["Value must be less than or equal to 99.99"],
    });
    expect(await errors({ value: 1, currency: "USD" })).toMatchObject({
      errors: ["Currency must be EUR, since the goal limits the value"],
    });
    expect(await errors({ value: 99.99 })).toBe(200);
    expect(await errors({})).toBe(200);
    expect((await kept(account)).map(({ value }) => value)).toEqual([9_999, 500]);
  });
});

describe("an order", () => {
  it("is counted once, even when 50 reports of it arrive at once", async ({ expect }) => {
    const [account, goal] = await shop();
    const body = { order_id: "ORDER-12345", value: 1 };
    const responses = await Promise.all(Array.from({ length: 50 }, () => report(goal, body)));
    const statuses = responses.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([200, ...Array<number>(49).fill(409)]);
    expect(await kept(account)).toHaveLength(1);
    const again = await report(goal, body);
    expect(await again.json()).toEqual({
      success: false,
      error: "Duplicate conversion (same order_id already tracked)",
    });
  });

  it("counts again for another goal", async ({ expect }) => {
    const [account, goal] = await shop();
    const second = await newGoal(account, { name: "Signup" });
    for (const one of [goal, second]) {
      expect((await report(one, { order_id: "A" })).status).toBe(200);
    }
  });
});

describe("the errors", () => {
  const UNKNOWN = { success: false, error: "Invalid postback token" };

  it("404: the token is no goal's, or its goal is deleted", async ({ expect }) => {
    const [account, goal] = await shop();
    const { call } = await newNativeClient({ account });
    await call("DELETE", `/api/conversion-goals/${goal.id}`);
    for (const token of [goal.token, "x".repeat(32), "x", "%00", goal.token.toLowerCase()]) {
      const response = await report({ token }, "not even looked at");
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual(UNKNOWN);
    }
  });

  it("410: the goal is inactive, until it is active again", async ({ expect }) => {
    const [account, goal] = await shop();
    const { call } = await newNativeClient({ account });
    await call("PATCH", `/api/conversion-goals/${goal.id}`, { isActive: false });
    const response = await report(goal);
    expect(response.status).toBe(410);
    expect(await response.json()).toEqual({
      success: false,
      error: "Conversion goal is inactive",
    });
    await call("PATCH", `/api/conversion-goals/${goal.id}`, { isActive: true });
    expect((await report(goal)).status).toBe(200);
  });

  it("403: the plan has no room for the goal any more; the oldest goes on", async ({ expect }) => {
    const [account, first] = await shop();
    const second = await newGoal(account, { name: "Second" });
    await env.DB.prepare("update workspaces set plan = 'free' where id = ?")
      .bind(account.workspace.id)
      .run();
    expect((await report(first)).status).toBe(200);
    const response = await report(second);
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({
      success: false,
      error: "Feature not available for subscription tier",
    });
  });

  it("403: a webhook posts here, which would tell of itself for ever", async ({ expect }) => {
    const goal = await newGoal(await newAccount());
    const body = { event: "conversion.tracked", data: {} };
    const response = await report(goal, body, { "User-Agent": "Signpost/1.0" });
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({
      success: false,
      error: "A webhook cannot report conversions: give it another URL",
    });
    expect(await (await report(goal)).json()).toMatchObject({ conversion_id: 1 });
  });

  it("400: a body that cannot be read", async ({ expect }) => {
    const [, { token }] = await shop();
    const response = await callApi(`/api/conversions/track/${token}`, {
      ...jsonOf("POST", {}),
      body: '{"value": 1',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      success: false,
      error: expect.stringContaining("Bad request"),
    });
  });

  it.for([
    ["413: a body past 16 KB", 413, JSON.stringify({ ua: "x".repeat(16_384) }), "application/json"],
    ["415: another content type", 415, "value=1", "text/csv"],
  ] as const)("%s", async ([, status, body, type], { expect }) => {
    const [, { token }] = await shop();
    const headers = { "Content-Type": type };
    const path = `/api/conversions/track/${token}`;
    const response = await callApi(path, { method: "POST", body, headers });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ success: false });
  });

  it("405 and 404 elsewhere have the same format", async ({ expect }) => {
    const [, { token }] = await shop();
    const get = await callApi(`/api/conversions/track/${token}`);
    expect([get.status, get.headers.get("Allow")]).toEqual([405, "POST"]);
    expect(await get.json()).toMatchObject({ success: false });
    const nowhere = await callApi(`/api/conversions/track/${token}/nowhere`, { method: "POST" });
    expect(nowhere.status).toBe(404);
    expect(await nowhere.json()).toEqual({ success: false, error: "Not found" });
  });

  it("429: one sender of one token, by the address that Cloudflare saw", async ({ expect }) => {
    const seen = new Set<string>();
    const once: RateLimit = {
      limit: async ({ key }) => ({ success: seen.size < seen.add(key).size }),
    };
    const from = async (address: string, ip: string, token = "y".repeat(32)) => {
      const url = new URL(`/api/conversions/track/${token}`, ORIGIN);
      const request = new Request(url, jsonOf("POST", { ip }, { "CF-Connecting-IP": address }));
      const ctx = createExecutionContext();
      return conversions().fetch(request, envWith({ CONVERSION_LIMIT: once }), ctx);
    };
    expect((await from("192.0.2.1", "10.0.0.1")).status).toBe(404);
    const limited = await from("192.0.2.1", "10.0.0.2");
    expect(limited.status).toBe(429);
    expect(limited.headers.get("Retry-After")).toBe("60");
    expect(await limited.json()).toEqual({
      success: false,
      error: "Too many requests. Try again in 60 seconds",
    });
    expect((await from("192.0.2.2", "10.0.0.1")).status).toBe(404);
    expect((await from("192.0.2.1", "10.0.0.1", "z".repeat(32))).status).toBe(404);
    expect([...seen].join(" ")).not.toContain("192.0.2.1");
  });

  it("counts on when the limiter itself fails", async ({ expect }) => {
    const [, goal] = await shop();
    const url = new URL(goal.postbackUrl);
    const failing = envWith({ CONVERSION_LIMIT: broken(env.CONVERSION_LIMIT) });
    const request = new Request(url, jsonOf("POST", {}));
    const response = await conversions().fetch(request, failing, createExecutionContext());
    expect(response.status).toBe(200);
  });
});

describe("other origins", () => {
  it("a page of another origin may report, with and without a cookie", async ({ expect }) => {
    const [, goal] = await shop();
    const path = `/api/conversions/track/${goal.token}`;
    const preflight = await callApi(path, {
      method: "OPTIONS",
      headers: { Origin: "https://shop.example", "Access-Control-Request-Method": "POST" },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("Access-Control-Allow-Origin")).toBe("*");
    for (const headers of [{}, { Cookie: "cart=1" }]) {
      const response = await report(goal, {}, { Origin: "https://shop.example", ...headers });
      expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
      expect(response.headers.get("Access-Control-Allow-Credentials")).toBeNull();
    }
  });
});
