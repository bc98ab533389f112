/** Wrong input of every field: the sentence names it, and nothing is stored. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import {
  countLinks,
  DEFAULT_RULES,
  newRevolinkClient,
  newTag,
  rowOf,
} from "../../../support/revolink.ts";

type Fields = Record<string, unknown>;

const UNKNOWN_TAG = "664abc000000000000000010";

const DEFAULT = { targetUrl: "https://example.com", isDefault: true };
const RULE = { targetUrl: "https://example.com/r", isDefault: false };
const VARIANTS = [
  { id: "1", name: "Variant A", url: "https://example.com/a", weight: 60 },
  { id: "2", name: "Variant B", url: "https://example.com/b", weight: 40 },
];
const tested = (variant: Fields): Fields => ({
  abTest: { enabled: true, variants: [{ ...VARIANTS[0], ...variant }, VARIANTS[1]] },
});

const NAME = "name must be a text of at most 255 characters, on one line.";
const SLUG = "slug must be 1 to 100 characters: lowercase letters, numbers and hyphens only.";
const DESCRIPTION = "description must be a text of at most 1000 characters.";
const LIMIT = "clicksLimit must be a positive integer.";
const DATE = "expirationDate must be an ISO 8601 date and time, such as 2026-12-31T23:59:59Z.";
const TAG_IDS = "tagIds must be an array of tag ids (24 hex digits each).";

/** Wrong both in a new link and in a change. */
const CASES: readonly (readonly [Fields, string])[] = [
  [{ name: "" }, "Name is required."],
  [{ name: "   " }, "Name is required."],
  [{ name: null }, "Name is required."],
  [{ name: 7 }, NAME],
  [{ name: "n".repeat(256) }, NAME],
  [{ name: "two\nlines" }, NAME],

  [{ rules: [] }, "rules must be a non-empty array."],
  [{ rules: {} }, "rules must be a non-empty array."],
  [{ rules: null }, "rules must be a non-empty array."],
  // What rules, A/B tests and QR settings may be refused for: test/api/shared/wire. Here: one of each kind.
  [{ rules: ["x"] }, "rules[0] must be an object."],
  [{ rules: [{ ...DEFAULT, targetUrl: "nowhere" }] }, "rules[0].targetUrl must be a valid URL."],
  [
    { rules: [{ ...DEFAULT, targetUrl: "javascript:alert(1)" }] },
    "rules[0].targetUrl must be a URL of the web or of an app: the scheme javascript: is not allowed, so send an address that begins with https://, or the app's own.",
  ],
  [
    { rules: [{ ...DEFAULT, targetUrl: "myapp:open" }] },
    "rules[0].targetUrl must be a URL of the web or of an app: send myapp:// with two slashes, or one of the schemes that need none, such as mailto: and tel:.",
  ],
  [
    { rules: [{ ...DEFAULT, targetUrl: "intent://x#Intent;scheme=myapp;end" }] },
    "rules[0].targetUrl must be an intent: URL with known keys, each once, that ends with ;end and whose S.browser_fallback_url is a web address.",
  ],
  [
    { rules: [{ ...DEFAULT, targetUrl: "https://sign.test/x" }] },
    "rules[0].targetUrl must lead elsewhere: this host serves short links itself.",
  ],
  // A place in the list counts the default, wherever it stands.
  [
    { rules: [RULE, { ...DEFAULT, targetUrl: "nowhere" }] },
    "rules[1].targetUrl must be a valid URL.",
  ],
  [
    { rules: [RULE, DEFAULT, { ...RULE, targetUrl: "nowhere" }] },
    "rules[2].targetUrl must be a valid URL.",
  ],
  [
    { rules: [{ ...RULE, targetUrl: "nowhere" }, DEFAULT, RULE] },
    "rules[0].targetUrl must be a valid URL.",
  ],
  [{ rules: [RULE] }, "Exactly one rule must have isDefault: true."],
  [
    { rules: [{ ...DEFAULT, country: ["UA"] }] },
    "rules[0].country is not allowed: the default rule has no conditions.",
  ],
  [{ rules: [{ ...RULE, country: "UA" }, DEFAULT] }, "rules[0].country must be an array."],

  [{ slug: 7 }, SLUG],
  [{ slug: "Summer" }, SLUG],
  [{ slug: "under_score" }, SLUG],
  [{ slug: "s".repeat(101) }, SLUG],
  [{ slug: "api" }, 'slug "api" is reserved. Choose another one.'],

  [{ description: 7 }, DESCRIPTION],
  [{ description: "d".repeat(1_001) }, DESCRIPTION],
  [{ description: "a\u0000b" }, "description must not contain control characters."],

  [{ domain: 7 }, "domain must be a host name, such as go.example.com."],
  [{ domain: "go.unproved.com" }, "Domain is not available for this workspace."],
  [{ domain: "no host" }, "Domain is not available for this workspace."],

  [{ active: "true" }, "active must be true or false."],
  [{ active: null }, "active must be true or false."],

  [{ clicksLimit: 0 }, LIMIT],
  [{ clicksLimit: -5 }, LIMIT],
  [{ clicksLimit: 1.5 }, LIMIT],
  [{ clicksLimit: "10" }, LIMIT],

  [{ expirationDate: "tomorrow" }, DATE],
  [{ expirationDate: "2025-13-01T00:00:00Z" }, DATE],
  [{ expirationDate: 1_756_684_800_000 }, DATE],
  [{ expirationDate: "2025-04-30T12:00:00Z" }, "expirationDate must be in the future."],
  [{ expirationDate: "2024-01-01T00:00:00Z" }, "expirationDate must be in the future."],

  [{ tagIds: "x" }, TAG_IDS],
  [{ tagIds: null }, TAG_IDS],
  [{ tagIds: ["x"] }, TAG_IDS],
  [{ tagIds: [7] }, TAG_IDS],
  [{ tagIds: [UNKNOWN_TAG] }, `tagIds: "${UNKNOWN_TAG}" is no tag of this workspace.`],
  [{ tagIds: Array(51).fill(UNKNOWN_TAG) }, "tagIds must hold at most 50 ids."],

  [{ abTest: null }, "abTest must be an object."],
  [tested({ weight: 50 }), "All variant weights must sum to exactly 100."],
  [tested({ name: "" }), "abTest.variants[0].name must be a string of 1 to 100 characters."],
  [tested({ url: "nowhere" }), "abTest.variants[0].url must be a valid URL."],

  [
    { qrSettings: { color: "black" } },
    'qrSettings.color must be a hex color such as "#1a1a2e" or "#fff".',
  ],
  [
    { qrSettings: { logo: "https://127.0.0.1/logo.png" } },
    "qrSettings.logo must be a URL on the public internet.",
  ],
];

describe("wrong input", () => {
  it("of a new link is refused with its sentence, and nothing is stored", async ({ expect }) => {
    const client = await newRevolinkClient();
    for (const [fields, error] of CASES) {
      const sent = { name: "A link", rules: DEFAULT_RULES, ...fields };
      const { status, body } = await client.call("POST", "/apiv1/link/create", sent);
      expect({ status, body, fields }).toEqual({ status: 400, body: { error }, fields });
    }
    expect(await countLinks(client.account)).toBe(0);
  });

  it("of a change is refused with its sentence, and the link stays as it is", async ({
    expect,
  }) => {
    const client = await newRevolinkClient();
    const linkId = await client.link();
    const before = await rowOf(linkId);
    for (const [fields, error] of CASES) {
      const { status, body } = await client.call("PUT", "/apiv1/link/update", {
        linkId,
        ...fields,
      });
      expect({ status, body, fields }).toEqual({ status: 400, body: { error }, fields });
    }
    expect(await rowOf(linkId)).toEqual(before);
  });

  it("of one of many links fails that one alone, with the same sentence", async ({ expect }) => {
    const client = await newRevolinkClient();
    // What is missing from an item has one sentence of its own: bulk.test.ts.
    const cases = CASES.filter(
      ([, error]) => error !== "Name is required." && error !== "rules must be a non-empty array.",
    );
    const links = cases.map(([fields]) => ({ name: "A link", rules: DEFAULT_RULES, ...fields }));
    const { status, body } = await client.call("POST", "/apiv1/links/bulk-create", {
      links: [...links, { name: "Good", rules: DEFAULT_RULES }],
    });
    expect(status).toBe(200);
    expect(body["failed"]).toEqual(
      cases.map(([, error], at) => ({
        // JSON has no undefined.
        input: JSON.parse(JSON.stringify(links[at])),
        error,
      })),
    );
    expect(body["created"]).toMatchObject([{ name: "Good" }]);
    expect(await countLinks(client.account)).toBe(1);
  });

  it("tells the name before the rules, and the rules before all others", async ({ expect }) => {
    const client = await newRevolinkClient();
    const wrong = { name: "", rules: [], slug: "API", active: 1 };
    const answer = async (fields: Fields) =>
      (await client.call("POST", "/apiv1/link/create", fields)).body;
    expect(await answer({})).toEqual({ error: "Name is required." });
    expect(await answer(wrong)).toEqual({ error: "Name is required." });
    expect(await answer({ ...wrong, name: "A link" })).toEqual({
      error: "rules must be a non-empty array.",
    });
  });

  it("does not take another workspace's tag", async ({ expect }) => {
    const [mine, theirs] = [await newRevolinkClient(), await newRevolinkClient()];
    const tagId = await newTag(theirs.account, "theirs");
    const fields = { name: "A link", rules: DEFAULT_RULES, tagIds: [tagId] };
    const { status, body } = await mine.call("POST", "/apiv1/link/create", fields);
    expect({ status, body }).toEqual({
      status: 400,
      body: { error: `tagIds: "${tagId}" is no tag of this workspace.` },
    });
    const { results } = await env.DB.prepare("select 1 from tags where workspace_id = ?")
      .bind(mine.account.workspace.id)
      .all();
    expect(results).toEqual([]);
  });
});
