/** The native API on the test's own clock: decisions and timestamps that depend on the time. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { PAGE_TIMES } from "../../support/client.ts";
import { newNativeClient } from "../../support/native.ts";

const NOW = PAGE_TIMES.native;
const clock = () => NOW;

describe("the native API's clock", () => {
  it("stamps a link, and says when it is live", async ({ expect }) => {
    const client = await newNativeClient({ clock });
    const body = { destinationUrl: "https://example.com" };
    const created = await client.call("POST", "/api/links", body);
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      createdAt: "2026-05-04T10:00:00.000Z",
      updatedAt: "2026-05-04T10:00:00.000Z",
    });
    expect(created.headers.get("Signpost-Live-By")).toBe("2026-05-04T10:01:35.000Z");
  });

  it("decides what has expired", async ({ expect }) => {
    const client = await newNativeClient({ clock });
    const create = (expiresAt: string) =>
      client.call("POST", "/api/links", { destinationUrl: "https://example.com", expiresAt });
    expect((await create("2026-05-04T10:00:00.001Z")).status).toBe(201);
    expect((await create("2026-05-04T10:00:00Z")).body).toEqual({
      code: "VALIDATION_ERROR",
      message: "expiresAt must lie in the future",
    });
  });

  it("accepts a token until its moment of expiry", async ({ expect }) => {
    const at = async (nowMs: number) => {
      const client = await newNativeClient({ clock: () => nowMs });
      await env.DB.prepare("update tokens set expires_at_ms = ? where user_id = ?")
        .bind(NOW, client.account.userId)
        .run();
      return (await client.call("GET", "/api/me")).status;
    };
    expect(await at(NOW - 1)).toBe(200);
    expect(await at(NOW)).toBe(401);
  });

  it("ends a report with its day", async ({ expect }) => {
    const client = await newNativeClient({ clock });
    const { id } = await client.link();
    const report = await client.call("GET", `/api/analytics/link/${id}?range=7d`);
    expect(report.body).toMatchObject({ from: "2026-04-28", to: "2026-05-04" });
  });
});
