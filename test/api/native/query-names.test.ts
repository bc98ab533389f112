import { describe, it } from "vitest";

import { nearestName, unknownNames } from "../../../src/api/shared/nearest-name.ts";
import { newNativeClient } from "../../support/native.ts";

describe("a query parameter that a native request does not take", () => {
  it.for([
    ["/api/links?shortcode=nope", "shortcode"],
    ["/api/links?tags=a", '"tags" is no parameter of this request: did you mean tag?'],
    ["/api/tags?limit=2", '"limit" is no parameter of this request, which takes none'],
    ["/api/links?Q=a", "did you mean q?"],
    [`/api/links?${"x".repeat(5_000)}=1`, "It takes q, tag"],
  ] as const)("%s is refused, not dropped", async ([path, sentence], { expect }) => {
    const client = await newNativeClient();
    const { status, body } = await client.call("GET", path);
    expect(status).toBe(400);
    expect(body["code"]).toBe("VALIDATION_ERROR");
    expect(body["message"]).toContain(sentence);
  });

  it("is told after who asks is known", async ({ expect }) => {
    const client = await newNativeClient({ scopes: ["webhooks:read"] });
    expect((await client.call("GET", "/api/links?nope=1")).status).toBe(403);
  });
});

describe("the nearest name", () => {
  it.for([
    ["short_code", "shortCode"],
    ["SHORTCODE", "shortCode"],
    ["destination", "destinationUrl"],
    ["destinationUlr", "destinationUrl"],
    ["zzz", null],
    ["", null],
  ] as const)("to %s is %s", ([given, wanted], { expect }) => {
    const names = ["shortCode", "destinationUrl", "limit"];
    expect(nearestName(given, names)).toBe(wanted);
  });
});

describe("unknown names", () => {
  it("are told in part where there are thousands, since each is compared", ({ expect }) => {
    const names = Array.from({ length: 5_000 }, (_, at) => `n${at}`);
    expect(unknownNames(names, ["limit"], "field")).toHaveLength(5);
    expect(unknownNames(["limt"], ["limit"], "field")).toEqual([
      '"limt" is no field of this request: did you mean limit?',
    ]);
  });

  it("make no answer longer than the fields of a webhook that caused it", async ({ expect }) => {
    const client = await newNativeClient({ scopes: ["webhooks:manage"] });
    const fields = Object.fromEntries(Array.from({ length: 3_000 }, (_, at) => [`k${at}`, 1]));
    const { status, body } = await client.call("POST", "/api/webhooks", fields);
    expect(status).toBe(400);
    expect(String(body["message"]).length).toBeLessThan(2_000);
  });
});
