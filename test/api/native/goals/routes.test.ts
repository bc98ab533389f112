import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { ledgerFor } from "../../../../src/ledger/stub.ts";
import { type Account, join, newAccount } from "../../../support/account.ts";
import { callApi, jsonOf, ORIGIN } from "../../../support/api.ts";
import { ADA, clickOf, newGoal, report, type WireGoal } from "../../../support/goals.ts";
import { newNativeClient } from "../../../support/native.ts";

const PATH = "/api/conversion-goals";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a click now could be attributed a conversion later. */
async function keepsVisitors(account: Account): Promise<boolean> {
  const ip = `10.${crypto.getRandomValues(new Uint8Array(3)).join(".")}`;
  await clickOf(account, { ...ADA, ip });
  const ledger = ledgerFor(env, account.workspace.ledger);
  const before = (await ledger.exportConversions(null)).conversions.length;
  const goal = await newGoal(account, { name: "Probe" });
  await report(goal, { ...ADA, ip });
  const { call } = await newNativeClient({ account });
  await call("DELETE", `${PATH}/${goal.id}`);
  return (await ledger.exportConversions(null)).conversions[before]?.linkId === 1;
}

describe("conversion goals", () => {
  it("a goal gets a postback of its own, which can be read again", async ({ expect }) => {
    const { call } = await newNativeClient();
    const made = await call<WireGoal>("POST", PATH, {
      name: " Purchase ",
      value: 99.99,
      currency: "usd",
    });
    expect(made.status).toBe(201);
    const goal = made.body;
    expect(goal).toEqual({
      id: expect.stringMatching(UUID),
      name: "Purchase",
      token: expect.stringMatching(/^[\w-]{32}$/),
      postbackUrl: `${ORIGIN}/api/conversions/track/${goal.token}`,
      value: 99.99,
      currency: "USD",
      clickIdParam: null,
      isActive: true,
      maxValue: null,
      serverOnly: false,
      clickTokensOnly: false,
    });
    expect(made.headers.get("Location")).toBe(`${PATH}/${goal.id}`);
    expect((await call("GET", PATH)).body).toEqual([goal]);
    expect((await call("GET", `${PATH}/${goal.id}`)).body).toEqual(goal);
  });

  it("change field by field, and keep their decimal in another currency", async ({ expect }) => {
    const account = await newAccount();
    const { call } = await newNativeClient({ account });
    const goal = await newGoal(account, { value: "10.00", clickIdParam: "sp_click" });
    const change = async (fields: object) =>
      (await call("PATCH", `${PATH}/${goal.id}`, fields)).body;
    expect(await change({ currency: "JPY" })).toEqual({ ...goal, value: 10, currency: "JPY" });
    expect(await change({ value: 1.5, currency: "KWD" })).toMatchObject({ value: 1.5 });
    expect(await change({ name: "Signup", clickIdParam: null })).toEqual({
      ...goal,
      name: "Signup",
      value: 1.5,
      currency: "KWD",
      clickIdParam: null,
    });
    expect(await change({})).toMatchObject({ name: "Signup", isActive: true });
  });

  it("a secret is shown when it is made, and only as a hash in D1", async ({ expect }) => {
    const account = await newAccount();
    const { call } = await newNativeClient({ account });
    const SECRET = /^gsec_[\w-]{43}$/;
    const shown = async (method: "GET" | "PATCH" | "POST", path: string, body?: object) =>
      (await call<WireGoal>(method, PATH + path, body)).body.secret;
    const closed = await newGoal(account, { serverOnly: true });
    expect(closed.secret).toMatch(SECRET);
    expect(await shown("GET", `/${closed.id}`)).toBeUndefined();
    expect(await shown("PATCH", `/${closed.id}`, { serverOnly: true })).toBeUndefined();
    const open = await newGoal(account);
    expect(open.secret).toBeUndefined();
    expect(await shown("PATCH", `/${open.id}`, { name: "Open" })).toBeUndefined();
    expect(await shown("PATCH", `/${open.id}`, { serverOnly: true })).toMatch(SECRET);
    const rotated = await shown("POST", `/${closed.id}/rotate-secret`);
    expect(rotated).toMatch(SECRET);
    expect(rotated).not.toBe(closed.secret);
    const row = await env.DB.prepare("select * from conversion_goals where uuid = ?")
      .bind(closed.id)
      .first();
    expect(JSON.stringify(row)).not.toContain(rotated?.slice(5));
  });

  it("a goal's own value is not above its maximum, in any currency", async ({ expect }) => {
    const account = await newAccount();
    const { call } = await newNativeClient({ account });
    const refused = await call("POST", PATH, { name: "Goal", value: 10, maxValue: "9.99" });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain("value must not be more than maxValue, which is 9.99");
    const unclear = await call("POST", PATH, { name: "Goal", maxValue: -1 });
    expect(unclear.text).toContain("maxValue must not be negative");
    const goal = await newGoal(account, { value: 9.99, maxValue: 9.99 });
    const change = async (fields: object) =>
      (await call("PATCH", `${PATH}/${goal.id}`, fields)).body;
    expect(await change({ currency: "KWD" })).toMatchObject({ value: 9.99, maxValue: 9.99 });
    expect(await change({ value: 10 })).toMatchObject({ code: "VALIDATION_ERROR" });
    expect(await change({ value: 10, maxValue: null })).toMatchObject({ maxValue: null });
  });

  it("a deleted goal is gone, and its conversions stay counted", async ({ expect }) => {
    const account = await newAccount();
    const { call } = await newNativeClient({ account });
    const goal = await newGoal(account);
    await report(goal);
    const deleted = await call("DELETE", `${PATH}/${goal.id}`);
    expect(deleted.status).toBe(200);
    expect(deleted.body).toEqual({ success: true, id: goal.id });
    expect((await call("GET", `${PATH}/${goal.id}`)).status).toBe(404);
    expect((await call("DELETE", `${PATH}/${goal.id}`)).status).toBe(404);
    const ledger = ledgerFor(env, account.workspace.ledger);
    expect((await ledger.exportConversions(null)).conversions).toHaveLength(1);
  });

  it("D1 stores nothing that reveals a goal's token", async ({ expect }) => {
    const goal = await newGoal(await newAccount());
    const row = await env.DB.prepare("select * from conversion_goals where uuid = ?")
      .bind(goal.id)
      .first();
    expect(JSON.stringify(row)).not.toContain(goal.token);
    expect(row).toMatchObject({ token_hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it("one goal is created per Idempotency-Key", async ({ expect }) => {
    const { call } = await newNativeClient();
    const key = { "Idempotency-Key": "goal-1" };
    const first = await call("POST", PATH, { name: "Once" }, key);
    const second = await call("POST", PATH, { name: "Once" }, key);
    expect(second.headers.get("Idempotent-Replayed")).toBe("true");
    expect(second.body).toEqual(first.body);
    expect((await call("GET", PATH)).body).toHaveLength(1);
  });

  it("goals made at once are no more than the plan allows", async ({ expect }) => {
    const account = await newAccount();
    await env.DB.prepare("update workspaces set plan = 'free' where id = ?")
      .bind(account.workspace.id)
      .run();
    const { call } = await newNativeClient({ account });
    const responses = await Promise.all(
      Array.from({ length: 3 }, () => call("POST", PATH, { name: "Goal" })),
    );
    const statuses = responses.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([201, 403, 403]);
    const refused = responses.find(({ status }) => status === 403);
    expect(refused?.body).toEqual({
      code: "PLAN_LIMIT",
      message: 'The plan "free" allows 1 goals, and this workspace has 1.',
      quota: "goals",
      limit: 1,
      used: 1,
      plan: "free",
    });
  });

  it("members see goals, and managers change them", async ({ expect }) => {
    const [owner, guest] = [await newAccount(), await newAccount()];
    const goal = await newGoal(owner);
    const named = { ...guest.bySession, "Signpost-Workspace": owner.workspace.uuid };
    await join(guest.userId, owner.workspace, "member");
    expect((await callApi(PATH, { headers: named })).status).toBe(200);
    const pause = () => callApi(`${PATH}/${goal.id}`, jsonOf("PATCH", { isActive: false }, named));
    expect((await pause()).status).toBe(403);
    await join(guest.userId, owner.workspace, "manager");
    expect((await pause()).status).toBe(200);
  });

  it.for([
    [{}, "name is required and must be a text"],
    [{ name: " " }, "name must not be empty"],
    [{ name: "x".repeat(101) }, "name must be at most 100 characters"],
    [{ name: "x", value: "ten" }, "value must be a number"],
    [{ name: "x", value: null }, "value must be a number"],
    [{ name: "x", value: -1 }, "value must not be negative"],
    [{ name: "x", value: 1e20 }, "value is too large"],
    [
      { name: "x", currency: "ZZZ" },
      "currency must be the three letters of a currency, such as USD",
    ],
    [
      { name: "x", clickIdParam: "a b" },
      'clickIdParam must be 1 to 50 letters, digits, ".", "-" or "_", and begin with a letter',
    ],
    [{ name: "x", isActive: "yes" }, "isActive must be true or false"],
  ] as const)("are refused for %j", async ([body, message], { expect }) => {
    const { call } = await newNativeClient();
    const response = await call("POST", PATH, body);
    expect(response.status).toBe(400);
    expect(response.body).toEqual({ code: "VALIDATION_ERROR", message });
    expect((await call("GET", PATH)).body).toEqual([]);
  });
});

describe("the Ledger keeps visitors", () => {
  it("while a goal is active, and at no other time", async ({ expect }) => {
    const account = await newAccount();
    const { call } = await newNativeClient({ account });
    expect(await keepsVisitors(account)).toBe(false);
    const [first, second] = [await newGoal(account), await newGoal(account)];
    expect(await keepsVisitors(account)).toBe(true);
    await call("PATCH", `${PATH}/${first.id}`, { isActive: false });
    expect(await keepsVisitors(account)).toBe(true);
    await call("DELETE", `${PATH}/${second.id}`);
    expect(await keepsVisitors(account)).toBe(false);
    await call("PATCH", `${PATH}/${first.id}`, { isActive: true });
    expect(await keepsVisitors(account)).toBe(true);
  });

  it("regardless of the order of concurrent goal changes", async ({ expect }) => {
    const account = await newAccount();
    const { call } = await newNativeClient({ account });
    const goals = [await newGoal(account), await newGoal(account)];
    for (let round = 0; round < 3; round++) {
      const isActive = round % 2 === 0;
      await Promise.all(
        goals.map(({ id }, n) =>
          call("PATCH", `${PATH}/${id}`, { isActive: n === 0 ? isActive : !isActive }),
        ),
      );
      expect(await keepsVisitors(account)).toBe(true);
    }
  });
});
