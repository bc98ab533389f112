import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { ledgerIdOf } from "../../../../src/ledger/ledger-id.ts";
import { ledgerFor } from "../../../../src/ledger/stub.ts";
import { publish } from "../../../../src/links/route/publish.ts";
import { objectIdOf } from "../../../../src/platform/uuid.ts";
import { upkeepFor } from "../../../../src/upkeep/upkeep.ts";
import { closeWorkspaces } from "../../../../src/workspaces/close-workspace.ts";
import { batch, click } from "../../../ledger/sample-clicks.ts";
import { type Account, join, newAccount } from "../../../support/account.ts";
import { callApi, jsonOf } from "../../../support/api.ts";
import { broken, envWith } from "../../../support/faults.ts";
import { insertDomain, insertLink } from "../../../support/link-rows.ts";

const send = (by: Account, method: string, path: string, body: unknown = {}) =>
  callApi(path, method === "GET" ? { headers: by.bySession } : jsonOf(method, body, by.bySession));

async function newWorkspace(by: Account): Promise<{ uuid: string; id: number; path: string }> {
  const created = await send(by, "POST", "/api/workspaces", { name: "Acme" });
  const { id: uuid }: { id: string } = await created.json();
  const id = await env.DB.prepare("select id from workspaces where uuid = ?")
    .bind(uuid)
    .first("id");
  return { uuid, id: Number(id), path: `/api/workspaces/${uuid}` };
}

const count = async (from: string, value: string | number) =>
  env.DB.prepare(`select count(*) as n from ${from} = ?`).bind(value).first("n");

describe("a workspace", () => {
  it("is created with its creator as the owner, and is usable immediately", async ({ expect }) => {
    const ada = await newAccount();
    const created = await send(ada, "POST", "/api/workspaces", { name: " Acme " });
    expect(created.status).toBe(201);
    const made: { id: string } = await created.json();
    expect(made).toEqual({
      id: made.id,
      objectId: objectIdOf(made.id),
      name: "Acme",
      plan: "enterprise",
      role: "owner",
    });
    const list: unknown[] = await (await send(ada, "GET", "/api/workspaces")).json();
    expect(list).toEqual([expect.objectContaining({ id: ada.workspace.uuid }), made]);
    const headers = { ...(await ada.byToken()), "Signpost-Workspace": made.id };
    expect((await callApi("/api/links", { headers })).status).toBe(200);
  });

  it("is created once per Idempotency-Key", async ({ expect }) => {
    const ada = await newAccount();
    const headers = { ...ada.bySession, "Idempotency-Key": crypto.randomUUID() };
    const make = () => callApi("/api/workspaces", jsonOf("POST", { name: "Once" }, headers));
    const [first, second] = [await make(), await make()];
    expect(await second.json()).toEqual(await first.json());
    expect(second.headers.get("Idempotent-Replayed")).toBe("true");
  });

  it("is kept in the EU only where the runtime can", async ({ expect }) => {
    const ada = await newAccount();
    const body = { name: "Europe", jurisdiction: "eu" };
    const refused = await send(ada, "POST", "/api/workspaces", body);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({
      code: "VALIDATION_ERROR",
      message: "jurisdiction must be null: this installation cannot keep data in the EU alone",
    });
    expect(await (await send(ada, "GET", "/api/workspaces")).json()).toHaveLength(1);
  });

  it.for([
    ["POST", {}, "name is required and must be a text"],
    ["POST", { name: " " }, "name must not be empty"],
    ["POST", { name: "x".repeat(101) }, "name must be at most 100 characters"],
    ["POST", { name: "x", jurisdiction: "us" }, 'jurisdiction must be "eu" or null'],
    ["PATCH", { name: null }, "name is required and must be a text"],
    ...[-1, 1.5, "7", 3_651].map(
      (clickRetentionDays) =>
        [
          "PATCH",
          { clickRetentionDays },
          "clickRetentionDays must be a whole number from 0 to 3650, or null",
        ] as const,
    ),
    ...[0, 366, 1.5, true].map(
      (attributionWindowDays) =>
        [
          "PATCH",
          { attributionWindowDays },
          "attributionWindowDays must be a whole number from 1 to 365, or null",
        ] as const,
    ),
  ] as const)("refuses %s of %j", async ([method, body, message], { expect }) => {
    const ada = await newAccount();
    const path = `/api/workspaces${method === "PATCH" ? `/${ada.workspace.uuid}` : ""}`;
    const before = await (await send(ada, "GET", "/api/workspaces")).text();
    const response = await send(ada, method, path, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ code: "VALIDATION_ERROR", message });
    expect(await (await send(ada, "GET", "/api/workspaces")).text()).toBe(before);
  });
});

describe("a workspace's settings", () => {
  it("change one by one", async ({ expect }) => {
    const ada = await newAccount();
    const { path } = await newWorkspace(ada);
    const before: object = await (await send(ada, "GET", path)).json();
    expect(before).toMatchObject({
      name: "Acme",
      jurisdiction: null,
      clickRetentionDays: null,
      attributionWindowDays: 30,
    });
    const renamed = await send(ada, "PATCH", path, { name: "Other" });
    expect(await renamed.json()).toEqual({ ...before, name: "Other" });
    const shortened = await send(ada, "PATCH", path, { clickRetentionDays: 7 });
    const after = { ...before, name: "Other", clickRetentionDays: 7 };
    expect(await shortened.json()).toEqual(after);
    const widened = await send(ada, "PATCH", path, { attributionWindowDays: 90 });
    expect(await widened.json()).toEqual({ ...after, attributionWindowDays: 90 });
    const usual = await send(ada, "PATCH", path, { attributionWindowDays: null });
    expect(await usual.json()).toEqual(after);
    expect(await (await send(ada, "PATCH", path, {})).json()).toEqual(after);
    expect(await (await send(ada, "GET", path)).json()).toEqual(after);
  });

  it("a workspace's settings reach its Ledger", async ({ expect }) => {
    const ada = await newAccount();
    const { uuid, path } = await newWorkspace(ada);
    const ledger = ledgerFor(env, ledgerIdOf({ uuid, jurisdiction: null }));
    const kept = async () => (await ledger.exportLog(null)).clicks.length;
    await send(ada, "PATCH", path, { clickRetentionDays: 0 });
    await ledger.ingest([batch([click({ atMs: Date.now() })])]);
    expect(await kept()).toBe(0);
    await send(ada, "PATCH", path, { clickRetentionDays: null });
    await ledger.ingest([batch([click({ atMs: Date.now() })])]);
    expect(await kept()).toBe(1);
  });
});

describe("deleting a workspace", () => {
  it("ends everything that belongs to it", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const { uuid, id, path } = await newWorkspace(ada);
    await join(bob.userId, { ...ada.workspace, id }, "manager");
    const email = `${uuid}@example.com`;
    const invited = await send(ada, "POST", `${path}/members`, { email, role: "member" });
    const { invitation }: { invitation: { url: string } } = await invited.json();
    const named = { ...ada.bySession, "Signpost-Workspace": uuid };
    const tokenBody = { name: "There", scopes: ["links:read"] };
    const made = await callApi("/api/tokens", jsonOf("POST", tokenBody, named));
    const { token }: { token: string } = await made.json();
    await callApi("/api/tags", jsonOf("POST", { name: "tag" }, named));
    const hostname = `${uuid}.example`;
    await insertDomain(id, hostname);
    const links = [await insertLink({}, id), await insertLink({ domain: hostname }, id)];
    for (const link of links) await publish(env, link);
    const ledger = ledgerFor(env, ledgerIdOf({ uuid, jurisdiction: null }));
    await ledger.ingest([batch([click({ atMs: Date.now() })])]);

    const deleted = await send(ada, "DELETE", path);
    expect(await deleted.json()).toEqual({ success: true, id: uuid });
    for (const by of [ada, bob]) expect((await send(by, "GET", path)).status).toBe(404);
    expect((await callApi("/api/me", { headers: { "X-Api-Key": token } })).status).toBe(401);
    const secret = invitation.url.split("/").at(-1);
    expect((await send(bob, "POST", `/api/invitations/${secret}/accept`)).status).toBe(404);
    await vi.waitFor(async () => {
      expect(await count("workspaces where id", id)).toBe(0);
      for (const { domain, code } of links) {
        const answer = await callApi(`https://${domain === "" ? "sign.test" : domain}/${code}`);
        expect(answer.status).toBe(404);
      }
    }, 8_000);
    for (const table of ["links", "members", "tags", "domains", "invitations", "tokens"]) {
      expect(await count(`${table} where workspace_id`, id), table).toBe(0);
    }
    expect(await count("pending_closures where workspace_id", id)).toBe(0);
    expect((await ledger.totals()).clicks).toBe(0);
    const [late] = await ledger.ingest([batch([click({ atMs: Date.now() })])]);
    expect(late).toMatchObject({ refused: true });
  });

  it("is not for a person's own", async ({ expect }) => {
    const ada = await newAccount();
    const response = await send(ada, "DELETE", `/api/workspaces/${ada.workspace.uuid}`);
    expect(response.status).toBe(409);
    expect(await response.json()).toEqual({
      code: "OWN_WORKSPACE",
      message: "Your own workspace goes with your account.",
    });
    expect((await send(ada, "GET", "/api/me")).status).toBe(200);
  });

  it("is continued by sweeps after a Worker dies, slice by slice", async ({ expect }) => {
    const ada = await newAccount();
    const { uuid, id, path } = await newWorkspace(ada);
    await env.DB.prepare(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < 1200)
       insert into links (uuid, workspace_id, user_id, code, destination_url, created_at_ms,
         updated_at_ms) select ?1 || i, ?2, 'u', ?1 || i, 'https://example.com', 0, 0 from n`,
    )
      .bind(crypto.randomUUID(), id)
      .run();
    // The request's own work ends after its first batch, because its next step fails.
    await env.DB.prepare(
      "insert into pending_closures (workspace_id, ledger, created_at_ms) values (?1, ?2, 1)",
    )
      .bind(id, uuid)
      .run();
    await env.DB.prepare("delete from members where workspace_id = ?").bind(id).run();
    const failing = envWith({ LEDGER: broken(env.LEDGER) });
    const left: unknown[] = [];
    for (let slice = 0; slice < 4; slice += 1) {
      await closeWorkspaces(failing, Date.now());
      left.push(await count("links where workspace_id", id));
    }
    expect(left).toEqual([700, 200, 0, 0]);
    expect(await count("workspaces where id", id)).toBe(1);

    await upkeepFor(env).sweep(Date.now());
    expect(await count("workspaces where id", id)).toBe(0);
    expect(await count("pending_closures where workspace_id", id)).toBe(0);
    expect(await count("reserved_codes where workspace_id", id)).toBe(1200);
    expect((await send(ada, "GET", path)).status).toBe(404);
    await runInDurableObject(
      ledgerFor(env, ledgerIdOf({ uuid, jurisdiction: null })),
      (_ledger, { storage }) => {
        const marks = storage.sql.exec("select name from marks").toArray();
        expect(marks).toEqual([{ name: "closed" }]);
      },
    );
  });
});
