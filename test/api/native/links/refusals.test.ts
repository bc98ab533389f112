/** Refusals of the link routes: the error table of PrunePath's page, and related cases. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { join, newAccount } from "../../../support/account.ts";
import { callApi } from "../../../support/api.ts";
import { listed, newNativeClient, newCode } from "../../../support/native.ts";

const VALID = { destinationUrl: "https://example.com" };

async function countLinks(): Promise<unknown> {
  return env.DB.prepare("select count(*) n from links").first("n");
}

describe("POST /api/links refuses", () => {
  const bodies: readonly (readonly [name: string, body: unknown, message: string])[] = [
    ["no destination", {}, "destinationUrl is required and must be a valid URL"],
    ["a destination of another type", { destinationUrl: 7 }, "destinationUrl is required"],
    ["an empty destination", { destinationUrl: "" }, "destinationUrl is required"],
    ["no URL at all", { destinationUrl: "example" }, "destinationUrl is required"],
    ["javascript:", { destinationUrl: "javascript:alert(1)" }, "URL of the web or of an app"],
    ["data:", { destinationUrl: "data:text/html,x" }, "URL of the web or of an app"],
    ["vbscript:", { destinationUrl: "VBScript:x" }, "URL of the web or of an app"],
    ["file:", { destinationUrl: "file:///etc/passwd" }, "URL of the web or of an app"],
    ["blob:", { destinationUrl: "blob:https://example.com/x" }, "URL of the web or of an app"],
    ["credentials", { destinationUrl: "https://a:b@example.com" }, "user name or password"],
    [
      "our own host",
      { destinationUrl: "https://sign.test/x" },
      "destinationUrl must lead elsewhere",
    ],
    ["our own host, dressed", { destinationUrl: "https://SIGN.test.:80/" }, "must lead elsewhere"],
    ["localhost", { destinationUrl: "http://localhost:8787/x" }, "must lead elsewhere"],
    ["a long URL", { destinationUrl: `https://e.com/${"a".repeat(8_000)}` }, "8000"],
    ["an expiredUrl of a bad scheme", { ...VALID, expiredUrl: "ftp://e.com" }, "expiredUrl"],
    ["an expiredUrl of another type", { ...VALID, expiredUrl: 1 }, "expiredUrl"],
    ["a limitReachedUrl of a bad scheme", { ...VALID, limitReachedUrl: "data:," }, "limitReached"],
    ["a limitReachedUrl of another type", { ...VALID, limitReachedUrl: [] }, "limitReachedUrl"],
    ["a short code", { ...VALID, shortCode: "ab" }, "shortCode must be 3 to 20 characters"],
    ["a long code", { ...VALID, shortCode: "a".repeat(21) }, "shortCode must be 3 to 20"],
    ["a code with a space", { ...VALID, shortCode: "my link" }, "shortCode"],
    ["a code with a slash", { ...VALID, shortCode: "my/link" }, "shortCode"],
    ["a code with dots", { ...VALID, shortCode: "..." }, "shortCode"],
    ["a code beyond ASCII", { ...VALID, shortCode: "müller" }, "shortCode"],
    ["a code of another type", { ...VALID, shortCode: 123 }, "shortCode"],
    ["a reserved word", { ...VALID, shortCode: "api" }, "reserved"],
    ["a reserved word in capitals", { ...VALID, shortCode: "Health" }, "reserved"],
    ["a long title", { ...VALID, title: "t".repeat(256) }, "title must be a text of at most 255"],
    ["a title of another type", { ...VALID, title: ["x"] }, "title"],
    ["a title with NUL", { ...VALID, title: "a\u0000b" }, "title"],
    ["a title of two lines", { ...VALID, title: "a\r\nb" }, "title"],
    ["a long description", { ...VALID, description: "d".repeat(1_001) }, "description"],
    ["a description of another type", { ...VALID, description: {} }, "description"],
    ["a past expiresAt", { ...VALID, expiresAt: "2020-01-01T00:00:00Z" }, "expiresAt"],
    ["a day that is none", { ...VALID, expiresAt: "2027-02-30T00:00:00Z" }, "expiresAt"],
    ["a numeric expiresAt", { ...VALID, expiresAt: 4_102_444_800_000 }, "expiresAt"],
    ["a startsAt that is no time", { ...VALID, startsAt: "tomorrow" }, "startsAt"],
    [
      "an end before the start",
      { ...VALID, startsAt: "2027-01-02T00:00:00Z", endsAt: "2027-01-01T00:00:00Z" },
      "endsAt must be later than startsAt",
    ],
    ["isActive as another text", { ...VALID, isActive: "on?" }, "isActive must be true or false"],
    ["isActive as null", { ...VALID, isActive: null }, "isActive"],
    ["forwardQuery as a number", { ...VALID, forwardQuery: 1 }, "forwardQuery"],
    ["a crawlable that is no flag", { ...VALID, crawlable: null }, "crawlable must be true or"],
    ["a card as a text", { ...VALID, social: "x" }, "social must be an object"],
    [
      "a card without a title",
      { ...VALID, social: { image: "https://e.com/a.png" } },
      "social.title must be a text of 1 to 255 characters",
    ],
    ["a card with an empty title", { ...VALID, social: { title: " " } }, "social.title"],
    ["a card with a long title", { ...VALID, social: { title: "x".repeat(256) } }, "255"],
    ["a long text", { ...VALID, social: { title: "x", description: "x".repeat(1_001) } }, "1000"],
    ["a NUL in a card", { ...VALID, social: { title: "a\u0000b" } }, "social.title must not"],
    [
      "a picture over http",
      { ...VALID, social: { title: "x", image: "http://e.com/a.png" } },
      "social.image must be a URL that begins with https://, or null",
    ],
    [
      "a picture in the card itself",
      { ...VALID, social: { title: "x", image: "data:image/png;base64,AA" } },
      "social.image must be a URL that begins with https://, or null",
    ],
    [
      "a picture with credentials",
      { ...VALID, social: { title: "x", image: "https://a:b@e.com/a.png" } },
      "social.image must be a valid URL without a user name or password",
    ],
    ["forwardPath as another word", { ...VALID, forwardPath: "maybe" }, "forwardPath"],
    ["another redirectStatus", { ...VALID, redirectStatus: 303 }, "redirectStatus must be one of"],
    ["redirectStatus as a text", { ...VALID, redirectStatus: "301" }, "redirectStatus"],
    ["tags as a number", { ...VALID, tags: 1 }, "tags must be a list of names"],
    ["tags of another type", { ...VALID, tags: [1] }, "tags"],
    ["an empty tag", { ...VALID, tags: [" "] }, "tags"],
    ["a long tag", { ...VALID, tags: ["t".repeat(51)] }, "tags"],
    ["many tags", { ...VALID, tags: Array.from({ length: 51 }, (_, at) => `t${at}`) }, "tags"],
    ["a collection that is no id", { ...VALID, collectionId: 5 }, "collectionId"],
    ["an unknown collection", { ...VALID, collectionId: crypto.randomUUID() }, "collectionId"],
    ["an array", [VALID], "JSON object"],
    ["null", "null", "JSON object"],
    ["a text", '"https://example.com"', "JSON object"],
    ["malformed JSON", '{"destinationUrl": ', "not valid JSON"],
    ["an empty body", "", "empty"],
  ];
  for (const [name, body, message] of bodies) {
    it(`${name}, and makes nothing`, async ({ expect }) => {
      const client = await newNativeClient();
      const before = await countLinks();
      const response = await client.call("POST", "/api/links", body);
      expect(response.status).toBe(400);
      const refusal = response.body;
      expect(refusal).toEqual({
        code: "VALIDATION_ERROR",
        message: expect.stringContaining(message),
      });
      expect(await countLinks()).toBe(before);
    });
  }

  it("a collection of another workspace", async ({ expect }) => {
    const other = await newNativeClient();
    const { id } = (
      await other.call<{ id: string }>("POST", "/api/collections", { name: "Theirs" })
    ).body;
    const client = await newNativeClient();
    const response = await client.call("POST", "/api/links", { ...VALID, collectionId: id });
    expect(response.status).toBe(400);
  });

  it("a body of 1 MB, and one of another type", async ({ expect }) => {
    const client = await newNativeClient();
    const large = await client.call("POST", "/api/links", { ...VALID, title: "x".repeat(1e6) });
    expect(large.status).toBe(413);
    expect(large.body).toEqual({ code: expect.any(String), message: expect.any(String) });
    const xml = await client.call("POST", "/api/links", "<link/>", { "Content-Type": "text/xml" });
    expect(xml.status).toBe(415);
  });

  it("two wrong fields in one sentence", async ({ expect }) => {
    const client = await newNativeClient();
    const response = await client.call<{ message: string }>("POST", "/api/links", {
      shortCode: "a",
      isActive: 1,
    });
    const { message } = response.body;
    expect(message).toContain("destinationUrl is required and must be a valid URL");
    expect(message).toContain("shortCode must be");
    expect(message).toContain("isActive must be");
  });
});

describe("PATCH /api/links/:id refuses", () => {
  const bodies: readonly (readonly [body: unknown, message: string])[] = [
    [{ destinationUrl: null }, "destinationUrl"],
    [{ destinationUrl: "javascript:alert(1)" }, "destinationUrl"],
    [{ destinationUrl: "https://sign.test/loop" }, "destinationUrl"],
    [{ shortCode: null }, "shortCode"],
    [{ shortCode: "a b" }, "shortCode"],
    [{ shortCode: "admin" }, "reserved"],
    [{ title: 5 }, "title"],
    [{ isActive: "maybe" }, "isActive"],
    [{ isArchived: 1 }, "isArchived"],
    [{ expiresAt: "2001-01-01T00:00:00Z" }, "expiresAt"],
    [{ endsAt: "2027-01-01T00:00:00Z" }, "endsAt"],
    [{ redirectStatus: 200 }, "redirectStatus"],
    [{ tags: null }, "tags"],
    [{ collectionId: "x" }, "collectionId"],
    ["[]", "JSON object"],
    ["{", "not valid JSON"],
  ];
  for (const [body, message] of bodies) {
    it(`${JSON.stringify(body)}, and changes nothing`, async ({ expect }) => {
      const client = await newNativeClient();
      const link = await client.link({ startsAt: "2027-06-01T00:00:00Z" });
      const response = await client.call("PATCH", `/api/links/${link.id}`, body);
      expect(response.status).toBe(400);
      expect(response.body).toEqual({
        code: "VALIDATION_ERROR",
        message: expect.stringContaining(message),
      });
      expect((await client.call("GET", `/api/links/${link.id}`)).body).toEqual(link);
    });
  }

  it("nothing of what it does not know, and sets none of it", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await client.link();
    const stranger = await newAccount();
    const response = await client.call("PATCH", `/api/links/${link.id}`, {
      id: crypto.randomUUID(),
      userId: stranger.userId,
      workspaceId: stranger.workspace.id,
      createdAt: "2001-01-01T00:00:00Z",
      version: 50,
      suspendedAt: null,
      title: "set",
    });
    expect(response.body).toEqual({
      ...link,
      title: "set",
      updatedAt: expect.any(String),
    });
    expect(response.headers.get("ETag")).toBe('"2"');
  });
});

describe("every link route", () => {
  const routes = (id: string) =>
    [
      ["GET", `/api/links/${id}`, undefined],
      ["PATCH", `/api/links/${id}`, { title: "x" }],
      ["DELETE", `/api/links/${id}`, undefined],
    ] as const;

  it("answers for another workspace's link as for an unknown one", async ({ expect }) => {
    const owner = await newNativeClient();
    const link = await owner.link();
    const stranger = await newNativeClient();
    const unknownId = crypto.randomUUID();
    for (const [method, path, body] of routes(link.id)) {
      const foreign = await stranger.call(method, path, body);
      const unknown = await stranger.call(method, path.replace(link.id, unknownId), body);
      const nonsense = await stranger.call(method, path.replace(link.id, "42"), body);
      expect([foreign.status, unknown.status, nonsense.status]).toEqual([404, 404, 404]);
      const text = foreign.text;
      expect(unknown.text).toBe(text);
      expect(nonsense.text).toBe(text);
      expect(JSON.parse(text)).toEqual({ code: "NOT_FOUND", message: expect.any(String) });
    }
    expect((await owner.call("GET", `/api/links/${link.id}`)).body).toEqual(link);
  });

  it("requires its scope", async ({ expect }) => {
    const account = await newAccount();
    const link = await (await newNativeClient({ account })).link();
    const needs = [
      ["links:read", "GET", "/api/links", undefined],
      ["links:read", "GET", `/api/links/${link.id}`, undefined],
      ["links:read", "GET", "/api/links/check/abc", undefined],
      ["links:create", "POST", "/api/links", VALID],
      ["links:update", "PATCH", `/api/links/${link.id}`, { title: "x" }],
      ["links:delete", "DELETE", `/api/links/${link.id}`, undefined],
    ] as const;
    const scopes = ["links:read", "links:create", "links:update", "links:delete"] as const;
    for (const [scope, method, path, body] of needs) {
      const rest = await newNativeClient({
        account,
        scopes: scopes.filter((other) => other !== scope),
      });
      const refused = await rest.call(method, path, body);
      expect(refused.status).toBe(403);
      expect(refused.body).toMatchObject({
        code: "FORBIDDEN",
        message: expect.stringContaining(scope),
      });
      const only = await newNativeClient({ account, scopes: [scope] });
      expect((await only.call(method, path, body)).status).toBeLessThan(300);
    }
  });

  it("authenticates before it reads the body", async ({ expect }) => {
    const response = await callApi("/api/links", { method: "POST", body: "{" });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: "UNAUTHORIZED" });
  });

  it("lets a member delete only links of their own", async ({ expect }) => {
    const owner = await newNativeClient();
    const member = await newAccount();
    await join(member.userId, owner.account.workspace, "member");
    const there = { "Signpost-Workspace": owner.account.workspace.uuid };
    const client = await newNativeClient({ account: member });
    const theirs = await owner.link();
    const create = await client.call<{ id: string }>("POST", "/api/links", VALID, there);
    const own = create.body;
    const refused = await client.call("DELETE", `/api/links/${theirs.id}`, undefined, there);
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ code: "FORBIDDEN" });
    const edit = { title: "edited" };
    expect((await client.call("PATCH", `/api/links/${theirs.id}`, edit, there)).status).toBe(200);
    expect((await client.call("DELETE", `/api/links/${own.id}`, undefined, there)).status).toBe(
      200,
    );
    await join(member.userId, owner.account.workspace, "manager");
    const allowed = await client.call("DELETE", `/api/links/${theirs.id}`, undefined, there);
    expect(allowed.status).toBe(200);
  });

  it("says which methods there are", async ({ expect }) => {
    const client = await newNativeClient();
    const response = await client.call("PUT", "/api/links", VALID);
    expect(response.status).toBe(405);
    expect(response.headers.get("Allow")).toBe("GET, HEAD, POST");
  });

  it("stores hostile texts as they are", async ({ expect }) => {
    const client = await newNativeClient();
    for (const title of ["' OR 1=1 --", "'; delete from links; select '1", "<script>", "%", "\\"]) {
      const link = await client.link({ title, tags: [title], shortCode: newCode() });
      expect(link).toMatchObject({ title, tags: [{ name: title }] });
      const query = new URLSearchParams({ q: title, tag: title });
      const found = await client.call("GET", `/api/links?${query.toString()}`);
      expect(found.body).toEqual([listed(link)]);
    }
  });
});
