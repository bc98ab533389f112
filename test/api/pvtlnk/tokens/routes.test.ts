/** PVTLNK's page, "Generate API Token" and "Revoke API Token". */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { sha256Hex } from "../../../../src/platform/bytes.ts";
import { newPvtlnkClient, type PvtlnkClient } from "../../../support/pvtlnk.ts";

async function rowOf(token: unknown) {
  return env.DB.prepare(
    "select name, scopes, workspace_id as workspaceId, expires_at_ms as expiresAtMs from tokens where hash = ?",
  )
    .bind(await sha256Hex(String(token)))
    .first();
}

function as(client: PvtlnkClient, token: unknown, method: string, path: string) {
  return client.send(`/api/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${String(token)}` },
  });
}

async function expireAt(client: PvtlnkClient, ms: number): Promise<void> {
  await env.DB.prepare("update tokens set expires_at_ms = ? where user_id = ?")
    .bind(ms, client.account.userId)
    .run();
}

describe("POST /api/v1/tokens/generate", () => {
  it("answers the page's example with a token of the same scopes", async ({ expect }) => {
    const client = await newPvtlnkClient({ scopes: ["links:read", "links:create"] });
    const { status, body } = await client.call("POST", "/tokens/generate");
    expect(status).toBe(201);
    expect(body).toEqual({
      success: true,
      api_token: expect.stringMatching(/^pp_[\w-]{43}$/) as string,
      expires_at: "2027-03-12T00:00:00Z",
      message:
        "API token generated successfully. Store this token securely - it will not be shown again.",
    });
    expect(await rowOf(body["api_token"])).toEqual({
      name: "Made by Test",
      scopes: JSON.stringify(["links:read", "links:create"]),
      workspaceId: client.account.workspace.id,
      expiresAtMs: Date.parse("2027-03-12T00:00:00Z"),
    });
    expect((await as(client, body["api_token"], "GET", "/links")).status).toBe(200);
    expect((await as(client, body["api_token"], "GET", "/analytics/overview")).status).toBe(403);
  });

  it("creates no token that outlives the requesting one", async ({ expect }) => {
    const client = await newPvtlnkClient();
    await expireAt(client, Date.parse("2026-06-01T00:00:00Z"));
    const { body } = await client.call("POST", "/tokens/generate");
    expect(body["expires_at"]).toBe("2026-06-01T00:00:00Z");
    const next = await as(client, body["api_token"], "POST", "/tokens/generate");
    expect(next.body["expires_at"]).toBe("2026-06-01T00:00:00Z");
  });

  it("counts toward the five an hour", async ({ expect }) => {
    // The page's time lies before that of the tokens that tests make.
    const nowMs = Date.now();
    const client = await newPvtlnkClient({ clock: () => nowMs });
    for (let n = 0; n < 5; n += 1) {
      expect((await client.call("POST", "/tokens/generate")).status).toBe(201);
    }
    const { status, body, headers } = await client.call("POST", "/tokens/generate");
    expect(status).toBe(429);
    expect(body).toEqual({
      success: false,
      error: "At most 5 tokens can be created in an hour. Try again in 3600 seconds",
    });
    expect(headers.get("Retry-After")).toBe("3600");
  });
});

describe("DELETE /api/v1/tokens/revoke", () => {
  it("answers the page's example, and the token opens nothing any more", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const kept = await client.account.token();
    const { status, body } = await client.call("DELETE", "/tokens/revoke");
    expect(status).toBe(200);
    expect(body).toEqual({ success: true, message: "API token revoked successfully" });
    for (const path of ["/links", "/tokens/revoke"]) {
      const method = path === "/links" ? "GET" : "DELETE";
      expect((await client.call(method, path)).status).toBe(401);
    }
    expect((await as(client, kept, "GET", "/links")).status).toBe(200);
  });
});
