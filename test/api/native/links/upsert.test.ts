/** One link for one thing: `ifExists` of a new link, and `PUT /api/links/upsert`. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import {
  type NativeClient,
  newCode,
  newNativeClient,
  type WireLink,
} from "../../../support/native.ts";

const destinationUrl = "https://example.com/one";

async function ensure({ call }: NativeClient, body: object, headers?: HeadersInit) {
  const wanted = { destinationUrl, ifExists: "return", ...body };
  return call<WireLink>("POST", "/api/links", wanted, headers);
}

async function upsert({ call }: NativeClient, body: object, headers?: HeadersInit) {
  return call<WireLink>("PUT", "/api/links/upsert", { destinationUrl, ...body }, headers);
}

async function linksOf({ account }: NativeClient) {
  const statement = env.DB.prepare("select count(*) as n from links where workspace_id = ?");
  return statement.bind(account.workspace.id).first("n");
}

describe("a new link with ifExists: return", () => {
  it.for([
    [
      "its external id, wherever it leads",
      { externalId: "a" },
      { destinationUrl: "https://e.com" },
    ],
    ["its destination", {}, {}],
    ["its destination between spaces", {}, { destinationUrl: ` ${destinationUrl} ` }],
  ] as const)("is the link with %s", async ([, fields, other], { expect }) => {
    const client = await newNativeClient();
    const first = await ensure(client, fields);
    expect(first.status).toBe(201);
    const second = await ensure(client, { ...fields, title: "ignored", ...other });
    expect([second.status, second.body]).toEqual([200, first.body]);
    expect(await linksOf(client)).toBe(1);
  });

  it("is the link with its code if it leads there, and is refused if not", async ({ expect }) => {
    const client = await newNativeClient();
    const shortCode = newCode();
    const first = await ensure(client, { shortCode });
    expect((await ensure(client, { shortCode })).body).toEqual(first.body);
    const elsewhere = { shortCode, destinationUrl: "https://example.com/two" };
    expect((await ensure(client, elsewhere)).status).toBe(409);
    const theirs = await ensure(await newNativeClient(), { shortCode });
    expect(theirs.status).toBe(409);
  });

  it("is made if the link is archived or another workspace's", async ({ expect }) => {
    const client = await newNativeClient();
    const first = await client.link({ destinationUrl });
    await client.call("PATCH", `/api/links/${first.id}`, { isArchived: true });
    expect((await ensure(client, {})).status).toBe(201);
    expect((await ensure(await newNativeClient(), {})).status).toBe(201);
  });

  it.for([{}, { externalId: "a" }, { shortCode: "" }])(
    "is one link for ten calls at once with %j",
    async (fields, { expect }) => {
      const client = await newNativeClient();
      const answers = await Promise.all(Array.from({ length: 10 }, () => ensure(client, fields)));
      const statuses = answers.map(({ status }) => status).sort((a, b) => a - b);
      expect(statuses).toEqual([...Array.from({ length: 9 }, () => 200), 201]);
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
      expect(await linksOf(client)).toBe(1);
    },
  );

  it("is answered again as at first for its Idempotency-Key", async ({ expect }) => {
    const client = await newNativeClient();
    for (const [key, status] of [
      ["made", 201],
      ["found", 200],
    ] as const) {
      const headers = { "Idempotency-Key": key };
      expect((await ensure(client, {}, headers)).status).toBe(status);
      const again = await ensure(client, {}, headers);
      expect(again.status).toBe(status);
      expect(again.headers.get("Idempotent-Replayed")).toBe("true");
    }
  });

  it("needs a token that may read what it is shown", async ({ expect }) => {
    const client = await newNativeClient({ scopes: ["links:create"] });
    expect((await ensure(client, {})).status).toBe(403);
    expect((await ensure(client, { ifExists: "refuse" })).status).toBe(201);
  });

  it("is refused for any other value", async ({ expect }) => {
    const { status, body } = await ensure(await newNativeClient(), { ifExists: "update" });
    expect([status, body["message"]]).toEqual([400, 'ifExists must be "refuse" or "return"']);
  });
});

describe("PUT /api/links/upsert", () => {
  it.for([
    ["external id", { externalId: "a" }, { destinationUrl: "https://example.com/two" }],
    ["destination", {}, {}],
  ] as const)("makes a link, then changes it by its %s", async ([, fields, other], { expect }) => {
    const client = await newNativeClient();
    const made = await upsert(client, { ...fields, title: "One", tags: ["a"] });
    expect(made.status).toBe(201);
    const changed = await upsert(client, { ...fields, title: "Two", ...other });
    expect(changed.status).toBe(200);
    expect(changed.body).toEqual({
      ...made.body,
      ...other,
      title: "Two",
      updatedAt: changed.body["updatedAt"],
    });
    const etag = changed.headers.get("ETag");
    const same = await upsert(client, { ...fields, title: "Two", ...other });
    expect(same.headers.get("ETag")).toBe(etag);
    expect(await linksOf(client)).toBe(1);
  });

  it("changes the destination of its own code, and leaves another's alone", async ({ expect }) => {
    const [client, other] = [await newNativeClient(), await newNativeClient()];
    const shortCode = newCode();
    const made = await upsert(client, { shortCode });
    const moved = await upsert(client, { shortCode, destinationUrl: "https://example.com/two" });
    expect([moved.status, moved.body.id]).toEqual([200, made.body.id]);
    expect(moved.body["destinationUrl"]).toBe("https://example.com/two");
    expect((await upsert(other, { shortCode })).status).toBe(409);
  });

  it("keeps the QR settings and the rules that a change leaves out", async ({ expect }) => {
    const client = await newNativeClient();
    const rules = [{ targetUrl: "https://example.com/de", country: ["DE"] }];
    const made = await upsert(client, { externalId: "a", rules, qrSettings: { color: "#112233" } });
    const changed = await upsert(client, { externalId: "a", qrSettings: { bgColor: "#ffffff" } });
    expect(changed.body["rules"]).toEqual(made.body["rules"]);
    expect(changed.body["qrSettings"]).toMatchObject({ color: "#112233", bgColor: "#ffffff" });
  });

  it("makes one link of ten calls at once", async ({ expect }) => {
    const client = await newNativeClient();
    const calls = Array.from({ length: 10 }, (_, at) => upsert(client, { title: `Call ${at}` }));
    const statuses = (await Promise.all(calls)).map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([...Array.from({ length: 9 }, () => 200), 201]);
    expect(await linksOf(client)).toBe(1);
  });

  it("makes no second change for an Idempotency-Key", async ({ expect }) => {
    const client = await newNativeClient();
    await upsert(client, {});
    const headers = { "Idempotency-Key": "change" };
    await upsert(client, { title: "First" }, headers);
    await upsert(client, { title: "Later" });
    const again = await upsert(client, { title: "First" }, headers);
    expect([again.status, again.body["title"]]).toEqual([200, "Later"]);
    expect(again.headers.get("Idempotent-Replayed")).toBe("true");
  });

  it("needs a token that may create links to make one", async ({ expect }) => {
    const client = await newNativeClient({ scopes: ["links:update"] });
    const { status, body } = await upsert(client, {});
    expect([status, body["message"]]).toEqual([403, "This needs the scope links:create."]);
    expect(await linksOf(client)).toBe(0);
  });
});
