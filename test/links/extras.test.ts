/** UTM parameters, passwords and schedules of links, as the use cases store them. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import type { Plan } from "../../src/config.ts";
import type { LinkContext } from "../../src/links/context.ts";
import { createLink } from "../../src/links/create-link.ts";
import type { LinkFields } from "../../src/links/link.ts";
import { updateLink } from "../../src/links/update-link.ts";
import { DAY_MS } from "../../src/platform/clock.ts";
import { verifyPassword } from "../../src/platform/password.ts";
import { input, makeLink, newContext, NOW } from "../support/link-context.ts";

async function change(context: LinkContext, id: number, fields: LinkFields) {
  const updated = await updateLink(context, { id }, fields);
  if (!updated.ok) throw new Error(updated.error.reason);
  return updated.value;
}

async function storedPassword(id: number) {
  const row = await env.DB.prepare(
    "select password_hash as hash, password_version as version from links where id = ?",
  )
    .bind(id)
    .first<{ hash: string | null; version: number }>();
  if (row === null) throw new Error("The link is gone.");
  return row;
}

function onPlan(context: LinkContext, plan: Plan): LinkContext {
  const workspace = { ...context.access.workspace, plan };
  return { ...context, access: { ...context.access, workspace } };
}

describe("UTM parameters", () => {
  it("UTM parameters are stored, replaced as a whole, and removed by null", async ({ expect }) => {
    const context = await newContext();
    const link = await makeLink(context, {
      utm: { utm_source: "newsletter", utm_medium: "email" },
    });
    expect(link.utm).toEqual({ utm_source: "newsletter", utm_medium: "email" });
    expect((await change(context, link.id, { title: "Same" })).utm).toEqual(link.utm);
    const replaced = await change(context, link.id, { utm: { utm_source: "ad" } });
    expect(replaced.utm).toEqual({ utm_source: "ad" });
    expect((await change(context, link.id, { utm: null })).utm).toEqual({});
  });
});

describe("a link's password", () => {
  it("is stored as a hash, and only its existence is shown", async ({ expect }) => {
    const context = await newContext();
    const link = await makeLink(context, { password: "open sesame" });
    expect(link.hasPassword).toBe(true);
    expect(JSON.stringify(link)).not.toContain("scrypt");
    const { hash, version } = await storedPassword(link.id);
    expect(version).toBe(1);
    expect(await verifyPassword("open sesame", hash ?? "")).toBe(true);
  });

  it("gets a new version whenever it is set or removed", async ({ expect }) => {
    const context = await newContext();
    const link = await makeLink(context);
    expect(link.hasPassword).toBe(false);
    expect(await storedPassword(link.id)).toEqual({ hash: null, version: 0 });
    await change(context, link.id, { password: "first" });
    await change(context, link.id, { title: "Not the password" });
    expect((await storedPassword(link.id)).version).toBe(1);
    await change(context, link.id, { password: "first" });
    const removed = await change(context, link.id, { password: null });
    expect(removed.hasPassword).toBe(false);
    expect(await storedPassword(link.id)).toEqual({ hash: null, version: 3 });
  });
});

describe("a schedule", () => {
  it.for(["pro", "enterprise"] as const)("is for the plan %s", async (plan, { expect }) => {
    const context = onPlan(await newContext(), plan);
    const made = await createLink(context, input({ startsAtMs: NOW, endsAtMs: NOW + DAY_MS }));
    expect(made.ok).toBe(true);
  });

  it("is refused on the free plan, where an existing one may stay or be removed", async ({
    expect,
  }) => {
    const context = await newContext();
    const free = onPlan(context, "free");
    const refusal = { reason: "quota_exceeded", quota: "schedules", plan: "free", limit: 0 };
    expect(await createLink(free, input({ endsAtMs: NOW }))).toMatchObject({ error: refusal });
    const link = await makeLink(context, { startsAtMs: NOW, endsAtMs: NOW + DAY_MS });
    expect(await updateLink(free, { id: link.id }, { startsAtMs: NOW + 1 })).toMatchObject({
      error: refusal,
    });
    const kept = await change(free, link.id, { startsAtMs: NOW, title: "Edited" });
    expect(kept).toMatchObject({ startsAtMs: NOW, title: "Edited" });
    const cleared = await change(free, link.id, { startsAtMs: null, endsAtMs: null });
    expect(cleared).toMatchObject({ startsAtMs: null, endsAtMs: null });
  });
});
