import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { type Account, newAccount } from "../../support/account.ts";
import { insertDomain } from "../../support/link-rows.ts";
import { newCode, newNativeClient } from "../../support/native.ts";
import { newPvtlnkClient } from "../../support/pvtlnk.ts";
import { newRevolinkClient } from "../../support/revolink.ts";

type Make = (account: Account) => Promise<unknown>;

const LONG_CODE = () => `${newCode()}-${"x".repeat(40)}`;
const soon = (ms: number) => new Date(Date.now() + ms).toISOString();

const MAKERS: readonly (readonly [name: string, make: Make])[] = [
  ["made by the native API with a tag", native({ tags: ["x"] })],
  ["made by the native API with a password", native({ password: "open sesame" })],
  [
    "made by the native API with all that it can have",
    native({
      title: "A title",
      description: "Two\nlines",
      tags: ["b", "a, b", "Ünï"],
      startsAt: "2098-01-01T00:00:00Z",
      endsAt: "2098-02-01T00:00:00Z",
      expiresAt: "2099-01-01T00:00:00Z",
      expiredUrl: "https://example.com/over",
      limitReachedUrl: "https://example.com/sold-out",
      redirectStatus: 308,
      forwardQuery: true,
      forwardPath: true,
      social: { title: "A card", image: "https://example.com/ü.png" },
      crawlable: true,
      externalId: "cms-42",
      clicksLimit: 5,
      utmParams: { utm_source: "b", utm_campaign: "a" },
      rules: [{ targetUrl: "myapp://x", country: ["DE"], timeStart: "22:00", timeEnd: "06:00" }],
      abTest: {
        enabled: true,
        variants: [{ id: "a", name: "A", url: "tel:+15551234567", weight: 0.5 }],
      },
      qrSettings: { color: "#112233", bgColor: "#ffffff" },
    }),
  ],
  [
    "that has expired since",
    async (account) => {
      await native({ expiresAt: soon(86_400_000) })(account);
      await env.DB.prepare("update links set expires_at_ms = 1 where workspace_id = ?")
        .bind(account.workspace.id)
        .run();
    },
  ],
  [
    "whose destination has become a host of ours",
    async (account) => {
      const host = `${newCode()}.example`;
      const destinationUrl = `https://${host}/x`;
      const rules = [{ targetUrl: destinationUrl, country: ["DE"] }];
      await native({
        destinationUrl,
        expiredUrl: destinationUrl,
        limitReachedUrl: destinationUrl,
        rules,
      })(account);
      await insertDomain(account.workspace.id, host);
    },
  ],
  [
    "whose code has been reserved since",
    async (account) => {
      await native({})(account);
      await env.DB.prepare("update links set code = id where code = 'api'").run();
      await env.DB.prepare("update links set code = 'api' where workspace_id = ? and domain = ''")
        .bind(account.workspace.id)
        .run();
    },
  ],
  ["made by PVTLNK's with a long code", (account) => pvtlnk({ short_code: LONG_CODE() })(account)],
  ["made by PVTLNK's and expired", pvtlnk({ expires_at: "2020-01-01T00:00:00Z", tags: ["t"] })],
  ["made by PVTLNK's with parameters", pvtlnk({ utm_params: { utm_term: "ü" }, title: "T" })],
  ["made by RevoLink's to a telephone", revolink("tel:+15551234567")],
  ["made by RevoLink's to an app", revolink("myapp://open?x=1")],
  [
    "made by RevoLink's with a long slug",
    async (account) => {
      const client = await newRevolinkClient({ account });
      const slug = crypto.randomUUID().slice(0, 8) + "-" + "y".repeat(60);
      await client.link({ slug, expirationDate: "2025-05-01T00:00:00Z", clicksLimit: 3 });
    },
  ],
  [
    "imported with a short code",
    (account) =>
      csv("destination_url,short_code", `https://example.com/i,${newCode().slice(-2)}`)(account),
  ],
  [
    "imported after its expiry",
    csv("destination_url,expires_at", "https://example.com/i,2020-01-01"),
  ],
  [
    "imported with a long title",
    csv("destination_url,title", `https://example.com/i,${"t".repeat(1_500)}`),
  ],
  [
    "imported with a long description",
    csv("destination_url,description,tags", `https://example.com/i,${"d".repeat(1_900)},"a,b"`),
  ],
];

describe("a link", () => {
  it.for(MAKERS)("%s takes back what GET shows of it", async ([, make], { expect }) => {
    const account = await newAccount();
    await make(account);
    const client = await newNativeClient({ account });
    const [{ id } = { id: "" }] = (await client.call<{ id: string }[]>("GET", "/api/links")).body;
    const shown = await client.call("GET", `/api/links/${id}`);
    expect(shown.status).toBe(200);
    const back = await client.call("PATCH", `/api/links/${id}`, shown.body);
    expect(back.status, back.text).toBe(200);
    expect(back.body).toEqual(shown.body);
    expect(back.headers.get("ETag")).toBe(shown.headers.get("ETag"));

    const changed = { ...shown.body, isActive: false };
    const other = await client.call("PATCH", `/api/links/${id}`, changed);
    expect(other.status, other.text).toBe(200);
    expect(other.body).toEqual({ ...changed, updatedAt: other.body["updatedAt"] });
  });

  it.for(MAKERS)("%s takes back what PVTLNK's shows of it", async ([, make], { expect }) => {
    const account = await newAccount();
    await make(account);
    const client = await newPvtlnkClient({ account });
    type Listed = { links: { id: number }[] };
    const [{ id } = { id: 0 }] = (await client.call<Listed>("GET", "/links")).body.links;
    const { body } = await client.call<{ link: Record<string, unknown> }>("GET", `/links/${id}`);
    const before = await versionOf(id);
    const back = await client.call<typeof body>("PATCH", `/links/${id}`, { link: body.link });
    expect(back.status, back.text).toBe(200);
    const { analytics: _, ...link } = body.link;
    expect(back.body.link).toEqual(link);
    expect(await versionOf(id)).toBe(before);
  });

  it("takes its tags as objects, as names, or mixed", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await client.link({ tags: ["x"] });
    const tags = [...(link["tags"] as object[]), "y", { name: "z" }];
    const answer = await client.call("PATCH", `/api/links/${link.id}`, { tags });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body["tags"]).toMatchObject([{ name: "x" }, { name: "y" }, { name: "z" }]);
    const made = await client.call("POST", "/api/links", {
      destinationUrl: "https://example.com",
      tags,
    });
    expect(made.body["tags"]).toEqual(answer.body["tags"]);
    for (const wrong of [{ id: "x" }, { name: 5 }, 7, [["x"]]]) {
      const refused = await client.call("PATCH", `/api/links/${link.id}`, { tags: [wrong] });
      expect(refused.status).toBe(400);
      expect(refused.text).toContain("tags must be a list of names");
    }
  });

  it("is refused what it does not have", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await client.link();
    for (const change of [
      { shortCode: "b" },
      { expiresAt: "2020-01-01T00:00:00.000Z" },
      { title: "t".repeat(1_500) },
      { destinationUrl: "https://sign.test/x" },
    ]) {
      expect((await client.call("PATCH", `/api/links/${link.id}`, change)).status).toBe(400);
    }
  });
});

function native(fields: Record<string, unknown>): Make {
  return async (account) => {
    const client = await newNativeClient({ account });
    await client.link({ shortCode: newCode(), ...fields });
  };
}

function pvtlnk(fields: Record<string, unknown>): Make {
  return async (account) => {
    const client = await newPvtlnkClient({ account });
    await client.link(fields);
  };
}

function revolink(targetUrl: string): Make {
  return async (account) => {
    const client = await newRevolinkClient({ account });
    await client.link({ rules: [{ targetUrl, isDefault: true }] });
  };
}

function csv(header: string, row: string): Make {
  return async (account) => {
    const client = await newNativeClient({ account });
    const answer = await client.call<{ created: number }>(
      "POST",
      "/api/links/import",
      `${header}\n${row}\n`,
      { "Content-Type": "text/csv" },
    );
    if (answer.body.created !== 1) throw new Error(answer.text);
  };
}

async function versionOf(id: number) {
  return env.DB.prepare("select version from links where id = ?").bind(id).first("version");
}
