/** The quotas of a plan, enforced by the statements that write. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { PLANS } from "../../src/access/plans.ts";
import type { LinkContext } from "../../src/links/context.ts";
import { createLink, createLinks } from "../../src/links/create-link.ts";
import type { NewRule } from "../../src/links/rules/rule.ts";
import { updateLink } from "../../src/links/update-link.ts";
import { input, makeLink, newContext } from "../support/link-context.ts";
import { newCode } from "../support/native.ts";

const RULE: NewRule = { targetUrl: "https://example.com/ua", countries: ["UA"] };
const VARIANT = { id: "a", name: "A", url: "https://example.com/a", weight: 1, active: true };

async function contextOn(plan: "free" | "pro", links = 0): Promise<LinkContext> {
  const context = await newContext();
  const { access } = context;
  await createLinks(
    context,
    Array.from({ length: links }, () => input()),
  );
  return { ...context, access: { ...access, workspace: { ...access.workspace, plan } } };
}

async function linksOf({ access }: LinkContext): Promise<unknown> {
  return env.DB.prepare("select count(*) n from links where workspace_id = ?")
    .bind(access.workspace.id)
    .first("n");
}

const FREE_MAX = PLANS.free.linksMax ?? 0;
const PRO_MAX = PLANS.pro.linksMax ?? 0;

describe("the plan's links", () => {
  it("no link can be created beyond the plan's number", async ({ expect }) => {
    const context = await contextOn("free", FREE_MAX - 1);
    expect((await createLink(context, input())).ok).toBe(true);
    expect(await createLink(context, input())).toEqual({
      ok: false,
      error: {
        reason: "quota_exceeded",
        quota: "links",
        plan: "free",
        limit: FREE_MAX,
        used: FREE_MAX,
      },
    });
  });

  it("concurrent calls never exceed the plan's links", async ({ expect }) => {
    const context = await contextOn("free", FREE_MAX - 3);
    const results = await Promise.all(
      Array.from({ length: 10 }, () => createLink(context, input())),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(3);
    expect(await linksOf(context)).toBe(FREE_MAX);
  });

  it("a call of many links is refused as a whole beyond the plan, and accepted if it fits", async ({
    expect,
  }) => {
    const context = await contextOn("pro", PRO_MAX - 3);
    const used = PRO_MAX - 3;
    const four = await createLinks(
      context,
      Array.from({ length: 4 }, () => input({ tags: ["x"] })),
    );
    expect(four).toEqual({
      ok: false,
      error: { reason: "quota_exceeded", quota: "links", plan: "pro", limit: PRO_MAX, used },
    });
    expect(await linksOf(context)).toBe(used);
    // Links that are refused for another reason need no room.
    const five = await createLinks(context, [
      input(),
      input({ destinationUrl: "javascript:1" }),
      input(),
      input({ code: "api" }),
      input(),
    ]);
    expect(five).toMatchObject({
      ok: true,
      value: [{ ok: true }, { ok: false }, { ok: true }, { ok: false }, { ok: true }],
    });
    expect(await linksOf(context)).toBe(PRO_MAX);
  });

  it("rows that a large call inserts in several statements are counted once", async ({
    expect,
  }) => {
    const context = await contextOn("pro");
    const description = "d".repeat(1_000);
    const made = await createLinks(
      context,
      Array.from({ length: 1_200 }, () => input({ description })),
    );
    expect(made.ok && made.value.every(({ ok }) => ok)).toBe(true);
  });
});

describe("the plan's rules", () => {
  const limit = PLANS.free.rulesPerLinkMax ?? 0;
  const rules = (count: number) => Array.from({ length: count }, () => RULE);

  it("rules beyond the plan's number are refused, for one link and among many", async ({
    expect,
  }) => {
    const context = await contextOn("free");
    const error = {
      reason: "quota_exceeded",
      quota: "rules",
      plan: "free",
      limit,
      used: limit + 1,
    };
    expect(await createLink(context, input({ rules: rules(limit + 1) }))).toEqual({
      ok: false,
      error,
    });
    const link = await makeLink(context, { rules: rules(limit) });
    const changed = await updateLink(context, { id: link.id }, { rules: rules(limit + 1) });
    expect(changed).toEqual({ ok: false, error });
  });

  it("a link with more rules than the plan allows keeps them, but gets no more", async ({
    expect,
  }) => {
    const context = await newContext();
    const { access } = context;
    const link = await makeLink(context, { rules: rules(limit + 2) });
    const free = {
      ...context,
      access: { ...access, workspace: { ...access.workspace, plan: "free" as const } },
    };
    const ref = { id: link.id };
    expect((await updateLink(free, ref, { rules: rules(limit + 2) })).ok).toBe(true);
    expect((await updateLink(free, ref, { rules: rules(limit + 3) })).ok).toBe(false);
    expect((await updateLink(free, ref, { rules: rules(limit + 1) })).ok).toBe(true);
  });
});

describe("a workspace beyond its plan's links", () => {
  it("may still rename them", async ({ expect }) => {
    const context = await newContext();
    const { id } = await makeLink(context);
    await createLinks(
      context,
      Array.from({ length: FREE_MAX }, () => input()),
    );
    const { access } = context;
    const free = {
      ...context,
      access: { ...access, workspace: { ...access.workspace, plan: "free" as const } },
    };
    expect((await updateLink(free, { id }, { code: newCode() })).ok).toBe(true);
  });
});

describe("a plan without A/B tests", () => {
  it("creates no tests, but existing ones can be turned off", async ({ expect }) => {
    const context = await contextOn("free");
    const error = { reason: "quota_exceeded", quota: "variants", plan: "free", limit: 0, used: 1 };
    const abTest = { enabled: true, variants: [VARIANT] };
    expect(await createLink(context, input({ abTest }))).toEqual({ ok: false, error });
    const off = { enabled: false, variants: [] };
    const link = await makeLink(context, { abTest: off });
    expect((await updateLink(context, { id: link.id }, { abTest: off })).ok).toBe(true);
    expect((await updateLink(context, { id: link.id }, { abTest })).ok).toBe(false);
  });
});

describe("a plan without bulk creation", () => {
  it("creates one link at a time", async ({ expect }) => {
    const context = await contextOn("free");
    expect(await createLinks(context, [input(), input()])).toEqual({
      ok: false,
      error: { reason: "quota_exceeded", quota: "bulk", plan: "free", limit: 1, used: 2 },
    });
    expect(await linksOf(context)).toBe(0);
  });
});
