/** Passwords and UTM parameters, as the native API takes and shows them. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { newNativeClient } from "../../../support/native.ts";

describe("a native link", () => {
  it("has no password and no UTM parameters unless told otherwise", async ({ expect }) => {
    const client = await newNativeClient();
    expect(await client.link()).toMatchObject({ passwordProtected: false, utmParams: {} });
  });

  it("gets, changes and loses both", async ({ expect }) => {
    const client = await newNativeClient();
    const utmParams = { utm_source: "newsletter" };
    const link = await client.link({ password: "open sesame", utmParams });
    expect(link).toMatchObject({ passwordProtected: true, utmParams });
    expect(JSON.stringify(link)).not.toMatch(/sesame|scrypt/);
    const change = async (fields: object) => {
      const response = await client.call("PATCH", `/api/links/${link.id}`, fields);
      return response.body;
    };
    expect(await change({ title: "Same" })).toMatchObject({ passwordProtected: true, utmParams });
    expect(await change({ password: null, utmParams: null })).toMatchObject({
      passwordProtected: false,
      utmParams: {},
    });
  });

  it("is refused with 503, and not made, while too many passwords wait to be hashed", async ({
    expect,
  }) => {
    const client = await newNativeClient();
    const link = { destinationUrl: "https://example.com", password: "open sesame" };
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => client.call("POST", "/api/links", link)),
    );
    const busy = answers.filter(({ status }) => status === 503);
    expect(busy.length).toBeGreaterThan(0);
    for (const { headers, body } of busy) {
      expect(headers.get("Retry-After")).toBe("2");
      expect(body).toMatchObject({
        code: "UNAVAILABLE",
        message: "The server is busy. Try again in 2 seconds.",
      });
    }
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length + busy.length).toBe(12);
    const listed = await client.call("GET", "/api/links");
    expect(listed.body).toHaveLength(made.length);
  });

  it.for([
    [{ password: "" }, "password must be a text of 1 to 128 characters, or null"],
    [{ password: "x".repeat(129) }, "password must be a text of 1 to 128 characters, or null"],
    [
      { utmParams: { color: "red" } },
      "utmParams must be an object of texts by names such as utm_source, or null",
    ],
    [
      { utmParams: { utm_source: 7 } },
      "utmParams must be an object of texts by names such as utm_source, or null",
    ],
    [{ utmParams: { utm_source: "a\u0000b" } }, "utmParams must not contain control characters"],
  ] as const)("refuses what is neither", async ([fields, message], { expect }) => {
    const client = await newNativeClient();
    const response = await client.call("POST", "/api/links", {
      destinationUrl: "https://example.com",
      ...fields,
    });
    expect(response.status).toBe(400);
    expect(response.body).toEqual({ code: "VALIDATION_ERROR", message });
  });

  it("has a schedule on the plans pro and enterprise alone", async ({ expect }) => {
    const client = await newNativeClient();
    const send = async (plan: string) => {
      await env.DB.prepare("update workspaces set plan = ? where id = ?")
        .bind(plan, client.account.workspace.id)
        .run();
      return client.call("POST", "/api/links", {
        destinationUrl: "https://example.com",
        startsAt: "2026-04-01T00:00:00Z",
      });
    };
    expect((await send("pro")).status).toBe(201);
    expect((await send("enterprise")).status).toBe(201);
    const refused = await send("free");
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ code: "PLAN_LIMIT", quota: "schedules" });
  });
});
