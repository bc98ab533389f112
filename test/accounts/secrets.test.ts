import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import app from "../../src/api/app.ts";
import { SECRET_LENGTH_MIN } from "../../src/platform/secret-strength.ts";
import { secretOf } from "../../src/platform/secrets.ts";
import { ORIGIN } from "../support/api.ts";
import { envWith } from "../support/faults.ts";
import { ADMIN_TOKEN } from "../support/operator.ts";

const PATHS = ["/api/health", "/api/v1/links", "/apiv1/links/analytics"];

describe("the installation's secrets", () => {
  it.for(["AUTH_SECRET", "ADMIN_TOKEN"] as const)(
    "are refused below 32 characters, with a sentence for the operator: %s",
    async (name, { expect }) => {
      const lines = vi.spyOn(console, "error").mockImplementation(() => {});
      for (const path of PATHS) {
        const weak = envWith({ [name]: "x".repeat(SECRET_LENGTH_MIN - 1) });
        const request = new Request(`${ORIGIN}${path}`);
        const response = await app.fetch(request, weak, createExecutionContext());
        expect(response.status).toBe(500);
        expect(await response.text()).not.toContain(name);
      }
      const logged = lines.mock.calls.flat().join("\n");
      expect(logged).toContain(`${name} must be at least 32 characters.`);
      expect(logged).not.toContain("xxxx");
      lines.mockRestore();
    },
  );

  it("need no more than SIGNPOST_SECRET, which must not be guessed either", async ({ expect }) => {
    const lines = vi.spyOn(console, "error").mockImplementation(() => {});
    const weak = ["", " ".repeat(SECRET_LENGTH_MIN), "x".repeat(100), undefined];
    for (const SIGNPOST_SECRET of weak) {
      const given = { ...env, SIGNPOST_SECRET } as Cloudflare.Env;
      const request = new Request(`${ORIGIN}/api/health`);
      const response = await app.fetch(request, given, createExecutionContext());
      expect(response.status).toBe(500);
    }
    const logged = lines.mock.calls.flat().join("\n");
    expect(logged).toContain(
      "SIGNPOST_SECRET must be at least 32 characters, 8 of them different.",
    );
    expect(logged).toContain("SIGNPOST_SECRET is not set.");
    lines.mockRestore();
  });

  it("may each be set by themselves, without SIGNPOST_SECRET", async ({ expect }) => {
    const { SIGNPOST_SECRET: _, ...rest } = env;
    const own = {
      ...rest,
      AUTH_SECRET: "a".repeat(SECRET_LENGTH_MIN),
      ENCRYPTION_KEY: await secretOf(env, "ENCRYPTION_KEY"),
      ADMIN_TOKEN: "t".repeat(SECRET_LENGTH_MIN),
    } as Cloudflare.Env;
    const ask = (token: string) =>
      app.fetch(
        new Request(`${ORIGIN}/api/admin/dead-letters`, {
          headers: { Authorization: `Bearer ${token}` },
        }),
        own,
        createExecutionContext(),
      );
    expect((await ask("t".repeat(SECRET_LENGTH_MIN))).status).toBe(200);
    expect((await ask(ADMIN_TOKEN)).status).toBe(401);
  });

  it("may lack an ADMIN_TOKEN, and nobody operates the installation then", async ({ expect }) => {
    const without = envWith({ ADMIN_TOKEN: "" });
    const ask = (path: string, headers: Record<string, string> = {}) =>
      app.fetch(new Request(`${ORIGIN}${path}`, { headers }), without, createExecutionContext());
    expect((await ask("/api/health")).status).toBe(200);
    const headers = { Authorization: `Bearer ${ADMIN_TOKEN}` };
    expect((await ask("/api/admin/dead-letters", headers)).status).toBe(401);
  });
});
