/** The validator that the dialects share, on top of Hono's and zod's. */

import { Hono } from "hono";
import { describe, it } from "vitest";
import * as z from "zod";

import type { DialectEnvironment } from "../../../src/api/shared/dialect.ts";
import { validatorFor } from "../../../src/api/shared/validate.ts";

const validate = validatorFor((c, failure) => c.json(failure, 400));
const anything = z.record(z.string(), z.unknown());

const app = new Hono<DialectEnvironment>()
  .post("/json", validate.json(anything, { limitBytes: 100 }), (c) => c.json(c.req.valid("json")))
  .post("/form", validate.json(anything, { forms: true }), (c) => c.json(c.req.valid("json")))
  .post("/text", validate.json(z.string(), { textTypes: ["text/csv"] }), (c) =>
    c.json([c.req.valid("json")]),
  )
  .post("/strict", validate.json(z.object({ a: z.number("a must be a number") })), (c) =>
    c.json(c.req.valid("json")),
  )
  .get("/query", validate.query(anything), (c) => c.json(c.req.valid("query")));

const post = async (path: string, type: string | undefined, body: string) => {
  const headers = type === undefined ? {} : { "Content-Type": type };
  const sent = new TextEncoder().encode(body);
  return (await app.request(path, { method: "POST", headers, body: sent })).json();
};

describe("Hono", () => {
  it("takes a body that has been read from its cache, though nothing documents it", async ({
    expect,
  }) => {
    const primed = new Hono().post("/", async (c) => {
      await c.req.raw.text();
      Object.assign(c.req.bodyCache, { text: Promise.resolve('{"from":"cache"}') });
      return c.json(await c.req.json());
    });
    const response = await primed.request("/", { method: "POST", body: '{"from":"stream"}' });
    expect(await response.json()).toEqual({ from: "cache" });
  });
});

describe("a body", () => {
  it.for(["application/json", "Application/JSON; charset=utf-8", "text/vnd.example+json"])(
    "is validated as JSON when its type is %s",
    async (type, { expect }) => {
      expect(await post("/json", type, '{"a":[1]}')).toEqual({ a: [1] });
    },
  );

  it("is refused before zod sees it: another type, too large, not JSON, empty", async ({
    expect,
  }) => {
    expect(await post("/json", "text/plain", "{}")).toMatchObject({
      reason: "body_type_unsupported",
    });
    expect(await post("/json", undefined, "{}")).toMatchObject({ reason: "body_type_unsupported" });
    const large = JSON.stringify({ a: "x".repeat(100) });
    expect(await post("/json", "application/json", large)).toMatchObject({
      reason: "body_too_large",
    });
    for (const body of ["{", ""]) {
      expect(await post("/json", "application/json", body)).toMatchObject({
        reason: "body_malformed",
      });
    }
  });

  it("of a form is an object of texts, and the last value of a field counts", async ({
    expect,
  }) => {
    const type = "application/x-www-form-urlencoded";
    expect(await post("/form", type, "a=1&b[]=2&a=3&c=")).toEqual({ a: "3", "b[]": "2", c: "" });
    expect(await post("/json", type, "a=1")).toMatchObject({ reason: "body_type_unsupported" });
  });

  it("of a text is the text", async ({ expect }) => {
    expect(await post("/text", "text/csv; header=present", "a,b\n1,2")).toEqual(["a,b\n1,2"]);
  });

  it("that the schema refuses is answered in the dialect's format", async ({ expect }) => {
    expect(await post("/strict", "application/json", '{"a":"x"}')).toEqual({
      reason: "validation_failed",
      issues: [{ path: ["a"], message: "a must be a number" }],
    });
  });
});

describe("a query", () => {
  it("holds the last value of a repeated parameter, and bytes that are no UTF-8 replaced", async ({
    expect,
  }) => {
    const response = await app.request("/query?a=1&b=x+y&a=2&c=%FF");
    expect(await response.json()).toEqual({ a: "2", b: "x y", c: "\uFFFD" });
  });
});
