import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, it } from "vitest";

import app from "../../src/api/app.ts";
import { jsonOf, ORIGIN } from "../support/api.ts";

let lastAddress = 0;

async function signUp(signups: "open" | "first" | "closed", email: string): Promise<Response> {
  const ctx = createExecutionContext();
  const body = { name: "Ada", email, password: "correct horse" };
  const request = new Request(
    `${ORIGIN}/api/auth/sign-up/email`,
    jsonOf("POST", body, { "CF-Connecting-IP": `192.0.2.${++lastAddress}` }),
  );
  const response = await app.fetch(request, { ...env, SIGNUPS: signups }, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}

describe("SIGNUPS", () => {
  beforeEach(async () => {
    await env.DB.prepare("delete from users").run();
  });

  it("allows every sign-up while it is open", async ({ expect }) => {
    expect((await signUp("open", "one@example.com")).status).toBe(200);
    expect((await signUp("open", "two@example.com")).status).toBe(200);
  });

  it("allows no sign-up while it is closed", async ({ expect }) => {
    const response = await signUp("closed", "one@example.com");
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({ code: "FORBIDDEN", message: expect.any(String) });
  });

  it("allows only the first account under `first`", async ({ expect }) => {
    expect((await signUp("first", "one@example.com")).status).toBe(200);
    const second = await signUp("first", "two@example.com");
    expect(second.status).toBe(403);
    expect(await second.json()).toEqual({ code: "FORBIDDEN", message: expect.any(String) });
  });

  it("counts accounts that were created while it was open", async ({ expect }) => {
    await signUp("open", "one@example.com");
    expect((await signUp("first", "two@example.com")).status).toBe(403);
  });

  it("creates one account for simultaneous first sign-ups", async ({ expect }) => {
    const responses = await Promise.all(
      ["a", "b", "c", "d"].map((name) => signUp("first", `${name}@example.com`)),
    );
    expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200, 403, 403, 403,
    ]);
    expect(await env.DB.prepare("select count(*) from users").first("count(*)")).toBe(1);
  });

  it("is not blocked by an interrupted first sign-up", async ({ expect }) => {
    const longAgo = Date.now() - 120_000;
    await env.DB.prepare(
      "insert into users (id, name, email, first_slot, created_at_ms, updated_at_ms) values ('half', 'Half', 'half@example.com', 1, ?, ?)",
    )
      .bind(longAgo, longAgo)
      .run();
    expect((await signUp("first", "whole@example.com")).status).toBe(200);
  });
});
