/** What the passwords of links cost the call that sets them, and what becomes of the others. */

import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, it } from "vitest";

import { PLANS } from "../../src/access/plans.ts";
import type { LinkContext } from "../../src/links/context.ts";
import { createLink, createLinks, type LinkInput } from "../../src/links/create-link.ts";
import { HASHED_MAX } from "../../src/links/new-passwords.ts";
import { updateLink } from "../../src/links/update-link.ts";
import { usage } from "../../src/platform/hash-turns.ts";
import { sealPassword } from "../../src/platform/sealed-password.ts";
import { secretOf, type Secrets } from "../../src/platform/secrets.ts";
import { upkeepFor } from "../../src/upkeep/upkeep.ts";
import { BROWSER, follow, recordingRedirect } from "../support/following.ts";
import { input, makeLink, makeLinks, newContext } from "../support/link-context.ts";
import { insertLink, type LinkRow } from "../support/link-rows.ts";
import { newCode, newNativeClient } from "../support/native.ts";
import { newPvtlnkClient } from "../support/pvtlnk.ts";
import { DEFAULT_RULES, newRevolinkClient } from "../support/revolink.ts";

// No sweep of its own accord while a test counts hashes.
beforeAll(async () => {
  await exports.default.fetch("https://sign.test/api/health");
  await runInDurableObject(upkeepFor(env), (_upkeep, state) => state.storage.deleteAlarm());
});

async function hashesOf(work: () => Promise<unknown>): Promise<number> {
  const before = usage.hashes;
  await work();
  return usage.hashes - before;
}

function locked(count: number, over: Partial<LinkInput> = {}): LinkInput[] {
  return Array.from({ length: count }, (_, at) => input({ password: `secret ${at}`, ...over }));
}

function enter(code: string, password: string): Promise<Response> {
  const address = `2001:db8:${crypto.randomUUID().slice(0, 4)}:${crypto.randomUUID().slice(0, 4)}::1`;
  return follow(recordingRedirect().redirect, `/${code}`, {
    method: "POST",
    headers: { "User-Agent": BROWSER, "CF-Connecting-IP": address },
    body: new URLSearchParams({ password }),
  });
}

/** Makes a link whose password is sealed, as the eleventh of a call is. */
async function sealedLink(password: string, secrets: Secrets = env): Promise<LinkRow> {
  const keys = await secretOf(secrets, "ENCRYPTION_KEY");
  const link = await insertLink({ password_version: 1 });
  await env.DB.prepare("UPDATE links SET password_hash = ?2 WHERE id = ?1")
    .bind(link.id, await sealPassword(keys, link.uuid, password))
    .run();
  return link;
}

async function storedOf({ id }: LinkRow): Promise<string> {
  const row = await env.DB.prepare("SELECT password_hash AS stored FROM links WHERE id = ?1")
    .bind(id)
    .first<{ stored: string }>();
  return row?.stored.split("$")[1] ?? "";
}

describe("a call that sets many passwords", () => {
  it("hashes ten before it answers, and leaves none of them readable", async ({ expect }) => {
    const context = await newContext();
    const inputs = locked(25, { password: "correct horse" });
    expect(await hashesOf(() => makeLinks(context, inputs))).toBe(HASHED_MAX);
    const { results } = await env.DB.prepare("SELECT * FROM links WHERE workspace_id = ?1")
      .bind(context.access.workspace.id)
      .all();
    const kinds = results.map((row) => String(row["password_hash"]).split("$")[1]);
    expect(kinds.filter((kind) => kind === "scrypt")).toHaveLength(HASHED_MAX);
    expect(kinds.filter((kind) => kind === "sealed")).toHaveLength(15);
    expect(JSON.stringify(results)).not.toContain("correct");
  });

  it.for([
    [
      "native bulk",
      async () => {
        const client = await newNativeClient();
        const links = locked(100);
        return client.call("POST", "/api/links/bulk", { links });
      },
    ],
    [
      "native import",
      async () => {
        const client = await newNativeClient();
        return client.call("POST", "/api/links/import", { csv: csvOf(1_000) });
      },
    ],
    [
      "PVTLNK import",
      async () => {
        const client = await newPvtlnkClient();
        return client.call("POST", "/links/bulk_import", { csv: csvOf(1_000) });
      },
    ],
    [
      // Its links take no password; if one is sent, it must not cost anything.
      "RevoLink bulk",
      async () => {
        const client = await newRevolinkClient();
        const item = { name: "A", rules: DEFAULT_RULES, password: "secret" };
        const links = Array.from({ length: 100 }, () => item);
        return client.call("POST", "/apiv1/links/bulk-create", { links });
      },
    ],
  ] as const)("is bounded in every dialect: %s", async ([name, call], { expect }) => {
    const hashes = await hashesOf(async () => expect([200, 201]).toContain((await call()).status));
    expect(hashes).toBe(name === "RevoLink bulk" ? 0 : HASHED_MAX);
  });
});

function csvOf(rows: number): string {
  const row = "https://example.com,secret\n";
  return `destination_url,password\n${row.repeat(rows)}`;
}

describe("a sealed password", () => {
  // A sweep hashes a few passwords: none that other tests have left.
  beforeEach(async () => {
    await env.DB.prepare(
      "UPDATE links SET password_hash = NULL WHERE password_hash GLOB '$sealed$*'",
    ).run();
  });

  it("opens its link at once, and no other password does", async ({ expect }) => {
    const { code } = await sealedLink("open sesame");
    expect((await enter(code, "open sesamf")).status).toBe(403);
    expect((await enter(code, "open sesame")).status).toBe(303);
  });

  it("opens nothing once its key is gone", async ({ expect }) => {
    const gone = { ENCRYPTION_KEY: `9:${btoa("a-key-that-is-gone-of-32-bytes!!")}` };
    const link = await sealedLink("open sesame", gone);
    expect((await enter(link.code, "open sesame")).status).toBe(503);
    await env.DB.prepare("DELETE FROM links WHERE id = ?1").bind(link.id).run();
  });

  it("is hashed by sweeps, a few at a time, and its link stays as it was", async ({ expect }) => {
    const links: LinkRow[] = [];
    for (let n = 0; n < 7; n += 1) links.push(await sealedLink(`secret ${n}`));
    const last = links[6] ?? links[0];
    if (last === undefined) throw new Error("There are seven links.");
    const read = () => env.DB.prepare("SELECT * FROM links WHERE id = ?1").bind(last.id).first();
    const before = await read();
    const upkeep = upkeepFor(env);
    expect(await hashesOf(() => upkeep.sweep(Date.now()))).toBe(5);
    expect(await storedOf(last)).toBe("sealed");
    expect(await hashesOf(() => upkeep.sweep(Date.now()))).toBe(2);
    expect(await storedOf(last)).toBe("scrypt");
    expect(await hashesOf(() => upkeep.sweep(Date.now()))).toBe(0);
    expect({ ...(await read()), password_hash: null }).toEqual({ ...before, password_hash: null });
    expect((await enter(last.code, "secret 6")).status).toBe(303);
  });

  it("that is changed while it is hashed keeps the change", async ({ expect }) => {
    const link = await sealedLink("secret");
    const sweeping = upkeepFor(env).sweep(Date.now());
    await env.DB.prepare("UPDATE links SET password_hash = ?2 WHERE id = ?1")
      .bind(
        link.id,
        await sealPassword(await secretOf(env, "ENCRYPTION_KEY"), link.uuid, "another"),
      )
      .run();
    await sweeping;
    expect((await enter(link.code, "secret")).status).toBe(403);
    expect((await enter(link.code, "another")).status).toBe(303);
  });
});

describe("a refused call spends no hash", () => {
  it("for a code that is taken, held, reserved or asked for twice", async ({ expect }) => {
    const context = await newContext();
    const [taken, held, twice] = [newCode(), newCode(), newCode()];
    await makeLink(await newContext(), { code: taken });
    await env.DB.prepare(
      "INSERT INTO reserved_codes (domain, code, workspace_id, until_ms) VALUES ('', ?1, 0, ?2)",
    )
      .bind(held, context.nowMs + 1_000)
      .run();
    const inputs = [taken, held, "api", twice, twice].map((code) =>
      input({ code, password: "secret" }),
    );
    let reasons: readonly string[] = [];
    const hashes = await hashesOf(async () => {
      const results = await makeLinks(context, inputs);
      reasons = results.map((one) => (one.ok ? "made" : one.error.reason));
    });
    expect(reasons).toEqual(["code_taken", "code_taken", "code_reserved", "made", "code_taken"]);
    expect(hashes).toBe(1);
  });

  it("for fields that are wrong, and for a plan without room or without bulk", async ({
    expect,
  }) => {
    const context = await newContext();
    const on = (plan: "free" | "pro"): LinkContext => ({
      ...context,
      access: { ...context.access, workspace: { ...context.access.workspace, plan } },
    });
    const free = on("free");
    await makeLinks(
      context,
      Array.from({ length: PLANS.free.linksMax ?? 0 }, () => input()),
    );
    const refused = [
      () => createLink(context, input({ password: "secret", destinationUrl: "nowhere" })),
      () => createLink(context, input({ password: "secret", collection: 987_654 })),
      () => createLink(free, input({ password: "secret" })),
      () => createLinks(free, locked(2)),
      () => createLinks(on("pro"), locked(5_001)),
    ];
    for (const call of refused) {
      const hashes = await hashesOf(async () => expect(await call()).toMatchObject({ ok: false }));
      expect(hashes).toBe(0);
    }
  });

  it("for a change to a taken code, an old version, or a link that is not there", async ({
    expect,
  }) => {
    const context = await newContext();
    const taken = newCode();
    await makeLink(await newContext(), { code: taken });
    const { id } = await makeLink(context);
    const changes = { password: "secret" };
    const hashes = await hashesOf(async () => {
      expect(await updateLink(context, { id }, { ...changes, code: taken })).toMatchObject({
        error: { reason: "code_taken" },
      });
      expect(await updateLink(context, { id }, changes, { expectedVersions: [7] })).toMatchObject({
        error: { reason: "version_mismatch" },
      });
      expect(await updateLink(context, { id: 987_654_321 }, changes)).toMatchObject({
        error: { reason: "link_not_found" },
      });
    });
    expect(hashes).toBe(0);
  });

  it("for a body of each dialect that is not valid", async ({ expect }) => {
    const [native, pvtlnk] = [await newNativeClient(), await newPvtlnkClient()];
    const password = "secret";
    const link = { destination_url: "nowhere" };
    const hashes = await hashesOf(async () => {
      const links = [{ destinationUrl: "nowhere", password }];
      const csv = "destination_url,password\nnowhere,secret\n";
      await native.call("POST", "/api/links", links[0]);
      await native.call("POST", "/api/links/bulk", { links });
      await native.call("POST", "/api/links/import", { csv });
      await pvtlnk.call("POST", "/links", { link, password });
      await pvtlnk.call("POST", "/links/bulk_import", { csv });
    });
    expect(hashes).toBe(0);
  });

  it("for a call that repeats an Idempotency-Key", async ({ expect }) => {
    const client = await newNativeClient();
    const body = { destinationUrl: "https://example.com", password: "secret" };
    const key = { "Idempotency-Key": crypto.randomUUID() };
    const send = () => client.call("POST", "/api/links", body, key);
    expect(await hashesOf(send)).toBe(1);
    expect(await hashesOf(send)).toBe(0);
    expect(
      await hashesOf(() => client.call("POST", "/api/links", { ...body, title: "x" }, key)),
    ).toBe(0);
  });
});
