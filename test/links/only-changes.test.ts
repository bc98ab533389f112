import { env } from "cloudflare:workers";
import { describe, type ExpectStatic, it } from "vitest";

import { isSameJson } from "../../src/platform/same-json.ts";
import { newAccount } from "../support/account.ts";
import type { Client } from "../support/client.ts";
import { type NativeClient, newCode, newNativeClient } from "../support/native.ts";
import { newPvtlnkClient } from "../support/pvtlnk.ts";
import { DEFAULT_RULES, newRevolinkClient } from "../support/revolink.ts";
import { arrived, subscribe } from "../webhooks/client.ts";
import { newBox } from "../webhooks/receiver.ts";

const FULL = {
  destinationUrl: "https://example.com/full",
  title: "A title",
  description: "Two\nlines",
  externalId: "cms-42",
  tags: ["b", "a"],
  isActive: true,
  startsAt: "2098-01-01T00:00:00.000Z",
  endsAt: "2098-02-01T00:00:00.000Z",
  expiresAt: "2099-01-01T00:00:00.000Z",
  expiredUrl: "https://example.com/over",
  redirectStatus: 307,
  forwardQuery: true,
  forwardPath: true,
  social: { title: "A card", description: "Two\nlines", image: "https://example.com/a.png" },
  crawlable: true,
  clicksLimit: 5,
  limitReachedUrl: "https://example.com/sold-out",
  utmParams: { utm_source: "news", utm_medium: "mail" },
  rules: [
    { targetUrl: "https://example.com/de", country: ["DE", "AT"] },
    { targetUrl: "https://example.com/night", timeStart: "22:00", timeEnd: "06:00", days: [1, 2] },
  ],
  abTest: {
    enabled: false,
    sticky: true,
    variants: [
      { id: "a", name: "A", url: "https://example.com/a", weight: 1 },
      { id: "b", name: "B", url: "https://example.com/b", weight: 2, active: false },
    ],
  },
  qrSettings: { color: "#112233" },
};

describe("a change that changes nothing", () => {
  it.for([
    ["the same title", { title: FULL.title }],
    ["the same title between spaces", { title: ` ${FULL.title} ` }],
    ["tags in another order", { tags: ["a", "b", "a"] }],
    ["the same times in another zone", { expiresAt: "2099-01-01T02:00:00+02:00" }],
    ["the same rules without their ids", { rules: FULL.rules }],
    [
      "the same variants in another order",
      { abTest: { variants: FULL.abTest.variants.toReversed() } },
    ],
    ["the same destination between spaces", { destinationUrl: ` ${FULL.destinationUrl} ` }],
    ["no password for a link without one", { password: null }],
    ["not archived", { isArchived: false }],
    ["all fields", FULL],
  ] as const)("is %s in the native API", async ([, change], { expect }) => {
    const client = await newNativeClient();
    const link = await client.link({ ...FULL, shortCode: newCode() });
    const before = await client.call("GET", `/api/links/${link.id}`);
    const box = await boxOf(client);
    const answer = await client.call("PATCH", `/api/links/${link.id}`, change);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toEqual(before.body);
    expect(answer.headers.get("ETag")).toBe(before.headers.get("ETag"));
    await expectNothingTold(client, link.id, box, expect);
  });

  it.for([
    ["title", { title: "Another" }],
    ["order of the parameters", { utmParams: { utm_medium: "mail", utm_source: "news" } }],
    ["order of the rules", { rules: FULL.rules.toReversed() }],
    [
      "weight of a variant",
      {
        abTest: { variants: [{ ...FULL.abTest.variants[0], weight: 9 }, FULL.abTest.variants[1]] },
      },
    ],
    ["test", { abTest: { enabled: true } }],
    ["tags", { tags: ["a"] }],
    ["limit", { clicksLimit: null }],
    ["look", { qrSettings: { color: "#332211" } }],
    ["password", { password: "open sesame" }],
  ] as const)("is not another %s", async ([, change], { expect }) => {
    const client = await newNativeClient();
    const link = await client.link({ ...FULL, shortCode: newCode() });
    const answer = await client.call("PATCH", `/api/links/${link.id}`, change);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.headers.get("ETag")).toBe('"2"');
  });

  it("is the same title, archiving an archived link, or the same variant in PVTLNK's", async ({
    expect,
  }) => {
    const account = await newAccount();
    const [native, client] = [
      await newNativeClient({ account }),
      await newPvtlnkClient({ account }),
    ];
    const link = await client.link({ title: "T", tags: ["x"], expires_at: "2020-01-01T00:00:00Z" });
    const path = `/links/${link.id}`;
    const variant = { name: "A", destination_url: "https://example.com/a", weight: 3 };
    const made = await client.call<{ variant: { id: number } }>("POST", `${path}/variants`, {
      variant,
    });
    await client.call("DELETE", path);
    const { version, uuid } = await rowOf(link.id);
    const box = await boxOf(native);
    await client.call("PATCH", path, { link: { title: "T", tags: ["x"], active: true } });
    await client.call("PATCH", path, { link: { destination_url: "https://example.com" } });
    await client.call("DELETE", path);
    await client.call("PATCH", `${path}/variants/${made.body.variant.id}`, { variant });
    expect(await rowOf(link.id)).toEqual({ version, uuid });
    await expectNothingTold(native, uuid, box, expect);
  });

  it("is the same name or the same rules in RevoLink's", async ({ expect }) => {
    const account = await newAccount();
    const [native, client] = [
      await newNativeClient({ account }),
      await newRevolinkClient({ account }),
    ];
    const rules = [...DEFAULT_RULES, { targetUrl: "myapp://x", isDefault: false, country: ["DE"] }];
    const linkId = await client.link({ name: "N", rules });
    const [link] = (await native.call<{ id: string }[]>("GET", "/api/links")).body;
    const box = await boxOf(native);
    for (const fields of [
      { name: "N" },
      { rules },
      { name: "N", active: true, clicksLimit: null },
    ]) {
      const answer = await client.call("PUT", "/apiv1/link/update", { linkId, ...fields });
      expect(answer.status, answer.text).toBe(200);
    }
    await expectNothingTold(native, link?.id ?? "", box, expect);
  });
});

describe("isSameJson", () => {
  it.for([
    [{ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, true],
    [{ a: undefined }, {}, true],
    [[], {}, false],
    [[1, 2], [2, 1], false],
    [{ a: null }, {}, false],
    [{ __proto__: null, a: 1 }, { a: 1 }, true],
    ["1", 1, false],
  ] as const)("compares %j and %j", ([one, other, same], { expect }) => {
    expect(isSameJson(one, other)).toBe(same);
  });
});

async function boxOf(client: Pick<Client, "call">) {
  const box = newBox();
  await subscribe(client, { url: box.url });
  return box;
}

/** Makes a change that is told, and expects that nothing was told before it. */
async function expectNothingTold(
  client: Pick<NativeClient, "call">,
  uuid: string,
  box: ReturnType<typeof newBox>,
  expect: ExpectStatic,
) {
  await client.call("PATCH", `/api/links/${uuid}`, { title: "the one that is told" });
  const posts = await arrived(box);
  expect(posts).toHaveLength(1);
  expect(posts[0]?.body).toContain("the one that is told");
}

async function rowOf(id: number) {
  const row = await env.DB.prepare("select version, uuid from links where id = ?")
    .bind(id)
    .first<{ version: number; uuid: string }>();
  if (row === null) throw new Error("There is no such link.");
  return row;
}
