/** PVTLNK's page, "Links API": each example with its exact keys. */

import { describe, it } from "vitest";

import { batch, click, NOON } from "../../../ledger/sample-clicks.ts";
import { newCode } from "../../../support/native.ts";
import {
  newCollection,
  newPvtlnkClient,
  PAGE_TIME,
  type PvtlnkLink,
} from "../../../support/pvtlnk.ts";

const KEYS = [
  "id",
  "short_code",
  "short_url",
  "destination_url",
  "title",
  "description",
  "tags",
  "click_count",
  "active",
  "archived",
  "password_protected",
  "is_scheduled",
  "scheduled_start_at",
  "scheduled_end_at",
  "expires",
  "expires_at",
  "last_clicked_at",
  "created_at",
  "updated_at",
  "utm_params",
];

const MADE = Date.parse("2026-01-15T10:30:00Z");
const CLICKED = Date.parse("2026-03-10T14:22:00.789Z");

describe("GET /api/v1/links", () => {
  it("answers the page's example", async ({ expect }) => {
    let nowMs = MADE;
    const client = await newPvtlnkClient({ clock: () => nowMs });
    const code = newCode();
    const { id } = await client.link({ short_code: code });
    nowMs = CLICKED;
    await client.call("PATCH", `/links/${id}`, { link: { title: "My Link" } });
    await client.ingest(
      batch(Array.from({ length: 3 }, () => click({ linkId: id, atMs: CLICKED }))),
    );
    const { status, body } = await client.call("GET", "/links");
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      links: [
        {
          id,
          short_code: code,
          short_url: `https://sign.test/${code}`,
          destination_url: "https://example.com",
          title: "My Link",
          description: null,
          tags: [],
          click_count: 3,
          active: true,
          archived: false,
          password_protected: false,
          is_scheduled: false,
          scheduled_start_at: null,
          scheduled_end_at: null,
          expires: false,
          expires_at: null,
          last_clicked_at: "2026-03-10T14:22:00Z",
          created_at: "2026-01-15T10:30:00Z",
          updated_at: "2026-03-10T14:22:00Z",
          utm_params: {},
        },
      ],
      pagination: { page: 1, per_page: 50, total: 1, total_pages: 1 },
    });
    expect(Object.keys((body["links"] as object[])[0] ?? {})).toEqual(KEYS);
    expect(Number.isInteger(id)).toBe(true);
  });

  it("counts pages, newest first, and gives an empty one beyond the last", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const ids: number[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift((await client.link()).id);
    const pageOf = async (query: string) => {
      const { body } = await client.call("GET", `/links?${query}`);
      return [idsIn(body), body["pagination"]];
    };
    const of = { per_page: 2, total: 5, total_pages: 3 };
    expect(await pageOf("per_page=2")).toEqual([ids.slice(0, 2), { page: 1, ...of }]);
    expect(await pageOf("per_page=2&page=3")).toEqual([ids.slice(4), { page: 3, ...of }]);
    expect(await pageOf("per_page=2&page=4")).toEqual([[], { page: 4, ...of }]);
    expect(await pageOf("per_page=1000")).toEqual([
      ids,
      { page: 1, per_page: 100, total: 5, total_pages: 1 },
    ]);
  });

  it("answers a workspace without links", async ({ expect }) => {
    const client = await newPvtlnkClient();
    expect((await client.call("GET", "/links")).body).toEqual({
      success: true,
      links: [],
      pagination: { page: 1, per_page: 50, total: 0, total_pages: 0 },
    });
  });

  it("refuses malformed page parameters, all at once", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const { status, body } = await client.call("GET", "/links?page=0&per_page=many&active=perhaps");
    expect(status).toBe(422);
    expect(body).toEqual({
      success: false,
      error: "Validation failed",
      errors: [
        "Page must be a whole number greater than 0",
        "Per page must be a whole number greater than 0",
        "Active must be true or false",
      ],
    });
  });

  it("filters by state and collection", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const collection = await newCollection(client.account);
    const plain = await client.link();
    const off = await client.link({ active: false });
    const archived = await client.link();
    await client.call("DELETE", `/links/${archived.id}`);
    const starting = await client.link({ scheduled_start_at: "2026-04-01T00:00:00Z" });
    const ending = await client.link({ scheduled_end_at: "2026-04-01T00:00:00Z" });
    const collected = await client.link({ collection_id: collection });
    const found = async (query: string) =>
      idsIn((await client.call("GET", `/links?${query}`)).body);
    const scheduled = [ending.id, starting.id];
    expect(await found("active=true")).toEqual([collected.id, ...scheduled, plain.id]);
    expect(await found("archived=true")).toEqual([archived.id]);
    expect(await found("scheduled=true")).toEqual(scheduled);
    expect(await found(`collection_id=${collection}`)).toEqual([collected.id]);
    expect(await found("collection_id=999999999")).toEqual([]);
    const all = [collected.id, ...scheduled, archived.id, off.id, plain.id];
    expect(await found("active=false&archived=false&scheduled=false")).toEqual(all);
  });
});

describe("GET /api/v1/links/:id", () => {
  it("adds who clicked to the link, without addresses", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const link = await client.link();
    await client.ingest(
      batch([
        click({
          linkId: link.id,
          atMs: NOON,
          referrer: "google.com",
          country: "CH",
          device: "desktop",
          browser: "Chrome",
          os: "macOS",
        }),
        click({
          linkId: link.id,
          atMs: NOON + 1_000,
          referrer: null,
          country: null,
          browser: "",
          os: "",
        }),
      ]),
    );
    const { status, body } = await client.call("GET", `/links/${link.id}`);
    expect(status).toBe(200);
    const shown = body["link"] as PvtlnkLink;
    expect(Object.keys(shown)).toEqual([...KEYS, "analytics"]);
    expect(shown["click_count"]).toBe(2);
    expect(shown["analytics"]).toEqual({
      total_clicks: 2,
      recent_clicks: [
        {
          clicked_at: wireOf(NOON + 1_000),
          hashed_ip: "00112233445566aa",
          hashed_user_agent: "ffeeddccbbaa9900",
          referrer_domain: null,
          country_code: null,
          device_type: "mobile",
          browser_family: null,
          os_family: null,
        },
        {
          clicked_at: wireOf(NOON),
          hashed_ip: "00112233445566aa",
          hashed_user_agent: "ffeeddccbbaa9900",
          referrer_domain: "google.com",
          country_code: "CH",
          device_type: "desktop",
          browser_family: "Chrome",
          os_family: "macOS",
        },
      ],
    });
  });

  it("hides recent clicks from a token that may not read reports", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const { id } = await client.link();
    const reader = await newPvtlnkClient({ account: client.account, scopes: ["links:read"] });
    const { body } = await reader.call("GET", `/links/${id}`);
    expect(Object.keys(body["link"] as object)).toEqual(KEYS);
  });
});

describe("POST /api/v1/links", () => {
  it("answers the page's example", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const code = newCode();
    const { status, body, headers } = await client.call("POST", "/links", {
      link: {
        destination_url: "https://example.com",
        title: "My Campaign Link",
        short_code: code,
        scheduled_start_at: "2026-04-01T00:00:00Z",
        scheduled_end_at: "2026-04-30T23:59:59Z",
        expires: true,
        expires_at: "2026-05-01T00:00:00Z",
        utm_params: {
          utm_source: "newsletter",
          utm_medium: "email",
          utm_campaign: "apr-2026",
        },
      },
      password: "optional-password",
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      success: true,
      link: {
        id: expect.any(Number) as number,
        short_code: code,
        short_url: `https://sign.test/${code}`,
        destination_url: "https://example.com",
        title: "My Campaign Link",
        description: null,
        tags: [],
        click_count: 0,
        active: true,
        archived: false,
        password_protected: true,
        is_scheduled: true,
        scheduled_start_at: "2026-04-01T00:00:00Z",
        scheduled_end_at: "2026-04-30T23:59:59Z",
        expires: true,
        expires_at: "2026-05-01T00:00:00Z",
        last_clicked_at: null,
        created_at: "2026-03-12T00:00:00Z",
        updated_at: "2026-03-12T00:00:00Z",
        utm_params: { utm_source: "newsletter", utm_medium: "email", utm_campaign: "apr-2026" },
      },
    });
    expect(headers.get("Signpost-Live-By")).toBe(new Date(PAGE_TIME + 95_000).toISOString());
    expect(JSON.stringify(body)).not.toContain("optional-password");
    expect(JSON.stringify(body)).not.toContain("scrypt");
  });

  it("gives a code where none is asked for, and takes tags and a collection", async ({
    expect,
  }) => {
    const client = await newPvtlnkClient();
    const collection_id = await newCollection(client.account);
    const fields = { short_code: "", tags: ["spring", " sale ", "spring"], collection_id };
    const link = await client.link({ ...fields, description: "Two\nlines", title: "" });
    expect(link).toMatchObject({
      tags: ["sale", "spring"],
      description: "Two\nlines",
      title: null,
    });
    expect(link.short_code).toMatch(/^[a-z0-9]{7}$/);
  });

  it("takes a link that has expired already", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const link = await client.link({ expires: true, expires_at: "2025-01-01T00:00:00+01:00" });
    expect(link).toMatchObject({ expires: true, expires_at: "2024-12-31T23:00:00Z" });
  });

  it("reads times without a zone as UTC, and dates as their first moment", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const link = await client.link({
      scheduled_start_at: "2026-04-01",
      scheduled_end_at: "2026-04-01T12:30:00",
    });
    expect(link).toMatchObject({
      scheduled_start_at: "2026-04-01T00:00:00Z",
      scheduled_end_at: "2026-04-01T12:30:00Z",
    });
  });

  it("keeps UTM parameters that say something, and drops what is none", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const utm_params = { utm_source: "ad", utm_term: "", utm_id: null, color: "red" };
    expect((await client.link({ utm_params }))["utm_params"]).toEqual({ utm_source: "ad" });
  });

  it("drops fields that are not a client's to set", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const link = await client.link({ id: 1, click_count: 99, created_at: "2001-01-01T00:00:00Z" });
    expect(link).toMatchObject({ click_count: 0, created_at: "2026-03-12T00:00:00Z" });
    expect(link.id).not.toBe(1);
  });
});

describe("PATCH /api/v1/links/:id", () => {
  it("answers the page's example", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const link = await client.link({ description: "Stays" });
    await client.ingest(batch([click({ linkId: link.id, atMs: CLICKED })]));
    const { status, body } = await client.call("PATCH", `/links/${link.id}`, {
      link: { destination_url: "https://new-destination.com", title: "Updated Title" },
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      link: {
        ...link,
        destination_url: "https://new-destination.com",
        title: "Updated Title",
        click_count: 1,
        last_clicked_at: "2026-03-10T14:22:00Z",
      },
    });
  });

  it("clears an expiry with expires: false, whatever time stands beside it", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const { id } = await client.link({ expires: true, expires_at: "2026-05-01T00:00:00Z" });
    const kept = await patch(client, id, { expires: true });
    expect(kept).toMatchObject({ expires: true, expires_at: "2026-05-01T00:00:00Z" });
    const cleared = await patch(client, id, { expires: false, expires_at: "2026-06-01T00:00:00Z" });
    expect(cleared).toMatchObject({ expires: false, expires_at: null });
  });

  it("sets and removes a password, which stands beside the link", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const { id } = await client.link();
    const set = await client.call("PATCH", `/links/${id}`, { link: {}, password: "secret" });
    expect(set.body["link"]).toMatchObject({ password_protected: true });
    const nested = await client.call("PATCH", `/links/${id}`, { link: { password: null } });
    expect(nested.body["link"]).toMatchObject({ password_protected: true });
    const removed = await client.call("PATCH", `/links/${id}`, { link: {}, password: "" });
    expect(removed.body["link"]).toMatchObject({ password_protected: false });
  });

  it("protects a link whose password stands inside it by mistake", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const link = { destination_url: "https://example.com", password: "secret" };
    const { status, body } = await client.call("POST", "/links", { link });
    expect(status).toBe(201);
    expect(body["link"]).toMatchObject({ password_protected: true });
  });

  it("ends a schedule, empties what may be empty, and renames", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const { id } = await client.link({
      scheduled_end_at: "2026-04-01T00:00:00Z",
      tags: ["a"],
      utm_params: { utm_source: "ad" },
    });
    const short_code = newCode();
    const changes = { scheduled_end_at: null, tags: [], utm_params: {}, short_code };
    expect(await patch(client, id, changes)).toMatchObject({
      is_scheduled: false,
      scheduled_end_at: null,
      tags: [],
      utm_params: {},
      short_code,
    });
  });
});

describe("DELETE /api/v1/links/:id", () => {
  it("archives, which can be undone", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const { id } = await client.link();
    const { status, body } = await client.call("DELETE", `/links/${id}`);
    expect(status).toBe(200);
    expect(body).toEqual({ success: true, message: "Link archived successfully" });
    const { body: shown } = await client.call("GET", `/links/${id}`);
    expect(shown["link"]).toMatchObject({ archived: true, active: false });
    expect(await patch(client, id, { archived: false })).toMatchObject({
      archived: false,
      active: true,
    });
  });
});

type Client = Awaited<ReturnType<typeof newPvtlnkClient>>;

async function patch(client: Client, id: number, link: Record<string, unknown>) {
  const { status, body } = await client.call("PATCH", `/links/${id}`, { link });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body["link"] as PvtlnkLink;
}

function idsIn(body: Record<string, unknown>): number[] {
  return (body["links"] as PvtlnkLink[]).map(({ id }) => id);
}

function wireOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
