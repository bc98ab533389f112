/** Rules, A/B tests, limits, domains and QR settings over the native API. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { insertDomain } from "../../../support/link-rows.ts";
import {
  type NativeClient,
  newNativeClient,
  newCode,
  type WireLink,
} from "../../../support/native.ts";

const VALID = { destinationUrl: "https://example.com" };
const RULE = { targetUrl: "https://example.com/ua", country: ["UA"] };
const VARIANT = { id: "a", name: "A", url: "https://example.com/a", weight: 60 };
const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg==";

/** A faulty field, and the beginning of its message. */
const WRONG: readonly (readonly [fields: Record<string, unknown>, message: string])[] = [
  // What rules, A/B tests and QR settings may be refused for: test/api/shared/wire. Here: one of each kind.
  [{ rules: null }, "rules must be an array"],
  [{ rules: [RULE, null] }, "rules[1] must be an object"],
  [
    { rules: [{ ...RULE, isDefault: true }] },
    "rules[0].isDefault must be left out: the link's own destination is the default",
  ],
  [{ rules: [{ ...RULE, targetUrl: "example" }] }, "rules[0].targetUrl must be a valid URL"],
  [
    { rules: [{ ...RULE, targetUrl: "javascript:alert(1)" }] },
    "rules[0].targetUrl must be a URL of the web or of an app: the scheme javascript: is not allowed, so send an address that begins with https://, or the app's own",
  ],
  [
    { rules: [{ ...RULE, targetUrl: "https://sign.test/x" }] },
    "rules[0].targetUrl must lead elsewhere: this host serves short links itself",
  ],
  [
    { rules: [{ ...RULE, targetUrl: "https://a:b@example.com" }] },
    "rules[0].targetUrl must be a valid URL without a user name or password",
  ],
  [
    { rules: [{ ...RULE, targetUrl: `https://e.com/${"a".repeat(8_000)}` }] },
    "rules[0].targetUrl must be a URL of at most 8000 characters",
  ],
  [{ rules: [RULE, { ...RULE, country: "UA" }] }, "rules[1].country must be an array"],
  [{ abTest: null }, "abTest must be an object"],
  [{ abTest: { variants: [{ ...VARIANT, url: "" }] } }, "abTest.variants[0].url is required"],
  [
    { abTest: { variants: [{ ...VARIANT, url: "data:x" }] } },
    "abTest.variants[0].url must be a URL of the web or of an app: the scheme data: is not allowed, so send an address that begins with https://, or the app's own",
  ],
  [
    { abTest: { variants: [{ ...VARIANT, weight: -1 }] } },
    "abTest.variants[0].weight must be a number from 0 to 1000000",
  ],
  [{ clicksLimit: 0 }, "clicksLimit must be a whole number of at least 1, or null"],
  [{ clicksLimit: -5 }, "clicksLimit must be a whole number"],
  [{ clicksLimit: 1.5 }, "clicksLimit must be a whole number"],
  [{ clicksLimit: "10" }, "clicksLimit must be a whole number"],
  [{ clicksLimit: 1e300 }, "clicksLimit must be a whole number"],
  [{ domain: 5 }, "domain must be a host name"],
  [{ domain: "nobody.example" }, "domain must be a domain that this workspace has proved"],
  [
    { qrSettings: { color: "red" } },
    'qrSettings.color must be a hex color such as "#1a1a2e" or "#fff"',
  ],
  [
    { qrSettings: { logo: "https://127.0.0.1/logo.png" } },
    "qrSettings.logo must be a URL on the public internet",
  ],
];

async function countLinks({ account }: NativeClient): Promise<unknown> {
  return env.DB.prepare("select count(*) n from links where workspace_id = ?")
    .bind(account.workspace.id)
    .first("n");
}

describe("a wrong field", () => {
  for (const [fields, message] of WRONG) {
    const name = JSON.stringify(fields).slice(0, 100);
    it(`${name} makes nothing, changes nothing, and is named`, async ({ expect }) => {
      const client = await newNativeClient();
      const link = await client.link({ rules: [RULE] });
      for (const response of [
        await client.call("POST", "/api/links", { ...VALID, ...fields }),
        await client.call("PATCH", `/api/links/${link.id}`, { title: "New", ...fields }),
      ]) {
        expect(response.status).toBe(400);
        const { code, message: said } = response.body as { code: string; message: string };
        expect(code).toBe("VALIDATION_ERROR");
        expect(said.slice(0, message.length)).toBe(message);
      }
      expect(await countLinks(client)).toBe(1);
      expect((await client.call("GET", `/api/links/${link.id}`)).body).toEqual(link);
    });
  }
});

describe("a link", () => {
  it("shows its routing in the format in which it was sent", async ({ expect }) => {
    const client = await newNativeClient();
    const domain = `${newCode()}.example`;
    await insertDomain(client.account.workspace.id, domain);
    const rules = [
      {
        name: "Evenings",
        targetUrl: "myapp://ua",
        country: ["UA", "EU"],
        city: ["Kyiv"],
        continent: ["EU"],
        language: ["uk"],
        referrer: ["t.co"],
        queryParam: ["ref=news"],
        app: ["X"],
        device: ["mobile"],
        os: ["iOS", "Android"],
        browser: ["Safari"],
        timeStart: "18:00",
        timeEnd: "02:00",
        daysOfWeek: [1, 5],
        timezone: "Europe/Kyiv",
      },
      { targetUrl: "https://example.com/any" },
    ];
    const abTest = {
      enabled: false,
      sticky: true,
      variants: [
        { ...VARIANT, active: false },
        { name: "B", url: "https://e.com/b", weight: 1.5 },
      ],
    };
    const qrSettings = { color: "#1A1A2E", bgColor: "#fff", useLogo: true, logo: PIXEL };
    const link = await client.link({ domain, rules, abTest, clicksLimit: 10, qrSettings });
    const [evenings, any] = rules;
    const id = expect.any(String);
    expect(link).toMatchObject({
      domain,
      shortUrl: `https://${domain}/${link.shortCode}`,
      qrUrl: `https://${domain}/${link.shortCode}/qr.svg`,
      clicksLimit: 10,
      qrSettings: { color: "#1a1a2e", bgColor: "#ffffff", useLogo: true, logo: PIXEL },
    });
    expect(link["rules"]).toEqual([
      { id, ...evenings },
      {
        id,
        name: null,
        ...any,
        country: [],
        city: [],
        continent: [],
        language: [],
        referrer: [],
        queryParam: [],
        app: [],
        device: [],
        os: [],
        browser: [],
        timeStart: null,
        timeEnd: null,
        daysOfWeek: [],
        timezone: null,
      },
    ]);
    expect(link["abTest"]).toEqual({
      enabled: false,
      sticky: true,
      variants: [
        { ...VARIANT, active: false },
        { id, name: "B", url: "https://e.com/b", weight: 1.5, active: true },
      ],
    });
  });

  it("takes back what it shows, and is then as it was", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await client.link({
      rules: [RULE, { targetUrl: "https://example.com/any", name: "Any" }],
      abTest: { enabled: true, variants: [VARIANT] },
      clicksLimit: 3,
      qrSettings: { logo: PIXEL },
    });
    const response = await client.call<WireLink>("PATCH", `/api/links/${link.id}`, link);
    expect(response.status).toBe(200);
    const { updatedAt: _, ...after } = response.body;
    const { updatedAt: __, ...before } = link;
    expect(after).toEqual(before);
  });

  it("keeps of a test and of QR settings what a change leaves out", async ({ expect }) => {
    const client = await newNativeClient();
    const variants = [{ ...VARIANT, active: true }];
    const qrSettings = { color: "#112233", bgColor: "#eeeeee", useLogo: true, logo: PIXEL };
    const link = await client.link({ abTest: { enabled: false, variants }, qrSettings });
    const changes = { abTest: { enabled: true }, qrSettings: { color: "#000000" } };
    const changed = (await client.call("PATCH", `/api/links/${link.id}`, changes)).body;
    expect(changed).toMatchObject({
      abTest: { enabled: true, sticky: false, variants },
      qrSettings: { ...qrSettings, color: "#000000" },
    });
    const none = {
      rules: [],
      abTest: { enabled: false, variants: [] },
      clicksLimit: null,
      qrSettings: null,
    };
    expect((await client.call("PATCH", `/api/links/${link.id}`, none)).body).toMatchObject({
      ...none,
      abTest: { enabled: false, sticky: false, variants: [] },
    });
  });

  it("moves to a domain and back, by its name or null", async ({ expect }) => {
    const client = await newNativeClient();
    const domain = `${newCode()}.example`;
    await insertDomain(client.account.workspace.id, domain);
    const link = await client.link();
    const move = async (to: string | null) =>
      (await client.call<WireLink>("PATCH", `/api/links/${link.id}`, { domain: to })).body;
    expect(await move(domain)).toMatchObject({
      domain,
      shortUrl: `https://${domain}/${link.shortCode}`,
    });
    expect(await move(null)).toMatchObject({ domain: null });
    expect(await move("sign.test")).toMatchObject({ domain: null });
  });

  it("beyond the plan is refused with what there is and what may be", async ({ expect }) => {
    const client = await newNativeClient();
    await env.DB.prepare("update workspaces set plan = 'free' where id = ?")
      .bind(client.account.workspace.id)
      .run();
    const response = await client.call("POST", "/api/links", {
      ...VALID,
      rules: [RULE, RULE, RULE, RULE],
    });
    expect(response.status).toBe(403);
    expect(response.body).toEqual({
      code: "PLAN_LIMIT",
      message: 'The plan "free" allows 3 rules on a link, and these are 4.',
      quota: "rules",
      limit: 3,
      used: 4,
      plan: "free",
    });
  });
});
