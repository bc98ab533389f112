import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { routeKey } from "../../src/links/route/address.ts";
import { publish } from "../../src/links/route/publish.ts";
import { updateLink } from "../../src/links/update-link.ts";
import { MINUTE_MS } from "../../src/platform/clock.ts";
import { sweepFresh } from "../../src/upkeep/row-sweep.ts";
import { UNPUBLISHED } from "../../src/upkeep/sweeps.ts";
import { broken, envWith, withMethod } from "../support/faults.ts";
import { makeLink, newContext, NOW } from "../support/link-context.ts";
import { insertDomain } from "../support/link-rows.ts";
import { newCode } from "../support/native.ts";

describe("updateLink", () => {
  it("edits an expired link without asking for its expiry again", async ({ expect }) => {
    const context = await newContext({ pastExpiry: true });
    const link = await makeLink(context, { expiresAtMs: NOW - 1 });
    const strict = { ...context, policy: { ...context.policy, pastExpiry: false } };
    const updated = await updateLink(strict, { id: link.id }, { title: "still expired" });
    expect(updated).toMatchObject({
      ok: true,
      value: { title: "still expired", expiresAtMs: NOW - 1, version: 2 },
    });
  });

  it("keeps the time at which a link was first archived", async ({ expect }) => {
    const context = await newContext();
    const link = await makeLink(context);
    const ref = { id: link.id };
    await updateLink(context, ref, { isArchived: true });
    const again = await updateLink({ ...context, nowMs: NOW + 9 }, ref, { isArchived: true });
    expect(again).toMatchObject({ ok: true, value: { archivedAtMs: NOW } });
  });

  it("publishes both addresses of a link that moves to another domain, without a sweep", async ({
    expect,
  }) => {
    const context = await newContext();
    const code = newCode();
    const link = await makeLink(context, { code });
    const left = { domain: "", code };
    await publish(env, left);
    expect(await env.ROUTES.get(routeKey(left))).not.toBeNull();
    const domain = `${newCode()}.example`;
    await insertDomain(context.access.workspace.id, domain);
    const moved = await updateLink(context, { id: link.id }, { domain });
    expect(moved.ok).toBe(true);
    await vi.waitFor(async () => {
      expect(await env.ROUTES.get(routeKey(left))).toBeNull();
      expect(await env.ROUTES.get(routeKey({ domain, code }))).not.toBeNull();
    });
  });

  it("returns while KV hangs, and leaves unpublished links to the sweep", async ({ expect }) => {
    const context = await newContext();
    const link = await makeLink(context);
    const hanging = withMethod(env.ROUTES, "put", () => new Promise(() => {}));
    const stuck = { ...context, env: envWith({ ROUTES: hanging }) };
    expect(await updateLink(stuck, { id: link.id }, { title: "x" })).toMatchObject({ ok: true });
    const failing = { ...context, env: envWith({ ROUTES: broken(env.ROUTES) }) };
    const again = await updateLink(failing, { id: link.id }, { isActive: false });
    expect(again).toMatchObject({ ok: true, value: { version: 3 } });
    await vi.waitFor(async () => {
      await sweepFresh(env, UNPUBLISHED, NOW + MINUTE_MS);
      expect(await env.ROUTES.get(`@/${link.code}`, "json")).toMatchObject({
        version: 3,
        gone: "inactive",
      });
    });
  });
});
