import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { insertDomain } from "../../../support/link-rows.ts";
import {
  countLinks,
  DEFAULT_RULES,
  newRevolinkClient,
  newTag,
  type RevolinkClient,
  rowOf,
} from "../../../support/revolink.ts";

const OBJECT_ID = /^[0-9a-f]{24}$/;
const PATH = "/apiv1/links/bulk-create";

async function bulk(client: RevolinkClient, links: unknown) {
  const { status, body } = await client.call("POST", PATH, { links });
  return { status, body };
}

/** An environment whose D1 counts the calls that leave the Worker. */
function countingRoundTrips() {
  const calls: string[] = [];
  const counting = <T extends object>(target: T, names: readonly string[]): T =>
    new Proxy(target, {
      get(object, key) {
        const value: unknown = Reflect.get(object, key);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          if (names.includes(String(key))) calls.push(String(key));
          const result: unknown = value.apply(object, args);
          const isStatement = key === "prepare" || key === "bind";
          return isStatement ? counting(result as object, ["all", "run", "first", "raw"]) : result;
        };
      },
    });
  // A batch wants the statements themselves.
  const DB = new Proxy(env.DB, {
    get(object, key) {
      if (key === "batch") {
        return async (statements: D1PreparedStatement[]) => {
          calls.push("batch");
          return object.batch(statements);
        };
      }
      return Reflect.get(counting(object, []), key) as unknown;
    },
  });
  return { env: { ...env, DB }, calls };
}

describe("POST /apiv1/links/bulk-create", () => {
  it("answers the page's example", async ({ expect }) => {
    const client = await newRevolinkClient();
    const simple = { targetUrl: "https://example.com", isDefault: true };
    const links = [
      {
        name: "Campaign — Ukraine mobile",
        slug: "ua-mob",
        description: "UA mobile audience",
        active: true,
        clicksLimit: 5000,
        expirationDate: "2025-12-31T23:59:59Z",
        tagIds: [await newTag(client.account, "ua")],
        rules: [
          {
            targetUrl: "https://example.com/ua",
            isDefault: false,
            country: ["UA"],
            device: ["mobile"],
          },
          simple,
        ],
      },
      {
        name: "Campaign — Germany",
        rules: [
          {
            targetUrl: "https://example.com/de",
            isDefault: false,
            country: ["DE", "AT", "CH"],
          },
          simple,
        ],
      },
      {
        name: "Simple redirect",
        rules: [{ targetUrl: "https://example.com/simple", isDefault: true }],
      },
    ];
    const { status, body } = await bulk(client, links);
    const made = (name: string, slug: unknown) => ({
      id: expect.stringMatching(OBJECT_ID),
      slug,
      fullLink: expect.stringMatching(/^https:\/\/sign\.test\/[a-z0-9-]+$/),
      name,
    });
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        message: "Bulk create complete: 3 created, 0 failed.",
        created: [
          made("Campaign — Ukraine mobile", "ua-mob"),
          made("Campaign — Germany", expect.stringMatching(/^[a-z0-9]{7}$/)),
          made("Simple redirect", expect.stringMatching(/^[a-z0-9]{7}$/)),
        ],
        failed: [],
      },
    });
    const [first] = body["created"] as { id: string }[];
    expect(await rowOf(String(first?.id))).toMatchObject({
      title: "Campaign — Ukraine mobile",
      clicks_limit: 5_000,
      destination_url: "https://example.com",
    });
  });

  it("answers the page's partial failure, and echoes what failed", async ({ expect }) => {
    const client = await newRevolinkClient();
    const good = { name: "Good", rules: DEFAULT_RULES };
    const { status, body } = await bulk(client, [
      good,
      { description: "Missing name and rules" },
      good,
    ]);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      message: "Bulk create complete: 2 created, 1 failed.",
      created: [{ name: "Good" }, { name: "Good" }],
      failed: [
        {
          input: { description: "Missing name and rules" },
          error: "Each link must have name and rules.",
        },
      ],
    });
    expect(await countLinks(client.account)).toBe(2);
  });

  it.for([
    [{ rules: DEFAULT_RULES }],
    [{ name: "", rules: DEFAULT_RULES }],
    [{ name: null, rules: DEFAULT_RULES }],
    [{ name: "A link" }],
    [{ name: "A link", rules: [] }],
    [{ name: "A link", rules: null }],
    [{}],
    [[]],
    ["x"],
    [7],
    [null],
  ])("says what each link must have: %j", async ([item], { expect }) => {
    const { status, body } = await bulk(await newRevolinkClient(), [item]);
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        message: "Bulk create complete: 0 created, 1 failed.",
        created: [],
        failed: [{ input: item, error: "Each link must have name and rules." }],
      },
    });
  });

  it.for([[undefined], [null], [[]], [{}], ["x"]])(
    "refuses links that are no list: %j",
    async ([links], { expect }) => {
      expect(await bulk(await newRevolinkClient(), links)).toEqual({
        status: 400,
        body: { error: "links must be a non-empty array." },
      });
    },
  );

  it("takes 100 links in a handful of round trips, and no 101", async ({ expect }) => {
    const { env, calls } = countingRoundTrips();
    const client = await newRevolinkClient({ env });
    await insertDomain(client.account.workspace.id, "bulk.example.net");
    const tagIds = [await newTag(client.account, "bulk")];
    const one = { name: "One", rules: DEFAULT_RULES, tagIds, domain: "bulk.example.net" };
    const many = (length: number) => Array.from({ length }, () => one);
    const { body } = await bulk(client, many(100));
    expect(body["message"]).toBe("Bulk create complete: 100 created, 0 failed.");
    // The token (and the note that it was used), the tags, the domains, the room, the links.
    expect(calls.length).toBeLessThanOrEqual(6);
    expect(await bulk(client, many(101))).toEqual({
      status: 400,
      body: { error: "Maximum 100 links per request." },
    });
    expect(await countLinks(client.account)).toBe(100);
  });

  it("gives a repeated slug to the first link", async ({ expect }) => {
    const client = await newRevolinkClient();
    const twice = { name: "Twice", rules: DEFAULT_RULES, slug: "bulk-twice" };
    const { body } = await bulk(client, [twice, { ...twice, name: "Late" }]);
    expect(body).toMatchObject({
      created: [{ name: "Twice", slug: "bulk-twice" }],
      failed: [{ input: { name: "Late" }, error: "This slug is already taken." }],
    });
  });

  it("names only a refused link's own mistake, also the second of its kind", async ({ expect }) => {
    const client = await newRevolinkClient();
    const { body } = await bulk(client, [
      { name: "A", rules: DEFAULT_RULES, domain: "go.unproved.com" },
      { name: "B", rules: DEFAULT_RULES, slug: "NO" },
      { name: "C", rules: DEFAULT_RULES },
    ]);
    expect((body["failed"] as { error: string }[]).map(({ error }) => error)).toEqual([
      "Domain is not available for this workspace.",
      "slug must be 1 to 100 characters: lowercase letters, numbers and hyphens only.",
    ]);
    expect(body["created"]).toMatchObject([{ name: "C" }]);
  });
});
