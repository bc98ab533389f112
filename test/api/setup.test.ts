import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import app from "../../src/api/app.ts";
import { newAccount } from "../support/account.ts";
import { callApi, ORIGIN } from "../support/api.ts";

/** The page as a new installation shows it: a database that finds nobody. */
async function ofNewInstallation(): Promise<Response> {
  const ctx = createExecutionContext();
  const nobody = { all: () => Promise.resolve({ results: [] }), raw: () => Promise.resolve([]) };
  const statement = { bind: () => ({ ...statement, ...nobody }), ...nobody };
  const DB = new Proxy(env.DB, {
    get: (target, name) => (name === "prepare" ? () => statement : Reflect.get(target, name)),
  });
  const response = await app.fetch(new Request(`${ORIGIN}/setup`), { ...env, DB }, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}

describe("/setup", () => {
  it("shows the form of the first account, which can talk to this host only", async ({
    expect,
  }) => {
    const response = await ofNewInstallation();
    expect(response.status).toBe(200);
    const policy = response.headers.get("Content-Security-Policy") ?? "";
    const nonce = /script-src 'nonce-([\w-]+)'/.exec(policy)?.[1] ?? "none";
    expect(policy).toContain("connect-src 'self'");
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    const page = await response.text();
    expect(page).toContain('autocomplete="new-password"');
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).toContain(`<script nonce="${nonce}">`);
  });

  it("shows no form once there is an account", async ({ expect }) => {
    await newAccount();
    for (const path of ["/setup", "/setup/"]) {
      const page = await (await callApi(path)).text();
      expect(page).toContain("is set up");
      expect(page).not.toContain("<form");
    }
  });

  it("is a page, and nothing else", async ({ expect }) => {
    expect((await callApi("/setup", { method: "POST" })).status).toBe(405);
    const head = await callApi("/setup", { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });
});
