import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { newAccount } from "../../../support/account.ts";
import { callApi, ORIGIN } from "../../../support/api.ts";
import type { Answer } from "../../../support/client.ts";
import { PAGE_TIMES } from "../../../support/client.ts";
import { listed, newNativeClient, newCode } from "../../../support/native.ts";

const clock = () => PAGE_TIMES.native;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const DOCUMENTED = [
  "id",
  "userId",
  "shortCode",
  "destinationUrl",
  "title",
  "isActive",
  "expiresAt",
  "createdAt",
  "updatedAt",
];

describe("POST /api/links", () => {
  it("creates the documented example", async ({ expect }) => {
    const client = await newNativeClient({ clock });
    const code = newCode();
    const response = await client.call<Record<string, unknown>>("POST", "/api/links", {
      destinationUrl: "https://example.com",
      shortCode: code,
      title: "My Link",
      expiresAt: "2027-12-31T00:00:00Z",
    });
    expect(response.status).toBe(201);
    const link = response.body;
    expect(Object.keys(link).slice(0, 9)).toEqual(DOCUMENTED);
    expect(link).toEqual({
      id: expect.stringMatching(UUID),
      userId: client.account.userId,
      shortCode: code,
      destinationUrl: "https://example.com",
      title: "My Link",
      isActive: true,
      expiresAt: "2027-12-31T00:00:00.000Z",
      createdAt: "2026-05-04T10:00:00.000Z",
      updatedAt: "2026-05-04T10:00:00.000Z",
      shortUrl: `${ORIGIN}/${code}`,
      domain: null,
      description: null,
      tags: [],
      collectionId: null,
      externalId: null,
      isArchived: false,
      startsAt: null,
      endsAt: null,
      expiredUrl: null,
      redirectStatus: 302,
      forwardQuery: false,
      forwardPath: false,
      social: null,
      crawlable: false,
      rules: [],
      abTest: { enabled: false, sticky: false, variants: [] },
      clicksLimit: null,
      limitReachedUrl: null,
      qrSettings: null,
      qrUrl: `${ORIGIN}/${code}/qr.svg`,
      utmParams: {},
      passwordProtected: false,
      clicks: 0,
      lastClickedAt: null,
    });
    expect(response.headers.get("Location")).toBe(`/api/links/${String(link["id"])}`);
    expect(response.headers.get("ETag")).toBe('"1"');
    const liveBy = Date.parse(response.headers.get("Signpost-Live-By") ?? "");
    expect(liveBy).toBe(PAGE_TIMES.native + 95_000);
  });

  it("gives a code of seven letters when none is sent, as in the quick start", async ({
    expect,
  }) => {
    const client = await newNativeClient();
    const link = await client.link({ title: "My Short Link" });
    expect(link.shortCode).toMatch(/^[2-9a-hjkmnp-z]{7}$/);
    const other = await client.link({ shortCode: null });
    expect(other.shortCode).not.toBe(link.shortCode);
  });

  it("keeps every field that it accepts", async ({ expect }) => {
    const client = await newNativeClient({ clock });
    const collection = (
      await client.call<{ id: string }>("POST", "/api/collections", { name: "Spring" })
    ).body;
    const fields = {
      destinationUrl: "https://example.com/path?q=1#top",
      title: "Title",
      description: "Two\nlines",
      isActive: false,
      expiresAt: "2027-01-01T00:00:00.000Z",
      startsAt: "2026-01-01T00:00:00.000Z",
      endsAt: "2027-01-01T02:00:00.000Z",
      expiredUrl: "https://example.com/over",
      limitReachedUrl: "https://example.com/sold-out",
      redirectStatus: 307,
      forwardQuery: true,
      forwardPath: true,
      social: { title: "A card", description: "Two\nlines", image: "https://example.com/a.png" },
      crawlable: true,
      collectionId: collection.id,
    };
    const link = await client.link({ ...fields, tags: ["b", "a", "b", " a "] });
    expect(link).toMatchObject({
      ...fields,
      tags: [
        { id: expect.stringMatching(UUID), name: "a" },
        { id: expect.stringMatching(UUID), name: "b" },
      ],
    });
  });

  it("reads a zone's offset and gives the moment in UTC", async ({ expect }) => {
    const client = await newNativeClient({ clock });
    const link = await client.link({ expiresAt: "2027-06-01T02:00:00+02:00" });
    expect(link["expiresAt"]).toBe("2027-06-01T00:00:00.000Z");
  });

  it("ignores fields that are not the client's to set", async ({ expect }) => {
    const client = await newNativeClient();
    const stranger = await newAccount();
    const injected = {
      id: crypto.randomUUID(),
      userId: stranger.userId,
      workspaceId: stranger.workspace.id,
      workspace_id: stranger.workspace.id,
      createdAt: "2001-01-01T00:00:00Z",
      version: 99,
      clicks: 1e6,
      nonsense: { deep: [1] },
    };
    const link = await client.link(injected);
    expect(link.id).not.toBe(injected.id);
    expect(link["userId"]).toBe(client.account.userId);
    expect(link["createdAt"]).not.toBe("2001-01-01T00:00:00.000Z");
    expect(link).not.toHaveProperty("nonsense");
    const row = await env.DB.prepare("select workspace_id, version from links where uuid = ?")
      .bind(link.id)
      .first();
    expect(row).toEqual({ workspace_id: client.account.workspace.id, version: 1 });
  });

  it("refuses a taken code with at least three free suggestions", async ({ expect }) => {
    const client = await newNativeClient();
    const code = newCode();
    await client.link({ shortCode: code });
    await client.link({ shortCode: `${code}-1` });
    const other = await newNativeClient();
    const response = await other.call<{ code: string; suggestions: string[] }>(
      "POST",
      "/api/links",
      {
        destinationUrl: "https://example.com",
        shortCode: code,
        tags: ["never-made"],
      },
    );
    expect(response.status).toBe(409);
    const refusal = response.body;
    expect(refusal).toEqual({
      code: "ALREADY_EXISTS",
      message: expect.stringContaining(code),
      suggestions: expect.any(Array),
    });
    expect(refusal.suggestions.length).toBeGreaterThanOrEqual(3);
    expect(refusal.suggestions).not.toContain(`${code}-1`);
    for (const shortCode of refusal.suggestions) await other.link({ shortCode });
    expect((await other.call("GET", "/api/tags")).body).toEqual([]);
  });

  it("gives a code to exactly one of twenty concurrent requests", async ({ expect }) => {
    const clients = await Promise.all(Array.from({ length: 4 }, () => newNativeClient()));
    const twenty = Array.from({ length: 5 }, () => clients).flat();
    const body = { destinationUrl: "https://example.com", shortCode: newCode() };
    const responses = await Promise.all(
      twenty.map((client) => client.call("POST", "/api/links", body)),
    );
    const statuses = responses.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
  });

  it("treats codes as case-sensitive", async ({ expect }) => {
    const client = await newNativeClient();
    const code = newCode();
    await client.link({ shortCode: code });
    const upper = await client.link({ shortCode: code.toUpperCase() });
    expect(upper.shortCode).toBe(code.toUpperCase());
  });

  it("answers the short URL alone to a client that asks for text", async ({ expect }) => {
    const client = await newNativeClient();
    const code = newCode();
    const response = await client.call(
      "POST",
      "/api/links",
      { destinationUrl: "https://example.com", shortCode: code },
      { Accept: "text/plain" },
    );
    expect(response.status).toBe(201);
    expect(response.headers.get("Content-Type")).toMatch(/^text\/plain/);
    expect(response.text).toBe(`${ORIGIN}/${code}`);
  });

  it("accepts both kinds of form", async ({ expect }) => {
    const client = await newNativeClient();
    const headers = await client.account.byToken();
    const fields: [string, string][] = [
      ["destinationUrl", "https://example.com/form"],
      ["title", ""],
      ["isActive", "false"],
      ["forwardQuery", "on"],
      ["forwardPath", "1"],
      ["redirectStatus", "301"],
      ["tags", "red, blue"],
      ["shortCode", ""],
    ];
    const multipart = new FormData();
    for (const [name, value] of fields) multipart.append(name, value);
    for (const body of [new URLSearchParams(fields), multipart]) {
      const response = await callApi("/api/links", { method: "POST", headers, body });
      expect(response.status).toBe(201);
      expect(await response.json()).toMatchObject({
        destinationUrl: "https://example.com/form",
        title: null,
        isActive: false,
        forwardQuery: true,
        forwardPath: true,
        redirectStatus: 301,
        tags: [{ name: "blue" }, { name: "red" }],
        shortCode: expect.stringMatching(/^.{7}$/),
      });
    }
  });

  it.for(["__proto__", "__defineGetter__", "constructor", "toString"])(
    "ignores a form field that is named like a member of objects: %s",
    async (name, { expect }) => {
      const client = await newNativeClient();
      const headers = await client.account.byToken();
      const multipart = new FormData();
      const fields = [
        ["destinationUrl", "https://example.com/form"],
        [name, "1"],
      ] as const;
      for (const [field, value] of fields) multipart.append(field, value);
      for (const body of [new URLSearchParams(fields.map((pair) => [...pair])), multipart]) {
        const response = await callApi("/api/links", { method: "POST", headers, body });
        expect(response.status).toBe(201);
      }
    },
  );

  it("writes nothing to KV", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await client.link();
    const { keys } = await env.ROUTES.list();
    expect(keys.filter(({ name }) => name.includes(link.shortCode))).toEqual([]);
  });
});

describe("what tools send that know texts alone", () => {
  it("is read as in a form, also in JSON", async ({ expect }) => {
    const { link: make, call } = await newNativeClient();
    const link = await make({
      isActive: "false",
      forwardQuery: "yes",
      crawlable: "",
      tags: "b, a,",
    });
    expect(link).toMatchObject({
      isActive: false,
      forwardQuery: true,
      crawlable: false,
      tags: [{ name: "a" }, { name: "b" }],
    });
    const { body } = await call("PATCH", `/api/links/${link.id}`, { isArchived: "1", tags: "c" });
    expect(body).toMatchObject({ isArchived: true, tags: [{ name: "c" }] });
  });

  it("is refused with the sentence alone where a text is asked for", async ({ expect }) => {
    const { call } = await newNativeClient();
    const headers = { Accept: "text/plain" };
    const refused = await call("POST", "/api/links", { destinationUrl: "x" }, headers);
    expect([refused.status, refused.text]).toEqual([
      400,
      "destinationUrl is required and must be a valid URL",
    ]);
    expect(refused.headers.get("Content-Type")).toMatch(/^text\/plain/);
    const unknown = await call("GET", "/api/nothing", undefined, headers);
    expect([unknown.status, unknown.text]).toEqual([
      404,
      "There is no such route. The API's documentation lists all routes.",
    ]);
  });
});

describe("GET /api/links", () => {
  it("answers the bare array, newest first, of this workspace alone", async ({ expect }) => {
    const client = await newNativeClient();
    await (await newNativeClient()).link();
    expect((await client.call("GET", "/api/links")).body).toEqual([]);
    const first = await client.link();
    const second = await client.link({ tags: ["x"] });
    const response = await client.call("GET", "/api/links");
    expect(response.status).toBe(200);
    expect(response.body).toEqual([second, first].map(listed));
    expect(response.headers.get("Link")).toBeNull();
  });
});

describe("GET /api/links/:id", () => {
  it("answers one link with its version", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await client.link();
    const response = await client.call("GET", `/api/links/${link.id.toUpperCase()}`);
    expect(response.status).toBe(200);
    expect(response.body).toEqual(link);
    expect(response.headers.get("ETag")).toBe('"1"');
  });
});

describe("PATCH /api/links/:id", () => {
  it("changes the documented example's fields and no others", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await client.link({ tags: ["kept"], description: "kept" });
    const response = await client.call<Record<string, unknown>>("PATCH", `/api/links/${link.id}`, {
      destinationUrl: "https://new-example.com",
      title: "Updated Title",
      isActive: false,
    });
    expect(response.status).toBe(200);
    const updated = response.body;
    expect(updated).toEqual({
      ...link,
      destinationUrl: "https://new-example.com",
      title: "Updated Title",
      isActive: false,
      updatedAt: expect.stringMatching(TIME),
    });
    expect(response.headers.get("ETag")).toBe('"2"');
    expect(response.headers.get("Signpost-Live-By")).toMatch(TIME);
    expect((await client.call("GET", `/api/links/${link.id}`)).body).toEqual(updated);
  });

  it("publishes the change to KV", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await client.link();
    await client.call("PATCH", `/api/links/${link.id}`, { destinationUrl: "https://new.example/" });
    await vi.waitFor(async () => {
      const row = await env.DB.prepare("select published_version from links where uuid = ?")
        .bind(link.id)
        .first("published_version");
      expect(row).toBe(2);
    });
    expect(await env.ROUTES.get(`@/${link.shortCode}`, "json")).toMatchObject({
      destination: "https://new.example/",
      version: 2,
    });
  });

  it("clears what null clears", async ({ expect }) => {
    const client = await newNativeClient({ clock });
    const collection = (
      await client.call<{ id: string }>("POST", "/api/collections", { name: "Autumn" })
    ).body;
    const link = await client.link({
      title: "t",
      description: "d",
      expiresAt: "2027-01-01T00:00:00Z",
      startsAt: "2026-01-01T00:00:00Z",
      endsAt: "2027-01-01T00:00:00Z",
      expiredUrl: "https://example.com/over",
      limitReachedUrl: "https://example.com/sold-out",
      social: { title: "A card" },
      tags: ["x"],
      collectionId: collection.id,
    });
    const cleared = {
      title: null,
      description: null,
      expiresAt: null,
      startsAt: null,
      endsAt: null,
      expiredUrl: null,
      limitReachedUrl: null,
      social: null,
      tags: [],
      collectionId: null,
    };
    const response = await client.call("PATCH", `/api/links/${link.id}`, cleared);
    expect(response.body).toMatchObject(cleared);
  });

  it("archives and brings back", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await client.link();
    for (const isArchived of [true, false]) {
      const response = await client.call("PATCH", `/api/links/${link.id}`, { isArchived });
      expect(response.body).toMatchObject({ isArchived, isActive: true });
    }
  });

  it("leaves a link alone when nothing is to change", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await client.link();
    const response = await client.call("PATCH", `/api/links/${link.id}`, { unknown: 1 });
    expect(response.status).toBe(200);
    expect(response.body).toEqual(link);
    expect(response.headers.get("ETag")).toBe('"1"');
  });

  it("moves a link to a new code and leaves a tombstone of the old one", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await client.link({ shortCode: newCode() });
    await client.call("PATCH", `/api/links/${link.id}`, { title: "published" });
    const code = newCode();
    const response = await client.call("PATCH", `/api/links/${link.id}`, { shortCode: code });
    expect(response.body).toMatchObject({ shortCode: code, shortUrl: `${ORIGIN}/${code}` });
    const tombstone = await env.DB.prepare("select domain from route_tombstones where code = ?")
      .bind(link.shortCode)
      .first("domain");
    expect(tombstone).toBe("");
    await vi.waitFor(async () => {
      expect(await env.ROUTES.get(`@/${link.shortCode}`)).toBeNull();
      expect(await env.ROUTES.get(`@/${code}`)).not.toBeNull();
    });
    const stranger = await newNativeClient();
    const grab = { destinationUrl: "https://example.com", shortCode: link.shortCode };
    expect((await stranger.call("POST", "/api/links", grab)).status).toBe(409);
    expect((await client.call("POST", "/api/links", grab)).status).toBe(201);
  });

  it("refuses a code that is taken, and changes nothing", async ({ expect }) => {
    const client = await newNativeClient();
    const taken = await (await newNativeClient()).link({ shortCode: newCode() });
    const link = await client.link({ tags: ["kept"] });
    const response = await client.call("PATCH", `/api/links/${link.id}`, {
      shortCode: taken.shortCode,
      title: "lost",
      tags: ["lost"],
    });
    expect(response.status).toBe(409);
    expect(response.body).toMatchObject({ code: "ALREADY_EXISTS" });
    expect((await client.call("GET", `/api/links/${link.id}`)).body).toEqual(link);
    const left = await env.DB.prepare("select 1 from route_tombstones where code = ?")
      .bind(link.shortCode)
      .first();
    expect(left).toBeNull();
  });

  it("lets two changes of different fields at once both stand", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await client.link();
    await Promise.all([
      client.call("PATCH", `/api/links/${link.id}`, { title: "one" }),
      client.call("PATCH", `/api/links/${link.id}`, { description: "two" }),
    ]);
    const response = await client.call("GET", `/api/links/${link.id}`);
    expect(response.body).toMatchObject({ title: "one", description: "two" });
    expect(response.headers.get("ETag")).toBe('"3"');
  });
});

describe("If-Match", () => {
  it("lets exactly one of ten changes meant for one version through", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await client.link();
    const responses = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        client.call(
          "PATCH",
          `/api/links/${link.id}`,
          { title: `t${at}`, tags: [`t${at}`] },
          { "If-Match": '"1"' },
        ),
      ),
    );
    const statuses = responses.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 412)]);
    const now = (
      await client.call<{
        title: string;
        tags: { name: string }[];
      }>("GET", `/api/links/${link.id}`)
    ).body;
    expect(now.tags.map(({ name }) => name)).toEqual([now.title]);
  });

  const cases = [
    ['"1"', 200],
    ['"7", "1"', 200],
    ["*", 200],
    ['"2"', 412],
    ["1", 412],
    ['"abc"', 412],
  ] as const;
  for (const [header, status] of cases) {
    it(`answers ${status} to ${header} on a link of version 1`, async ({ expect }) => {
      const client = await newNativeClient();
      const link = await client.link();
      const response = await client.call(
        "PATCH",
        `/api/links/${link.id}`,
        { title: "new" },
        { "If-Match": header },
      );
      expect(response.status).toBe(status);
      if (status === 412) {
        expect(response.body).toMatchObject({ code: "PRECONDITION_FAILED" });
      }
    });
  }

  it("guards a deletion too", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await client.link();
    const path = `/api/links/${link.id}`;
    const stale = await client.call("DELETE", path, undefined, { "If-Match": '"9"' });
    expect(stale.status).toBe(412);
    const right = await client.call("DELETE", path, undefined, { "If-Match": '"1"' });
    expect(right.status).toBe(200);
  });
});

describe("DELETE /api/links/:id", () => {
  it("deletes for good and says so in JSON", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await client.link({ tags: ["x"] });
    await client.call("PATCH", `/api/links/${link.id}`, { title: "published" });
    await vi.waitFor(async () => {
      expect(await env.ROUTES.get(`@/${link.shortCode}`)).not.toBeNull();
    });
    const response = await client.call("DELETE", `/api/links/${link.id}`);
    expect(response.status).toBe(200);
    expect(response.body).toEqual({ success: true, id: link.id });
    expect(response.headers.get("Signpost-Live-By")).toMatch(TIME);
    await vi.waitFor(async () => {
      expect(await env.ROUTES.get(`@/${link.shortCode}`)).toBeNull();
      const pending = await env.DB.prepare("select count(*) n from pending_purges").first("n");
      expect(pending).toBe(0);
    });
    expect((await client.call("GET", `/api/links/${link.id}`)).status).toBe(404);
    expect((await client.call("DELETE", `/api/links/${link.id}`)).status).toBe(404);
  });

  it("holds the code back for the workspace that had it", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await client.link({ shortCode: newCode() });
    await client.call("DELETE", `/api/links/${link.id}`);
    const stranger = await newNativeClient();
    const check = await stranger.call("GET", `/api/links/check/${link.shortCode}`);
    expect(check.body).toMatchObject({ available: false });
    const grab = { destinationUrl: "https://example.com", shortCode: link.shortCode };
    expect((await stranger.call("POST", "/api/links", grab)).status).toBe(409);
    const own = await client.call("GET", `/api/links/check/${link.shortCode}`);
    expect(own.body).toEqual({ available: true, suggestions: [] });
    expect((await client.call("POST", "/api/links", grab)).status).toBe(201);
  });

  it("is given up after ninety days", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await client.link({ shortCode: newCode() });
    await client.call("DELETE", `/api/links/${link.id}`);
    await env.DB.prepare("update reserved_codes set until_ms = ? where code = ?")
      .bind(Date.now() - 1, link.shortCode)
      .run();
    const stranger = await newNativeClient();
    const again = await stranger.link({ shortCode: link.shortCode });
    expect(again.shortCode).toBe(link.shortCode);
  });
});

describe("GET /api/links/check/:shortCode", () => {
  it("answers the documented shape for a taken code, with suggestions that are free", async ({
    expect,
  }) => {
    const client = await newNativeClient();
    const code = newCode();
    await client.link({ shortCode: code });
    const response = await client.call<{ suggestions: string[] }>(
      "GET",
      `/api/links/check/${code}`,
    );
    expect(response.status).toBe(200);
    const answer = response.body;
    expect(answer).toEqual({ available: false, suggestions: expect.any(Array) });
    expect(answer.suggestions.length).toBeGreaterThanOrEqual(3);
    for (const suggestion of answer.suggestions) {
      const free = await client.call("GET", `/api/links/check/${suggestion}`);
      expect(free.body).toEqual({ available: true, suggestions: [] });
    }
  });

  it("says why a code can never be had", async ({ expect }) => {
    const client = await newNativeClient();
    const reasons = [
      ["ab", "invalid"],
      ["way-too-long-for-a-short-code", "invalid"],
      ["sp%20ace", "invalid"],
      ["%C3%BCmlaut", "invalid"],
      ["admin", "reserved"],
      ["APIv1", "reserved"],
    ];
    for (const [code, reason] of reasons) {
      const response = await client.call<{ suggestions: string[] }>(
        "GET",
        `/api/links/check/${code}`,
      );
      const answer = response.body;
      expect(answer).toEqual({ available: false, suggestions: expect.any(Array), reason });
      expect(answer.suggestions.length).toBeGreaterThanOrEqual(3);
    }
  });

  it("is refused past its limit, with Retry-After", async ({ expect }) => {
    const client = await newNativeClient();
    let refused: Answer | undefined;
    // Twice the limit: the binding's minute may end in between, and its count begin anew.
    for (let asked = 0; asked <= 242 && refused === undefined; asked += 1) {
      const response = await client.call("GET", "/api/links/check/x");
      if (response.status === 429) refused = response;
    }
    expect(refused?.headers.get("Retry-After")).toBe("60");
    expect(refused?.body).toMatchObject({ code: "RATE_LIMIT_EXCEEDED" });
  });
});
