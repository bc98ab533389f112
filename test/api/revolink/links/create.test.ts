import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { callApi, jsonOf } from "../../../support/api.ts";
import { insertDomain } from "../../../support/link-rows.ts";
import {
  countLinks,
  DEFAULT_RULES,
  newRevolinkClient,
  newTag,
  rowOf,
} from "../../../support/revolink.ts";

const OBJECT_ID = /^[0-9a-f]{24}$/;

/** The page's full example, except for the domain and tags, which belong to its author. */
const FULL = {
  name: "Summer campaign",
  description: "Main landing for summer 2025 promo",
  slug: "summer-2025",
  active: true,
  clicksLimit: 10000,
  expirationDate: "2025-09-01T00:00:00Z",
  rules: [
    {
      targetUrl: "https://example.com/ua-mobile",
      isDefault: false,
      country: ["UA"],
      device: ["mobile"],
      os: ["iOS", "Android"],
      timeStart: "08:00",
      timeEnd: "22:00",
      daysOfWeek: [1, 2, 3, 4, 5],
    },
    {
      targetUrl: "https://example.com/de",
      isDefault: false,
      country: ["DE", "AT", "CH"],
      device: ["desktop"],
      browser: ["Chrome", "Firefox"],
    },
    { targetUrl: "https://example.com", isDefault: true },
  ],
};

describe("POST /apiv1/link/create", () => {
  it("answers the page's minimal example", async ({ expect }) => {
    const client = await newRevolinkClient();
    const { status, body } = await client.call("POST", "/apiv1/link/create", {
      name: "My link",
      rules: [{ targetUrl: "https://example.com", isDefault: true }],
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      message: 'Link "My link" successfully created.',
      id: expect.stringMatching(OBJECT_ID),
      slug: expect.stringMatching(/^[a-z0-9]{7}$/),
      fullLink: `https://sign.test/${String(body["slug"])}`,
    });
    expect(await rowOf(String(body["id"]))).toMatchObject({
      title: "My link",
      destination_url: "https://example.com",
      is_active: 1,
      rules: null,
      clicks_limit: null,
      expires_at_ms: null,
    });
  });

  it("answers the page's full example and keeps every field", async ({ expect }) => {
    const client = await newRevolinkClient();
    const { workspace } = client.account;
    await insertDomain(workspace.id, "go.mycompany.com");
    const tagIds = [await newTag(client.account, "summer"), await newTag(client.account, "promo")];
    const { status, body } = await client.call("POST", "/apiv1/link/create", {
      ...FULL,
      domain: "go.mycompany.com",
      tagIds,
    });
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        message: 'Link "Summer campaign" successfully created.',
        id: expect.stringMatching(OBJECT_ID),
        slug: "summer-2025",
        fullLink: "https://go.mycompany.com/summer-2025",
      },
    });
    const row = await rowOf(String(body["id"]));
    expect(row).toMatchObject({
      title: "Summer campaign",
      description: "Main landing for summer 2025 promo",
      code: "summer-2025",
      domain: "go.mycompany.com",
      is_active: 1,
      clicks_limit: 10_000,
      expires_at_ms: Date.parse("2025-09-01T00:00:00Z"),
      destination_url: "https://example.com",
    });
    expect(JSON.parse(String(row["rules"]))).toEqual([
      {
        id: expect.any(String),
        name: null,
        targetUrl: "https://example.com/ua-mobile",
        countries: ["UA"],
        devices: ["mobile"],
        os: ["iOS", "Android"],
        timeStart: "08:00",
        timeEnd: "22:00",
        days: [1, 2, 3, 4, 5],
      },
      {
        id: expect.any(String),
        name: null,
        targetUrl: "https://example.com/de",
        countries: ["DE", "AT", "CH"],
        devices: ["desktop"],
        browsers: ["Chrome", "Firefox"],
      },
    ]);
    const tags = await env.DB.prepare(
      "select name from link_tags join tags on tags.id = tag_id where link_id = ? order by name",
    )
      .bind(row["id"])
      .all();
    expect(tags.results).toEqual([{ name: "promo" }, { name: "summer" }]);
  });

  it("is served by the Worker itself, by X-Api-Key and by Bearer alike", async ({ expect }) => {
    const client = await newRevolinkClient();
    const token = await client.account.token();
    for (const headers of [{ "X-Api-Key": token }, { Authorization: `Bearer ${token}` }]) {
      const fields = { workspaceId: client.workspaceId, name: "My link", rules: DEFAULT_RULES };
      const response = await callApi("/apiv1/link/create", jsonOf("POST", fields, headers));
      expect(response.status).toBe(200);
      expect(response.headers.get("Signpost-Live-By")).toMatch(/Z$/);
      const { fullLink } = await response.json<{ fullLink: string }>();
      expect((await callApi(fullLink)).headers.get("Location")).toBe("https://example.com/");
    }
    expect(await countLinks(client.account)).toBe(2);
  });
});
