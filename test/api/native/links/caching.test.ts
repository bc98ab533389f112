import { describe, it } from "vitest";

import { newNativeClient } from "../../../support/native.ts";

describe("GET /api/links/:id", () => {
  it.for([
    ["its own", '"1"', 304],
    ["its own, weak", 'W/"1"', 304],
    ["a list with its own", '"7", "1"', 304],
    ["any", "*", 304],
    ["another", '"2"', 200],
    ["another server's", '"abc"', 200],
  ] as const)("with %s ETag in If-None-Match answers %s", async ([, tag, status], { expect }) => {
    const client = await newNativeClient();
    const { id } = await client.link();
    const headers = { "If-None-Match": tag };
    const answer = await client.call("GET", `/api/links/${id}`, undefined, headers);
    expect(answer.status).toBe(status);
    expect(answer.headers.get("ETag")).toBe('"1"');
    expect(answer.text === "").toBe(status === 304);
  });

  it("is sent again once the link has changed", async ({ expect }) => {
    const client = await newNativeClient();
    const { id } = await client.link();
    await client.call("PATCH", `/api/links/${id}`, { title: "T" });
    const headers = { "If-None-Match": '"1"' };
    const answer = await client.call("GET", `/api/links/${id}`, undefined, headers);
    expect(answer).toMatchObject({ status: 200, body: { title: "T" } });
  });
});

describe("GET /api/links", () => {
  it("names the next page by a whole URL", async ({ expect }) => {
    const client = await newNativeClient();
    for (const title of ["a", "b"]) await client.link({ title });
    const { headers } = await client.call("GET", "/api/links?limit=1");
    expect(headers.get("Link")).toMatch(
      /^<https:\/\/sign\.test\/api\/links\?limit=1&cursor=\w+>; rel="next"$/,
    );
  });
});
