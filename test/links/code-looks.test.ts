/** What a person may learn of other workspaces' codes: `codes/looks.ts`. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { LOOKS_A_CALL, LOOKS_A_MINUTE } from "../../src/codes/looks.ts";
import { databaseOf } from "../../src/db/database.ts";
import { checkCode } from "../../src/links/check-code.ts";
import type { LinkContext } from "../../src/links/context.ts";
import { createLink, createLinks, type LinkInput } from "../../src/links/create-link.ts";
import { updateLink } from "../../src/links/update-link.ts";
import { MINUTE_MS } from "../../src/platform/clock.ts";
import { dropOutdated } from "../../src/upkeep/outdated.ts";
import { newAccount } from "../support/account.ts";
import { input, makeLink, newContext } from "../support/link-context.ts";
import { newCode } from "../support/native.ts";

const db = databaseOf(env.DB);

async function looksOf({ access }: LinkContext): Promise<number> {
  const looks = await env.DB.prepare("select looks from code_looks where user_id = ?")
    .bind(access.userId)
    .first<number>("looks");
  return looks ?? 0;
}

async function setLooks({ access, nowMs }: LinkContext, looks: number): Promise<void> {
  await env.DB.prepare(
    "insert or replace into code_looks (user_id, looks, since_ms) values (?, ?, ?)",
  )
    .bind(access.userId, looks, nowMs)
    .run();
}

/** Codes that another workspace has. */
async function foreignCodes(count: number): Promise<string[]> {
  const stem = newCode();
  const codes = Array.from({ length: count }, (_, n) => `${stem}${n}`);
  const made = await createLinks(
    await newContext(),
    codes.map((code) => input({ code })),
  );
  if (!made.ok || made.value.some(({ ok }) => !ok)) throw new Error("A code was taken.");
  return codes;
}

async function foreignCode(): Promise<string> {
  const [code = ""] = await foreignCodes(1);
  return code;
}

function later(context: LinkContext, minutes: number): LinkContext {
  return { ...context, nowMs: context.nowMs + minutes * MINUTE_MS };
}

const LIMITED = { ok: false, error: { reason: "rate_limited", retryAfterSeconds: 60 } };

describe("a look at another workspace's code", () => {
  it("costs one for a check, whatever its answer", async ({ expect }) => {
    const context = await newContext();
    const taken = await checkCode(db, context, await foreignCode());
    expect(taken).toMatchObject({ ok: true, value: { kind: "taken" } });
    expect(await checkCode(db, context, newCode())).toEqual({ ok: true, value: { kind: "free" } });
    expect(await looksOf(context)).toBe(2);
  });

  it("costs nothing at the workspace's own codes", async ({ expect }) => {
    const context = await newContext();
    const { code } = await makeLink(context, { code: newCode() });
    expect(await looksOf(context)).toBe(0);
    const checked = await checkCode(db, context, code);
    expect(checked).toMatchObject({ ok: true, value: { kind: "taken" } });
    expect(await createLink(context, input({ code }))).toMatchObject({
      error: { reason: "code_taken" },
    });
    expect(await looksOf(context)).toBe(0);
  });

  it("costs one for a create or a rename that is told of it, and nothing for the others", async ({
    expect,
  }) => {
    const context = await newContext();
    const { id } = await makeLink(context, { code: newCode() });
    expect((await updateLink(context, { id }, { code: newCode() })).ok).toBe(true);
    expect(await looksOf(context)).toBe(0);
    const taken = { ok: false, error: { reason: "code_taken" } };
    expect(await createLink(context, input({ code: await foreignCode() }))).toMatchObject(taken);
    expect(await looksOf(context)).toBe(1);
    const renamed = await updateLink(context, { id }, { code: await foreignCode() });
    expect(renamed).toMatchObject(taken);
    expect(await looksOf(context)).toBe(2);
    const [one = "", two = ""] = await foreignCodes(2);
    const wanted = [{ code: one }, { code: newCode() }, {}, { code: two }, { code: "api" }];
    expect((await createLinks(context, wanted.map(input))).ok).toBe(true);
    expect(await looksOf(context)).toBe(4);
  });

  it("costs what suggestions leave out", async ({ expect }) => {
    const code = newCode().slice(0, 12);
    const other = await newContext();
    await createLinks(
      other,
      [code, `${code}-1`, `my-${code}`].map((each) => input({ code: each })),
    );
    const context = await newContext();
    const checked = await checkCode(db, context, code);
    expect(checked).toMatchObject({ ok: true, value: { suggestions: { length: 5 } } });
    expect(await looksOf(context)).toBe(3);
    await setLooks(context, LOOKS_A_MINUTE - 1);
    expect(await checkCode(db, context, code)).toMatchObject({
      ok: true,
      value: { kind: "taken", suggestions: [] },
    });
  });

  it("is counted by person, over all of their workspaces", async ({ expect }) => {
    const context = await newContext();
    const { workspace } = await newAccount();
    await setLooks(context, LOOKS_A_MINUTE);
    const elsewhere = { ...context, access: { ...context.access, workspace } };
    expect(await checkCode(db, elsewhere, newCode())).toEqual(LIMITED);
  });
});

describe("a person who has looked at as many codes as a minute allows", () => {
  it("learns nothing of custom codes, whether they are free or taken", async ({ expect }) => {
    const context = await newContext();
    const link = await makeLink(context, {});
    const ref = { id: link.id };
    await setLooks(context, LOOKS_A_MINUTE - 1);
    expect((await checkCode(db, context, newCode())).ok).toBe(true);
    for (const code of [newCode(), await foreignCode()]) {
      expect(await checkCode(db, context, code)).toEqual(LIMITED);
      expect(await createLink(context, input({ code }))).toEqual(LIMITED);
      expect(await createLinks(context, [input(), input({ code })])).toEqual(LIMITED);
      expect(await updateLink(context, ref, { code })).toEqual(LIMITED);
    }
    expect(await looksOf(context)).toBe(LOOKS_A_MINUTE);
    expect((await createLink(context, input())).ok).toBe(true);
    expect((await updateLink(context, ref, { title: "x" })).ok).toBe(true);
    expect((await checkCode(db, later(context, 1), newCode())).ok).toBe(true);
  });

  it("pays a debt off by the minute, and may not look before", async ({ expect }) => {
    const context = await newContext();
    await setLooks(context, LOOKS_A_MINUTE * 3 + 1);
    const wait = { error: { reason: "rate_limited", retryAfterSeconds: 180 } };
    expect(await checkCode(db, context, newCode())).toMatchObject(wait);
    expect((await checkCode(db, later(context, 2), newCode())).ok).toBe(false);
    expect((await checkCode(db, later(context, 3), newCode())).ok).toBe(true);
    expect(await looksOf(context)).toBe(2);
  });

  it("cannot look more often by many calls at once", async ({ expect }) => {
    const context = await newContext();
    await setLooks(context, LOOKS_A_MINUTE - 3);
    const codes = await foreignCodes(12);
    const asked = await Promise.all(
      codes.map((code, n) =>
        n % 2 === 0 ? checkCode(db, context, code) : createLink(context, input({ code })),
      ),
    );
    const told = asked.filter((answer) => answer.ok || answer.error.reason === "code_taken");
    expect(told).toHaveLength(3);
  });
});

describe("one call", () => {
  it("tells a thousand taken codes, and stops there", async ({ expect }) => {
    const codes = await foreignCodes(LOOKS_A_CALL + 2);
    const context = await newContext();
    const wanted: Partial<LinkInput>[] = [
      { code: newCode() },
      ...codes.map((code) => ({ code })),
      {},
      { code: newCode() },
    ];
    const made = await createLinks(context, wanted.map(input));
    if (!made.ok) throw new Error(made.error.reason);
    const reasons = made.value.map((one) => (one.ok ? "made" : one.error.reason));
    expect(reasons[0]).toBe("made");
    expect(reasons.filter((reason) => reason === "code_taken")).toHaveLength(LOOKS_A_CALL);
    expect(reasons.slice(LOOKS_A_CALL + 1)).toEqual(Array(4).fill("call_stopped"));
    expect(await looksOf(context)).toBe(LOOKS_A_CALL);
    const wait = { error: { reason: "rate_limited", retryAfterSeconds: 8 * 60 } };
    expect(await createLink(context, input({ code: newCode() }))).toMatchObject(wait);
    expect((await createLink(later(context, 8), input({ code: newCode() }))).ok).toBe(true);
  });
});

describe("looks", () => {
  it("are forgotten a day after they are paid off", async ({ expect }) => {
    const context = await newContext();
    await setLooks(context, 5);
    await dropOutdated(env, context.nowMs);
    expect(await looksOf(context)).toBe(5);
    await dropOutdated(env, context.nowMs + 24 * 60 * MINUTE_MS + 1);
    expect(await looksOf(context)).toBe(0);
  });
});
