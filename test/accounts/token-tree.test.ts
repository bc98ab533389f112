/** Tokens that tokens made, and tokens that open one workspace alone. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { createToken } from "../../src/accounts/create-token.ts";
import { tokenStore } from "../../src/accounts/tokens.ts";
import { databaseOf } from "../../src/db/database.ts";
import { objectIdOf } from "../../src/platform/uuid.ts";
import { type Account, join, leave, newAccount } from "../support/account.ts";
import { callApi, jsonOf } from "../support/api.ts";

interface WireToken {
  readonly id: string;
  readonly token: string;
  readonly parentId: string | null;
  readonly expiresAt: string | null;
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

const make = async (by: Account, fields: object = {}, headers: object = {}): Promise<WireToken> => {
  const body = { name: "Made", scopes: ["links:read"], ...fields };
  const response = await callApi(
    "/api/tokens",
    jsonOf("POST", body, { ...by.bySession, ...headers }),
  );
  if (response.status !== 201) throw new Error(await response.text());
  return response.json();
};

/** Lets a token make another one, as PVTLNK's clients do. */
const generate = async (token: string): Promise<string> => {
  const response = await callApi("/api/v1/tokens/generate", {
    method: "POST",
    headers: bearer(token),
  });
  if (response.status !== 201) throw new Error(await response.text());
  const { api_token }: { api_token: string } = await response.json();
  return api_token;
};

const list = async (by: Account): Promise<WireToken[]> =>
  (await callApi("/api/tokens", { headers: by.bySession })).json();

const revoke = (by: Account, id: string, query = "") =>
  callApi(`/api/tokens/${id}${query}`, { method: "DELETE", headers: by.bySession });

const works = async (token: string) =>
  (await callApi("/api/me", { headers: bearer(token) })).status === 200;

const setPlan = ({ workspace }: Account, plan: string) =>
  env.DB.prepare("update workspaces set plan = ? where id = ?").bind(plan, workspace.id).run();

describe("a token that a token made", () => {
  it("is listed with the one that made it", async ({ expect }) => {
    const ada = await newAccount();
    const parent = await make(ada);
    await generate(parent.token);
    const [child, first] = await list(ada);
    expect(first).toMatchObject({ id: parent.id, parentId: null });
    expect(child).toMatchObject({ parentId: parent.id });
  });

  it("is named when the other is revoked, and ends with it if that is wanted", async ({
    expect,
  }) => {
    const ada = await newAccount();
    const root = await make(ada);
    const child = await generate(root.token);
    const grandchild = await generate(child);
    // A client that rotates revokes its token itself, and only that one.
    await callApi("/api/v1/tokens/revoke", { method: "DELETE", headers: bearer(child) });
    expect([await works(root.token), await works(child), await works(grandchild)]).toEqual([
      true,
      false,
      true,
    ]);
    const other = await make(ada);
    const id = (await list(ada)).find(({ parentId }) => parentId !== null)?.id ?? "";

    const revoked = await revoke(ada, root.id);
    expect(await revoked.json()).toEqual({ id: root.id, revoked: true, descendants: [id] });
    expect(await works(grandchild)).toBe(true);
    const ended = await revoke(ada, root.id, "?descendants=true");
    expect(await ended.json()).toEqual({ id: root.id, revoked: true, ended: [id] });
    expect(await works(grandchild)).toBe(false);
    expect(await works(other.token)).toBe(true);
    expect((await revoke(ada, root.id, "?descendants=true")).status).toBe(404);
    expect((await revoke(ada, other.id, "?descendants=maybe")).status).toBe(400);
  });

  it("is not ended by another person", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const { id, token } = await make(ada);
    expect((await revoke(bob, id, "?descendants=true")).status).toBe(404);
    expect(await works(token)).toBe(true);
  });

  it("is not made any more once the other is revoked, however close", async ({ expect }) => {
    const { userId, workspace, token } = await newAccount();
    const db = databaseOf(env.DB);
    const parent = await tokenStore(db, userId).find(await token());
    if (parent === null) throw new Error("The token was not made.");
    // What PVTLNK's route has read, just before the revocation.
    await tokenStore(db, userId).revokeTree(parent.uuid);
    const given = {
      name: "Late",
      scopes: parent.scopes,
      expiresAtMs: null,
      workspaceId: workspace.id,
      workspaceOnly: false,
      parentId: parent.id,
    };
    expect(await createToken(db, userId, given, Date.now())).toEqual({
      ok: false,
      error: { reason: "token_parent_ended" },
    });
  });
});

describe("a token for one workspace alone", () => {
  it("opens no other one, by whatever name", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    await join(ada.userId, bob.workspace, "manager");
    const { token } = await make(ada, { workspaceOnly: true });
    const child = await generate(token);
    const free = await make(ada);
    const [own, other] = [ada.workspace.uuid, bob.workspace.uuid];
    for (const [each, isOpen] of [
      [token, false],
      [child, false],
      [free.token, true],
    ] as const) {
      const get = (path: string, headers: object = {}) =>
        callApi(path, { headers: { ...bearer(each), ...headers } });
      const named = await get("/api/links", { "Signpost-Workspace": other });
      expect(named.status).toBe(isOpen ? 200 : 404);
      expect((await get("/api/links", { "Signpost-Workspace": own })).status).toBe(200);
      expect((await get(`/api/workspaces/${other}`)).status).toBe(isOpen ? 200 : 404);
      expect((await get(`/api/workspaces/${own}`)).status).toBe(200);
      const all: object[] = await (await get("/api/workspaces")).json();
      expect(all).toHaveLength(isOpen ? 2 : 1);
    }
    const asked = async (uuid: string, each: string) => {
      const query = new URLSearchParams({ workspaceId: objectIdOf(uuid) });
      const path = `/apiv1/links/${"0".repeat(24)}/analytics?${query.toString()}`;
      return callApi(path, { headers: { "X-Api-Key": each } });
    };
    const scoped = await make(ada, { scopes: ["links:read:analytics"], workspaceOnly: true });
    const refused = await asked(other, scoped.token);
    const unknown = await asked(crypto.randomUUID(), scoped.token);
    expect([refused.status, unknown.status]).toEqual([403, 403]);
    expect(await refused.text()).toBe(await unknown.text());
    expect((await asked(own, scoped.token)).status).toBe(404);
  });

  it("stops working when its person is removed from it", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    await join(ada.userId, bob.workspace, "member");
    const there = { "Signpost-Workspace": bob.workspace.uuid };
    const { token } = await make(ada, { workspaceOnly: true }, there);
    expect(await works(token)).toBe(true);
    await leave(ada.userId, bob.workspace);
    const get = (headers: object) =>
      callApi("/api/links", { headers: { ...bearer(token), ...headers } });
    expect((await get({})).status).toBe(403);
    expect((await get(there)).status).toBe(404);
    expect((await get({ "Signpost-Workspace": ada.workspace.uuid })).status).toBe(404);
  });
});

describe("the life of a token", () => {
  it.for([
    ["free", 1],
    ["pro", 2],
  ] as const)("is limited on %s to %d years", async ([plan, years], { expect }) => {
    const ada = await newAccount();
    await setPlan(ada, plan);
    const latest = new Date();
    latest.setUTCFullYear(latest.getUTCFullYear() + years);
    const { expiresAt } = await make(ada);
    expect(Math.abs(Date.parse(expiresAt ?? "") - latest.getTime())).toBeLessThan(60_000);
    const late = new Date(latest.getTime() + 3_600_000).toISOString();
    const body = { name: "Late", scopes: ["links:read"], expiresAt: late };
    const refused = await callApi("/api/tokens", jsonOf("POST", body, ada.bySession));
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({
      code: "VALIDATION_ERROR",
      message: expect.stringMatching(/^expiresAt must lie before .*: the plan/),
    });
  });

  it("is not limited on enterprise", async ({ expect }) => {
    const ada = await newAccount();
    expect((await make(ada)).expiresAt).toBeNull();
    const expiresAt = "2090-01-01T00:00:00.000Z";
    expect((await make(ada, { expiresAt })).expiresAt).toBe(expiresAt);
  });
});
