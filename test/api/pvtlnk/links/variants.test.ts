/** PVTLNK's page, "A/B Testing (Variants) API". */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { batch, click } from "../../../ledger/sample-clicks.ts";
import { newPvtlnkClient, type PvtlnkClient } from "../../../support/pvtlnk.ts";

const KEYS = [
  "id",
  "name",
  "destination_url",
  "weight",
  "active",
  "click_count",
  "click_percentage",
  "created_at",
  "updated_at",
];

type WireVariant = Record<string, unknown> & { readonly id: number };

async function add(client: PvtlnkClient, linkId: number, fields: Record<string, unknown> = {}) {
  const variant = { name: "A", destination_url: "https://landing-a.com", ...fields };
  const { status, body } = await client.call("POST", `/links/${linkId}/variants`, { variant });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body["variant"] as WireVariant;
}

async function change(client: PvtlnkClient, linkId: number, id: number, variant: object) {
  const path = `/links/${linkId}/variants/${id}`;
  const { status, body } = await client.call("PATCH", path, { variant });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body["variant"] as WireVariant;
}

async function isTesting(client: PvtlnkClient, linkId: number): Promise<unknown> {
  return (await client.call("GET", `/links/${linkId}/variants`)).body["ab_testing_active"];
}

/** The id that the redirect puts on its clicks. */
async function publicIdOf(variantId: number): Promise<string> {
  const row = await env.DB.prepare("select public_id as id from variants where id = ?")
    .bind(variantId)
    .first<{ id: string }>();
  return row?.id ?? "";
}

describe("GET /api/v1/links/:link_id/variants", () => {
  it("answers the page's example", async ({ expect }) => {
    const made = Date.parse("2026-01-15T10:30:00Z");
    const client = await newPvtlnkClient({ clock: () => made });
    const link = await client.link();
    const a = await add(client, link.id, { name: "Variant A", weight: 50 });
    const b = await add(client, link.id, {
      name: "Variant B",
      destination_url: "https://landing-b.com",
    });
    const clicksOn = async ({ id }: WireVariant, count: number) => {
      const variant = await publicIdOf(id);
      return Array.from({ length: count }, () => click({ linkId: link.id, atMs: made, variant }));
    };
    // Clicks from before the test count for the link, and for no variant.
    const before = [click({ linkId: link.id, atMs: made }), click({ linkId: link.id, atMs: made })];
    await client.ingest(batch([...(await clicksOn(a, 43)), ...(await clicksOn(b, 41)), ...before]));
    const { status, body } = await client.call("GET", `/links/${link.id}/variants`);
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      ab_testing_active: true,
      variants: [
        {
          id: a.id,
          name: "Variant A",
          destination_url: "https://landing-a.com",
          weight: 50,
          active: true,
          click_count: 43,
          click_percentage: 51.2,
          created_at: "2026-01-15T10:30:00Z",
          updated_at: "2026-01-15T10:30:00Z",
        },
        {
          id: b.id,
          name: "Variant B",
          destination_url: "https://landing-b.com",
          weight: 50,
          active: true,
          click_count: 41,
          click_percentage: 48.8,
          created_at: "2026-01-15T10:30:00Z",
          updated_at: "2026-01-15T10:30:00Z",
        },
      ],
    });
    expect(Object.keys((body["variants"] as object[])[0] ?? {})).toEqual(KEYS);
    expect(Number.isInteger(a.id) && b.id > a.id).toBe(true);
  });

  it("answers a link without variants", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const link = await client.link();
    const { body } = await client.call("GET", `/links/${link.id}/variants`);
    expect(body).toEqual({ success: true, ab_testing_active: false, variants: [] });
  });
});

describe("POST /api/v1/links/:link_id/variants", () => {
  it("answers the page's example", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const link = await client.link();
    const { status, body, headers } = await client.call("POST", `/links/${link.id}/variants`, {
      variant: { name: "Variant B", destination_url: "https://landing-b.com", weight: 30 },
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      success: true,
      variant: {
        id: expect.any(Number) as number,
        name: "Variant B",
        destination_url: "https://landing-b.com",
        weight: 30,
        active: true,
        click_count: 0,
        click_percentage: 0,
        created_at: "2026-03-12T00:00:00Z",
        updated_at: "2026-03-12T00:00:00Z",
      },
    });
    expect(headers.has("Signpost-Live-By")).toBe(true);
  });

  it("turns the test on with the first variant that is active", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const link = await client.link();
    const idle = await add(client, link.id, { active: false });
    expect(await isTesting(client, link.id)).toBe(false);
    await add(client, link.id);
    expect(await isTesting(client, link.id)).toBe(true);
    expect((await change(client, link.id, idle.id, { active: true }))["active"]).toBe(true);
  });

  it("takes weights of any sum, and 0", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const link = await client.link();
    expect((await add(client, link.id, { weight: 70 }))["weight"]).toBe(70);
    expect((await add(client, link.id, { weight: 300 }))["weight"]).toBe(300);
    expect((await add(client, link.id, { weight: 0 }))["weight"]).toBe(0);
  });

  it("lists every fault of the variant", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const link = await client.link();
    const path = `/links/${link.id}/variants`;
    const refused = await client.call("POST", path, { variant: { weight: -1, active: "yes" } });
    expect(refused.status).toBe(422);
    expect(refused.body).toEqual({
      success: false,
      error: "Validation failed",
      errors: [
        "Name can't be blank",
        "Destination url can't be blank",
        "Weight must be greater than or equal to 0",
        "Active must be true or false",
      ],
    });
    const own = await client.call("POST", path, {
      variant: { name: "A", destination_url: "https://sign.test/a" },
    });
    expect(own.status).toBe(422);
    expect(own.body["errors"]).toEqual([
      "Destination url must lead elsewhere: this host serves short links itself",
    ]);
    const missing = await client.call("POST", path, { name: "A" });
    expect(missing.status).toBe(400);
    expect(missing.body["error"]).toContain('"variant"');
  });

  it("keeps every variant of concurrent requests", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const link = await client.link();
    await Promise.all(["A", "B", "C"].map((name) => add(client, link.id, { name })));
    const { body } = await client.call("GET", `/links/${link.id}/variants`);
    const names = (body["variants"] as WireVariant[]).map((variant) => variant["name"]);
    expect(names.map(String).toSorted((a, b) => a.localeCompare(b))).toEqual(["A", "B", "C"]);
  });
});

describe("PATCH /api/v1/links/:link_id/variants/:variant_id", () => {
  it("answers the page's example, and changes nothing else", async ({ expect }) => {
    let nowMs = Date.parse("2026-01-15T10:30:00Z");
    const client = await newPvtlnkClient({ clock: () => nowMs });
    const link = await client.link();
    const [a, b] = [await add(client, link.id), await add(client, link.id, { name: "B" })];
    nowMs = Date.parse("2026-03-10T14:22:00Z");
    const { status, body } = await client.call("PATCH", `/links/${link.id}/variants/${a.id}`, {
      variant: { weight: 70, active: true },
    });
    expect(status).toBe(200);
    const changed = { ...a, weight: 70, updated_at: "2026-03-10T14:22:00Z" };
    expect(body).toEqual({ success: true, variant: changed });
    const listed = await client.call("GET", `/links/${link.id}/variants`);
    expect(listed.body["variants"]).toEqual([changed, b]);
  });

  it("leaves the primary destination when no variant is active", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const link = await client.link();
    const a = await add(client, link.id);
    await change(client, link.id, a.id, { active: false });
    expect(await isTesting(client, link.id)).toBe(false);
    await change(client, link.id, a.id, { active: true });
    expect(await isTesting(client, link.id)).toBe(true);
  });

  it("answers for another link's variant as for an unknown one", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const [link, other] = [await client.link(), await client.link()];
    const a = await add(client, other.id);
    const { status, body } = await client.call("PATCH", `/links/${link.id}/variants/${a.id}`, {
      variant: { weight: 1 },
    });
    expect(status).toBe(404);
    expect(body).toEqual({ success: false, error: "Variant not found" });
  });
});

describe("DELETE /api/v1/links/:link_id/variants/:variant_id", () => {
  it("answers the page's example", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const link = await client.link();
    const [a, b] = [await add(client, link.id), await add(client, link.id)];
    const path = `/links/${link.id}/variants/${a.id}`;
    const { status, body } = await client.call("DELETE", path);
    expect(status).toBe(200);
    expect(body).toEqual({ success: true, message: "Variant deleted successfully" });
    const listed = await client.call("GET", `/links/${link.id}/variants`);
    expect(listed.body["variants"]).toEqual([b]);
    const again = await client.call("DELETE", path);
    expect(again.status).toBe(404);
    expect(again.body).toEqual({ success: false, error: "Variant not found" });
  });
});
