import { env } from "cloudflare:workers";
import { afterEach, describe, it, vi } from "vitest";

import { SCOPES } from "../../../../src/access/access.ts";
import { HOUR_MS, MINUTE_MS } from "../../../../src/platform/clock.ts";
import { join, leave, newAccount } from "../../../support/account.ts";
import { callApi, jsonOf, ORIGIN } from "../../../support/api.ts";

const DOCUMENTED = {
  name: "My Shortcut Token",
  scopes: ["links:create", "links:read"],
  expiresAt: "2027-01-01T00:00:00Z",
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const withToken = (token: string, headers: Record<string, string> = {}) => ({
  headers: { Authorization: `Bearer ${token}`, ...headers },
});

describe("token management", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("creates the documented token and shows it once", async ({ expect }) => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-05-04T10:00:00Z") });
    const { bySession } = await newAccount();
    const response = await callApi("/api/tokens", jsonOf("POST", DOCUMENTED, bySession));
    expect(response.status).toBe(201);
    const created: { id: string; token: string } = await response.json();
    expect(created).toEqual({
      id: expect.stringMatching(UUID),
      name: "My Shortcut Token",
      token: expect.stringMatching(/^pp_[\w-]{43}$/),
      scopes: ["links:create", "links:read"],
      expiresAt: "2027-01-01T00:00:00.000Z",
      createdAt: "2026-05-04T10:00:00.000Z",
    });

    const list = await callApi("/api/tokens", { headers: bySession });
    expect(list.status).toBe(200);
    expect(await list.json()).toEqual([
      {
        id: created.id,
        name: "My Shortcut Token",
        hint: created.token.slice(-4),
        scopes: ["links:create", "links:read"],
        workspaceOnly: false,
        parentId: null,
        expiresAt: "2027-01-01T00:00:00.000Z",
        lastUsedAt: null,
        createdAt: "2026-05-04T10:00:00.000Z",
      },
    ]);
  });

  it("stores nothing that reveals a token", async ({ expect }) => {
    const { bySession, userId } = await newAccount();
    const body = { name: "Secret", scopes: ["links:read"] };
    const response = await callApi("/api/tokens", jsonOf("POST", body, bySession));
    const { token }: { token: string } = await response.json();
    const row = await env.DB.prepare("select * from tokens where user_id = ?").bind(userId).first();
    expect(JSON.stringify(row)).not.toContain(token.slice(3, -4));
    expect(row).toMatchObject({ hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it("accepts a token in both headers", async ({ expect }) => {
    const account = await newAccount();
    const given = await account.token("links:read");
    expect((await callApi("/api/me", withToken(given))).status).toBe(200);
    expect((await callApi("/api/me", { headers: { "X-Api-Key": given } })).status).toBe(200);
  });

  it("revokes a token immediately, and only once", async ({ expect }) => {
    const { bySession } = await newAccount();
    const body = { name: "Short-lived", scopes: ["links:read"] };
    const created = await callApi("/api/tokens", jsonOf("POST", body, bySession));
    const { id, token }: { id: string; token: string } = await created.json();
    expect((await callApi("/api/me", withToken(token))).status).toBe(200);

    const revoke = () => callApi(`/api/tokens/${id}`, { method: "DELETE", headers: bySession });
    const revoked = await revoke();
    expect(revoked.status).toBe(200);
    expect(await revoked.json()).toEqual({ id, revoked: true });
    expect((await callApi("/api/me", withToken(token))).status).toBe(401);
    expect(await (await callApi("/api/tokens", { headers: bySession })).json()).toEqual([]);
    expect((await revoke()).status).toBe(404);
  });

  it("refuses a token from its moment of expiry", async ({ expect }) => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-05-04T10:00:00Z") });
    const { bySession } = await newAccount();
    const body = {
      name: "An hour",
      scopes: ["links:read"],
      expiresAt: "2026-05-04T13:00:00+02:00",
    };
    const created = await callApi("/api/tokens", jsonOf("POST", body, bySession));
    const { token }: { token: string } = await created.json();
    vi.setSystemTime(Date.parse("2026-05-04T10:59:59.999Z"));
    expect((await callApi("/api/me", withToken(token))).status).toBe(200);
    vi.setSystemTime(Date.parse("2026-05-04T11:00:00Z"));
    const response = await callApi("/api/me", withToken(token));
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      code: "UNAUTHORIZED",
      message: "Missing or invalid authentication token.",
    });
  });

  it("creates five tokens per hour and announces when the sixth is allowed", async ({ expect }) => {
    const start = Date.parse("2026-05-04T10:00:00Z");
    vi.useFakeTimers({ toFake: ["Date"], now: start });
    const { bySession } = await newAccount();
    const create = () =>
      callApi("/api/tokens", jsonOf("POST", { name: "x", scopes: ["links:read"] }, bySession));
    const [first] = await Promise.all([create(), create(), create(), create()]);
    const { id }: { id: string } = await first.json();
    await callApi(`/api/tokens/${id}`, { method: "DELETE", headers: bySession });
    vi.setSystemTime(start + MINUTE_MS);
    const rest = await Promise.all([create(), create(), create()]);
    expect(rest.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 429, 429]);

    vi.setSystemTime(start + 2 * MINUTE_MS);
    const refused = await create();
    expect(refused.status).toBe(429);
    expect(refused.headers.get("Retry-After")).toBe(String(58 * 60));
    expect(await refused.json()).toEqual({
      code: "RATE_LIMIT_EXCEEDED",
      message: "At most 5 tokens can be created in an hour. Try again in 3480 seconds.",
    });
    vi.setSystemTime(start + HOUR_MS - 1);
    expect((await create()).status).toBe(429);
    vi.setSystemTime(start + HOUR_MS);
    expect((await create()).status).toBe(201);
  });

  it("drops a scope that is named twice, and a name's outer spaces", async ({ expect }) => {
    const { bySession } = await newAccount();
    const body = { name: " Twice ", scopes: ["links:read", "links:read"], expiresAt: null };
    const response = await callApi("/api/tokens", jsonOf("POST", body, bySession));
    expect(await response.json()).toMatchObject({
      name: "Twice",
      scopes: ["links:read"],
      expiresAt: null,
    });
  });

  it.for([
    [{ scopes: ["links:read"] }, "name is required and must be a text"],
    [{ name: 7, scopes: ["links:read"] }, "name is required and must be a text"],
    [{ name: "", scopes: ["links:read"] }, "name must not be empty"],
    [{ name: "x".repeat(101), scopes: ["links:read"] }, "name must be at most 100 characters"],
    [{ name: "x" }, "scopes is required and must be a list"],
    [{ name: "x", scopes: [] }, "scopes must name at least one scope"],
    [{ name: "x", scopes: ["links:all"] }, `scopes must each be one of ${SCOPES.join(", ")}`],
    [
      { name: "x", scopes: ["links:read"], expiresAt: "2020-01-01T00:00:00Z" },
      "expiresAt must lie in the future",
    ],
    [
      { name: "x", scopes: ["links:read"], expiresAt: "tomorrow" },
      "expiresAt must be an ISO 8601 date and time, or null",
    ],
  ] as const)("refuses %j", async ([body, message], { expect }) => {
    const { bySession } = await newAccount();
    const response = await callApi("/api/tokens", jsonOf("POST", body, bySession));
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ code: "VALIDATION_ERROR", message });
    expect(await (await callApi("/api/tokens", { headers: bySession })).json()).toEqual([]);
  });

  it("refuses API tokens as credentials", async ({ expect }) => {
    const account = await newAccount();
    const headers = await account.byToken();
    const requests: [string, RequestInit][] = [
      ["/api/tokens", { headers }],
      ["/api/tokens", jsonOf("POST", DOCUMENTED, headers)],
      [`/api/tokens/${crypto.randomUUID()}`, { method: "DELETE", headers }],
    ];
    for (const [path, init] of requests) {
      const response = await callApi(path, init);
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ code: "FORBIDDEN" });
    }
  });

  it("neither shows nor revokes another user's tokens", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const body = { name: "Ada's", scopes: ["links:read"] };
    const created = await callApi("/api/tokens", jsonOf("POST", body, ada.bySession));
    const { id, token }: { id: string; token: string } = await created.json();
    expect(await (await callApi("/api/tokens", { headers: bob.bySession })).json()).toEqual([]);
    const foreign = { method: "DELETE", headers: bob.bySession };
    const theirs = await callApi(`/api/tokens/${id}`, foreign);
    const nobodys = await callApi(`/api/tokens/${crypto.randomUUID()}`, foreign);
    expect(theirs.status).toBe(404);
    expect(await theirs.json()).toEqual(await nobodys.json());
    expect((await callApi("/api/me", withToken(token))).status).toBe(200);
  });
});

describe("authentication", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.for([
    ["nothing", {}],
    ["an unknown token", { Authorization: "Bearer pp_unknown" }],
    ["another scheme", { Authorization: "Basic cHA6cHA=" }],
    ["a bearer without a token", { Authorization: "Bearer" }],
    ["an empty key", { "X-Api-Key": "" }],
    ["a foreign cookie", { Cookie: "theme=dark" }],
    ["a made-up session", { Cookie: "__Host-signpost.session_token=abc.def" }],
  ] as [string, Record<string, string>][])("refuses %s", async ([, headers], { expect }) => {
    const response = await callApi("/api/me", { headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      code: "UNAUTHORIZED",
      message: "Missing or invalid authentication token.",
    });
  });

  it("prefers the token where a cookie is sent too", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const both = withToken(await ada.token(), { Cookie: bob.cookie });
    expect(await (await callApi("/api/me", both)).json()).toMatchObject({ id: ada.userId });
    const bad = withToken("pp_bad", { Cookie: bob.cookie });
    expect((await callApi("/api/me", bad)).status).toBe(401);
  });

  it("acts in the workspace that the header names, for members only", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    await join(bob.userId, ada.workspace, "member");
    const named = { "Signpost-Workspace": ada.workspace.uuid.toUpperCase() };
    for (const headers of [await bob.byToken(), bob.bySession]) {
      const me = await callApi("/api/me", { headers: { ...headers, ...named } });
      expect(await me.json()).toMatchObject({
        id: bob.userId,
        workspace: { id: ada.workspace.uuid, role: "member" },
        scopes: SCOPES.filter((scope) => !scope.startsWith("webhooks:")),
      });
    }
    await leave(bob.userId, ada.workspace);
    for (const headers of [await bob.byToken(), bob.bySession]) {
      const me = await callApi("/api/me", { headers: { ...headers, ...named } });
      expect(me.status).toBe(404);
    }
  });

  it("gives the same answer for another owner's, an unknown and a malformed workspace", async ({
    expect,
  }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const bodies = new Set<string>();
    for (const named of [ada.workspace.uuid, crypto.randomUUID(), "'; drop table links", ""]) {
      const headers = { ...(await bob.byToken()), "Signpost-Workspace": named };
      const response = await callApi("/api/me", { headers });
      expect(response.status).toBe(404);
      bodies.add(await response.text());
    }
    expect(bodies.size).toBe(1);
  });

  it("refuses a token whose owner has left its home workspace", async ({ expect }) => {
    const account = await newAccount();
    const headers = await account.byToken();
    await leave(account.userId, account.workspace);
    expect((await callApi("/api/me", { headers })).status).toBe(403);
  });

  it("asks D1 once for a token, and notes its use once a minute", async ({ expect }) => {
    const now = Date.parse("2026-05-04T10:00:00Z");
    vi.useFakeTimers({ toFake: ["Date"], now });
    const account = await newAccount();
    const headers = await account.byToken();
    const lastUsed = () =>
      env.DB.prepare("select last_used_at_ms from tokens where user_id = ?")
        .bind(account.userId)
        .first("last_used_at_ms");
    await callApi("/api/me", { headers });
    await vi.waitFor(async () => expect(await lastUsed()).toBe(now));
    vi.setSystemTime(now + MINUTE_MS - 1);
    const prepare = vi.spyOn(env.DB, "prepare");
    await callApi("/api/workspaces", { headers });
    // The token with its workspace and role, and the list that was asked for.
    expect(prepare).toHaveBeenCalledTimes(2);
    prepare.mockRestore();
    expect(await lastUsed()).toBe(now);
    vi.setSystemTime(now + MINUTE_MS);
    await callApi("/api/me", { headers });
    await vi.waitFor(async () => expect(await lastUsed()).toBe(now + MINUTE_MS));
  });
});

describe("changes made with a cookie", () => {
  const create = (headers: Record<string, string>) =>
    callApi("/api/tokens", jsonOf("POST", { name: "x", scopes: ["links:read"] }, headers));

  it.for([
    ["this site's origin", ORIGIN, 201],
    ["no origin", null, 403],
    ["another site", "https://evil.example", 403],
    ["a neighbour by name", "https://sign.test.evil.example", 403],
    ["this host over http", "http://sign.test", 403],
    ["this host on another port", "https://sign.test:8443", 403],
    ["an opaque origin", "null", 403],
  ] as const)("from %s", async ([, origin, status], { expect }) => {
    const { cookie } = await newAccount();
    const headers = { Cookie: cookie, ...(origin === null ? {} : { Origin: origin }) };
    const response = await create(headers);
    expect(response.status).toBe(status);
    if (status === 403) expect(await response.json()).toMatchObject({ code: "FORBIDDEN" });
  });

  it("from PUBLIC_URL's origin on another default host, and that host's own", async ({
    expect,
  }) => {
    const { cookie } = await newAccount();
    const url = "https://signpost.somebody.workers.dev/api/tokens";
    for (const Origin of [ORIGIN, "https://signpost.somebody.workers.dev"]) {
      const body = { name: "x", scopes: ["links:read"] };
      const response = await callApi(url, jsonOf("POST", body, { Cookie: cookie, Origin }));
      expect(response.status).toBe(201);
    }
  });

  it("a read with a cookie needs no Origin", async ({ expect }) => {
    const { cookie } = await newAccount();
    expect((await callApi("/api/tokens", { headers: { Cookie: cookie } })).status).toBe(200);
  });
});
