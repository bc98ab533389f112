/** The page's tables of rules, variants and body fields: every row, as it is accepted. */

import { describe, it } from "vitest";

import { callApi } from "../../../support/api.ts";
import { BROWSER } from "../../../support/following.ts";
import { insertDomain } from "../../../support/link-rows.ts";
import {
  countLinks,
  DEFAULT_RULES,
  newRevolinkClient,
  rowOf,
  storedRules,
} from "../../../support/revolink.ts";

const CREATE = "/apiv1/link/create";

const conditional = (conditions: Record<string, unknown>) => [
  { targetUrl: "https://example.com/r", isDefault: false, ...conditions },
  ...DEFAULT_RULES,
];

describe("rules", () => {
  it("the page's full example of rules is accepted", async ({ expect }) => {
    const client = await newRevolinkClient();
    const linkId = await client.link({
      rules: [
        {
          targetUrl: "https://example.com/ua-mobile",
          isDefault: false,
          country: ["UA", "PL"],
          city: ["Kyiv", "Warsaw"],
          device: ["mobile"],
          os: ["iOS", "Android"],
          browser: ["Chrome", "Safari"],
          timeStart: "09:00",
          timeEnd: "21:00",
          daysOfWeek: [1, 2, 3, 4, 5],
        },
        ...DEFAULT_RULES,
      ],
    });
    expect(await storedRules(linkId)).toEqual([
      {
        id: expect.any(String),
        name: null,
        targetUrl: "https://example.com/ua-mobile",
        countries: ["UA", "PL"],
        cities: ["Kyiv", "Warsaw"],
        devices: ["mobile"],
        os: ["iOS", "Android"],
        browsers: ["Chrome", "Safari"],
        timeStart: "09:00",
        timeEnd: "21:00",
        days: [1, 2, 3, 4, 5],
      },
    ]);
  });

  it.for([
    [{ country: ["UA", "PL"] }, { countries: ["UA", "PL"] }],
    [
      { country: ["UA"], city: ["Kyiv", "Warsaw"] },
      { countries: ["UA"], cities: ["Kyiv", "Warsaw"] },
    ],
    ...["desktop", "mobile", "tablet", "console", "smarttv", "wearable", "embedded"].map(
      (device) => [{ device: [device] }, { devices: [device] }] as const,
    ),
    ...["Windows", "macOS", "Linux", "iOS", "Android"].map(
      (os) => [{ os: [os] }, { os: [os] }] as const,
    ),
    ...["Chrome", "Firefox", "Safari", "Edge", "Opera", "Brave"].map(
      (browser) => [{ browser: [browser] }, { browsers: [browser] }] as const,
    ),
    [
      { timeStart: "09:00", timeEnd: "18:00" },
      { timeStart: "09:00", timeEnd: "18:00" },
    ],
    [{ daysOfWeek: [0, 6] }, { days: [0, 6] }],
    [{ name: "Weekend" }, { name: "Weekend" }],
  ] as const)("take each condition: %j", async ([sent, stored], { expect }) => {
    const client = await newRevolinkClient();
    const linkId = await client.link({ rules: conditional(sent) });
    expect(await storedRules(linkId)).toMatchObject([stored]);
  });

  it("lead to web addresses and deep links alike", async ({ expect }) => {
    const client = await newRevolinkClient();
    for (const targetUrl of ["youtube://watch?v=1", "myapp://open", "https://example.com/a b"]) {
      const linkId = await client.link({ rules: [{ targetUrl, isDefault: true }] });
      expect(await rowOf(linkId)).toMatchObject({ destination_url: targetUrl });
    }
  });

  it("rules get their ids from the server, whatever a request says", async ({ expect }) => {
    const client = await newRevolinkClient();
    const linkId = await client.link({ rules: conditional({ id: "mine", country: ["UA"] }) });
    expect((await storedRules(linkId))[0]?.id).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("A/B tests", () => {
  it("the page's A/B test splits visitors, whatever the rules say", async ({ expect }) => {
    const client = await newRevolinkClient();
    const variants = [
      { id: "1714000000000", name: "Variant A", url: "https://example.com/a", weight: 60 },
      { id: "1714000000001", name: "Variant B", url: "https://example.com/b", weight: 40 },
    ];
    const linkId = await client.link({
      slug: "split",
      rules: conditional({ device: ["desktop"] }),
      abTest: { enabled: true, variants },
    });
    const seen = new Set<string>();
    for (let visits = 0; visits < 60; visits += 1) {
      const response = await callApi("/split", { headers: { "User-Agent": BROWSER } });
      seen.add(String(response.headers.get("Location")));
    }
    expect(seen).toEqual(new Set(["https://example.com/a", "https://example.com/b"]));
    expect(await rowOf(linkId)).toMatchObject({ ab_enabled: 1 });
  });
});

describe("the other fields", () => {
  it("a field that is null counts as absent", async ({ expect }) => {
    const client = await newRevolinkClient();
    const linkId = await client.link({
      description: null,
      slug: null,
      domain: null,
      clicksLimit: null,
      expirationDate: null,
      qrSettings: null,
    });
    expect(await rowOf(linkId)).toMatchObject({
      description: null,
      domain: "",
      clicks_limit: null,
      expires_at_ms: null,
      qr_settings: null,
    });
  });

  it("a link may be created inactive", async ({ expect }) => {
    const client = await newRevolinkClient();
    expect(await rowOf(await client.link({ active: false }))).toMatchObject({ is_active: 0 });
  });

  it.for([
    ["2025-09-01T00:00:00Z", "2025-09-01T00:00:00Z"],
    ["2025-09-01T03:00:00+03:00", "2025-09-01T00:00:00Z"],
    ["2025-09-01T00:00:00.500Z", "2025-09-01T00:00:00.500Z"],
    // Without a zone a time is UTC's.
    ["2025-09-01T00:00:00", "2025-09-01T00:00:00Z"],
    ["2025-09-01T00:00", "2025-09-01T00:00:00Z"],
  ] as const)("read the date %s", async ([sent, meant], { expect }) => {
    const client = await newRevolinkClient();
    const linkId = await client.link({ expirationDate: sent });
    expect(await rowOf(linkId)).toMatchObject({ expires_at_ms: Date.parse(meant) });
  });

  it("accept texts at their limits", async ({ expect }) => {
    const client = await newRevolinkClient();
    const [description, slug] = ["d".repeat(1_000), `${"s".repeat(98)}-9`];
    const linkId = await client.link({ description, slug });
    expect(await rowOf(linkId)).toMatchObject({ description, code: slug });
  });

  it("a slug is taken on its own domain alone", async ({ expect }) => {
    const client = await newRevolinkClient();
    await insertDomain(client.account.workspace.id, "go.slugs.com");
    await client.link({ slug: "one-slug" });
    const fields = { name: "A link", rules: DEFAULT_RULES, slug: "one-slug" };
    const { status, body } = await client.call("POST", CREATE, fields);
    expect({ status, body }).toEqual({
      status: 409,
      body: { error: "This slug is already taken." },
    });
    const elsewhere = await client.call("POST", CREATE, { ...fields, domain: "GO.slugs.com" });
    expect(elsewhere.body["fullLink"]).toBe("https://go.slugs.com/one-slug");
    expect(await countLinks(client.account)).toBe(2);
  });

  it("a link takes only a domain that its workspace has proved", async ({ expect }) => {
    const [mine, theirs] = [await newRevolinkClient(), await newRevolinkClient()];
    await insertDomain(theirs.account.workspace.id, "go.theirs.com");
    const fields = { name: "A link", rules: DEFAULT_RULES, domain: "go.theirs.com" };
    const { status, body } = await mine.call("POST", CREATE, fields);
    expect({ status, body }).toEqual({
      status: 400,
      body: { error: "Domain is not available for this workspace." },
    });
    expect(await countLinks(mine.account)).toBe(0);
    const own = await mine.call("POST", CREATE, { ...fields, domain: "sign.test" });
    expect(own.body["fullLink"]).toMatch(/^https:\/\/sign\.test\/[a-z0-9]{7}$/);
  });

  it("unknown fields are dropped", async ({ expect }) => {
    const client = await newRevolinkClient();
    const linkId = await client.link({
      id: 1,
      uuid: "x",
      userId: "x",
      workspace_id: 1,
      version: 9,
    });
    expect(await rowOf(linkId)).toMatchObject({
      version: 1,
      user_id: client.account.userId,
      workspace_id: client.account.workspace.id,
    });
  });
});
