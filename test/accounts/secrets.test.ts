import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import app from "../../src/api/app.ts";
import { SECRET_LENGTH_MIN } from "../../src/platform/secret-length.ts";
import { ORIGIN } from "../support/api.ts";
import { envWith } from "../support/faults.ts";

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

  it("may lack an ADMIN_TOKEN, and nobody operates the installation then", async ({ expect }) => {
    const without = envWith({ ADMIN_TOKEN: "" });
    const ask = (path: string, headers: Record<string, string> = {}) =>
      app.fetch(new Request(`${ORIGIN}${path}`, { headers }), without, createExecutionContext());
    expect((await ask("/api/health")).status).toBe(200);
    const headers = { Authorization: `Bearer ${env.ADMIN_TOKEN}` };
    expect((await ask("/api/admin/dead-letters", headers)).status).toBe(401);
  });
});
