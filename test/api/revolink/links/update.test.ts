import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { insertDomain } from "../../../support/link-rows.ts";
import {
  DEFAULT_RULES,
  newRevolinkClient,
  newTag,
  type RevolinkClient,
  rowOf,
  storedRules,
} from "../../../support/revolink.ts";

const UNKNOWN = "664abc123def456789000001";

const RULES = [
  {
    targetUrl: "https://example.com/ua-mobile-v2",
    isDefault: false,
    country: ["UA", "PL"],
    device: ["mobile"],
  },
  { targetUrl: "https://example.com/v2", isDefault: true },
];

async function update(client: RevolinkClient, linkId: string, fields: Record<string, unknown>) {
  const { status, body } = await client.call("PUT", "/apiv1/link/update", { linkId, ...fields });
  return { status, body };
}

async function tagsOf(linkId: string): Promise<unknown[]> {
  const { results } = await env.DB.prepare(
    "select name from link_tags join tags on tags.id = tag_id where link_id = ? order by name",
  )
    .bind((await rowOf(linkId))["id"])
    .all<{ name: string }>();
  return results.map(({ name }) => name);
}

describe("PUT /apiv1/link/update", () => {
  it("answers the page's minimal example and changes nothing else", async ({ expect }) => {
    const client = await newRevolinkClient();
    const fields = { description: "Kept", clicksLimit: 5, expirationDate: "2025-09-01T00:00:00Z" };
    const linkId = await client.link({ ...fields, rules: RULES });
    const before = await rowOf(linkId);
    expect(await update(client, linkId, { active: false })).toEqual({
      status: 200,
      body: { message: "Link updated.", id: linkId },
    });
    await vi.waitFor(async () => {
      expect(await rowOf(linkId)).toEqual({
        ...before,
        is_active: 0,
        version: 2,
        published_version: 2,
      });
    });
  });

  it("answers the page's full example and changes every field", async ({ expect }) => {
    const client = await newRevolinkClient();
    const linkId = await client.link({ tagIds: [await newTag(client.account, "old")] });
    const answer = await update(client, linkId, {
      name: "Summer campaign (updated)",
      description: "Updated description",
      active: true,
      clicksLimit: 50000,
      expirationDate: "2025-12-31T23:59:59Z",
      tagIds: [await newTag(client.account, "new")],
      rules: RULES,
    });
    expect(answer).toEqual({ status: 200, body: { message: "Link updated.", id: linkId } });
    const row = await rowOf(linkId);
    expect(row).toMatchObject({
      title: "Summer campaign (updated)",
      description: "Updated description",
      is_active: 1,
      clicks_limit: 50_000,
      expires_at_ms: Date.parse("2025-12-31T23:59:59Z"),
      destination_url: "https://example.com/v2",
    });
    expect(JSON.parse(String(row["rules"]))).toMatchObject([
      {
        targetUrl: "https://example.com/ua-mobile-v2",
        countries: ["UA", "PL"],
        devices: ["mobile"],
      },
    ]);
    expect(await tagsOf(linkId)).toEqual(["new"]);
  });

  it("removes limits by null, as the page's example does", async ({ expect }) => {
    const client = await newRevolinkClient();
    const linkId = await client.link({ clicksLimit: 5, expirationDate: "2025-09-01T00:00:00Z" });
    const answer = await update(client, linkId, { clicksLimit: null, expirationDate: null });
    expect(answer.status).toBe(200);
    expect(await rowOf(linkId)).toMatchObject({ clicks_limit: null, expires_at_ms: null });
  });

  it("replaces all rules and all tags, and keeps the id of a rule that stays", async ({
    expect,
  }) => {
    const client = await newRevolinkClient();
    const tagIds = [await newTag(client.account, "a"), await newTag(client.account, "b")];
    const linkId = await client.link({ rules: RULES, tagIds });
    const idsOf = async () => (await storedRules(linkId)).map(({ id }) => id);
    const [kept] = await idsOf();
    const added = { targetUrl: "https://example.com/de", isDefault: false, country: ["DE"] };
    await update(client, linkId, { rules: [added, ...RULES], tagIds: [] });
    expect(await idsOf()).toEqual([expect.not.stringMatching(String(kept)), kept]);
    expect(await tagsOf(linkId)).toEqual([]);
    await update(client, linkId, { rules: DEFAULT_RULES });
    expect(await rowOf(linkId)).toMatchObject({
      rules: null,
      destination_url: "https://example.com",
    });
  });

  it("turns an A/B test on and off as the page's examples do", async ({ expect }) => {
    const client = await newRevolinkClient();
    const linkId = await client.link();
    const variants = [
      { id: "1714000000000", name: "Variant A", url: "https://example.com/a", weight: 60 },
      { id: "1714000000001", name: "Variant B", url: "https://example.com/b", weight: 40 },
    ];
    const stored = async () => {
      const { id, ab_enabled } = await rowOf(linkId);
      const { results } = await env.DB.prepare(
        "select public_id as id, name, url, weight from variants where link_id = ? order by id",
      )
        .bind(id)
        .all();
      return { ab_enabled, variants: results };
    };
    expect((await update(client, linkId, { abTest: { enabled: true, variants } })).status).toBe(
      200,
    );
    expect(await stored()).toEqual({ ab_enabled: 1, variants });
    const off = { abTest: { enabled: false, variants: [] } };
    expect((await update(client, linkId, off)).status).toBe(200);
    expect(await stored()).toEqual({ ab_enabled: 0, variants: [] });
  });

  it("also takes the slug, the domain and the look of the QR code", async ({ expect }) => {
    const client = await newRevolinkClient();
    await insertDomain(client.account.workspace.id, "go.update.com");
    const linkId = await client.link({ slug: "update-before" });
    const look = { color: "#1a1a2e", bgColor: "#ffffff", useLogo: false };
    const moved = await update(client, linkId, {
      slug: "update-after",
      domain: "Go.Update.com",
      qrSettings: look,
    });
    expect(moved.status).toBe(200);
    const row = await rowOf(linkId);
    expect(row).toMatchObject({ code: "update-after", domain: "go.update.com" });
    expect(JSON.parse(String(row["qr_settings"]))).toEqual({ ...look, logo: null });

    await update(client, linkId, { qrSettings: { bgColor: "#eee" } });
    expect(JSON.parse(String((await rowOf(linkId))["qr_settings"]))).toMatchObject({
      color: "#1a1a2e",
      bgColor: "#eeeeee",
    });
    await update(client, linkId, { domain: null, qrSettings: null, description: null });
    expect(await rowOf(linkId)).toMatchObject({ domain: "", qr_settings: null, description: null });
  });

  it.for(["", "x", "664abc", `${UNKNOWN}0`, "g64abc123def456789000001", 7, null, undefined])(
    "refuses an id that is none: %s",
    async (linkId, { expect }) => {
      const client = await newRevolinkClient();
      const { status, body } = await client.call("PUT", "/apiv1/link/update", { linkId });
      expect({ status, body }).toEqual({ status: 400, body: { error: "Invalid linkId format." } });
    },
  );

  it("distinguishes a link of another workspace (403) from an unknown one (404)", async ({
    expect,
  }) => {
    const [mine, theirs] = [await newRevolinkClient(), await newRevolinkClient()];
    const foreign = await theirs.link();
    expect(await update(mine, foreign, { name: "Mine" })).toEqual({
      status: 403,
      body: { error: "You do not have permission to edit this link." },
    });
    expect(await rowOf(foreign)).toMatchObject({ title: "A link", version: 1 });
    expect(await update(mine, UNKNOWN, { name: "Mine" })).toEqual({
      status: 404,
      body: { error: "Link not found." },
    });
  });

  it("finds a link by its id in capitals, too", async ({ expect }) => {
    const client = await newRevolinkClient();
    const linkId = await client.link();
    expect(await update(client, linkId.toUpperCase(), { name: "Found" })).toEqual({
      status: 200,
      body: { message: "Link updated.", id: linkId },
    });
  });

  it("refuses a slug that another link has, and changes nothing", async ({ expect }) => {
    const client = await newRevolinkClient();
    await client.link({ slug: "update-taken" });
    const linkId = await client.link();
    const before = await rowOf(linkId);
    expect(await update(client, linkId, { name: "New", slug: "update-taken" })).toEqual({
      status: 409,
      body: { error: "This slug is already taken." },
    });
    expect(await rowOf(linkId)).toEqual(before);
  });
});
