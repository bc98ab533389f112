import { env } from "cloudflare:workers";
import { afterEach, describe, it, vi } from "vitest";

import { DAY_MS, HOUR_MS } from "../../../../src/platform/clock.ts";
import { type Account, join, newAccount } from "../../../support/account.ts";
import { callApi, jsonOf } from "../../../support/api.ts";

interface WireInvitation {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly url: string;
  readonly expiresAt: string;
}

/** Creates a workspace with these owners. */
async function newWorkspace(first: Account, ...others: Account[]): Promise<string> {
  const init = jsonOf("POST", { name: "Shared" }, first.bySession);
  const { id }: { id: string } = await (await callApi("/api/workspaces", init)).json();
  for (const other of others) await insertOwner(other, id);
  return id;
}

const insertOwner = ({ userId }: Account, uuid: string) =>
  env.DB.prepare(
    `insert into members (workspace_id, user_id, role, created_at_ms)
     select id, ?, 'owner', ? from workspaces where uuid = ?`,
  )
    .bind(userId, Date.now(), uuid)
    .run();

const send = (by: Account, method: string, path: string, body: unknown = {}) =>
  callApi(path, method === "GET" ? { headers: by.bySession } : jsonOf(method, body, by.bySession));

const add = (by: Account, id: string, email: string, role = "member") =>
  send(by, "POST", `/api/workspaces/${id}/members`, { email, role });

async function invite(by: Account, id: string, email: string, role = "member") {
  const response = await add(by, id, email, role);
  if (response.status !== 201) throw new Error(await response.text());
  const { invitation }: { invitation: WireInvitation } = await response.json();
  return invitation;
}

interface WireMyInvitation {
  readonly id: string;
  readonly workspace: { readonly name: string };
  readonly role: string;
  readonly expiresAt: string;
}

const invitationsTo = async (by: Account): Promise<WireMyInvitation[]> =>
  (await send(by, "GET", "/api/invitations")).json();

/** Invites a person, who accepts. */
async function admit(by: Account, id: string, person: Account, role = "member"): Promise<void> {
  await accept(person, await invite(by, id, person.email, role));
}

const accept = (by: Account, { url }: Pick<WireInvitation, "url">) =>
  send(by, "POST", `/api/invitations/${url.split("/").at(-1)}/accept`);

const membersOf = async (by: Account, id: string): Promise<{ id: string; role: string }[]> =>
  (await send(by, "GET", `/api/workspaces/${id}/members`)).json();

const newEmail = () => `guest-${crypto.randomUUID()}@example.com`;

const setPlan = (uuid: string, plan: string) =>
  env.DB.prepare("update workspaces set plan = ? where uuid = ?").bind(plan, uuid).run();

describe("members", () => {
  it("an owner lists members who accepted, promotes and removes them", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const id = await newWorkspace(ada);
    await admit(ada, id, bob, "manager");
    const member = { id: bob.userId, userId: bob.userId, email: bob.email, role: "manager" };
    const owner = { id: ada.userId, userId: ada.userId, email: ada.email, role: "owner" };
    expect(await membersOf(ada, id)).toEqual([owner, member]);

    const path = `/api/workspaces/${id}/members/${bob.userId}`;
    const promoted = await send(ada, "PATCH", path, { role: "owner" });
    expect(await promoted.json()).toEqual({ ...member, role: "owner" });
    expect(await membersOf(bob, id)).toHaveLength(2);
    const removed = await send(bob, "DELETE", `/api/workspaces/${id}/members/${ada.userId}`);
    expect(await removed.json()).toEqual({ success: true, id: ada.userId });
    expect((await send(ada, "GET", `/api/workspaces/${id}`)).status).toBe(404);
    const again = await send(bob, "DELETE", `/api/workspaces/${id}/members/${ada.userId}`);
    expect(again.status).toBe(404);
  });

  it("a member is not invited again, as their owner may know", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const id = await newWorkspace(ada);
    await admit(ada, id, bob);
    const again = await add(ada, id, bob.email.toUpperCase(), "manager");
    expect(again.status).toBe(409);
    expect(await again.json()).toEqual({
      code: "ALREADY_EXISTS",
      message: `${bob.email} is a member of this workspace already.`,
    });
    expect(await membersOf(ada, id)).toMatchObject([{ role: "owner" }, { role: "member" }]);
  });

  it("a member who leaves loses the access of tokens and session at once", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    await join(bob.userId, ada.workspace, "member");
    const named = { "Signpost-Workspace": ada.workspace.uuid };
    const credentials = [
      { ...(await bob.byToken()), ...named },
      { ...bob.bySession, ...named },
    ];
    for (const headers of credentials) {
      expect((await callApi("/api/links", { headers })).status).toBe(200);
    }
    const path = `/api/workspaces/${ada.workspace.uuid}/members`;
    const theirs = await send(bob, "DELETE", `${path}/${ada.userId}`);
    expect(theirs.status).toBe(403);
    expect((await send(bob, "DELETE", `${path}/${bob.userId}`)).status).toBe(200);
    for (const headers of credentials) {
      expect((await callApi("/api/links", { headers })).status).toBe(404);
    }
  });

  it.for([
    ["POST", { email: "bob", role: "member" }, "email must be an e-mail address"],
    ["POST", { role: "member" }, "email must be an e-mail address"],
    [
      "POST",
      { email: "bob@example.com", role: "owner" },
      "role must be manager or member: an owner is made of a member",
    ],
    [
      "POST",
      { email: "bob@example.com" },
      "role must be manager or member: an owner is made of a member",
    ],
    ["PATCH", { role: "guest" }, "role must be one of member, manager, owner"],
    ["PATCH", {}, "role must be one of member, manager, owner"],
  ] as const)("%s refuses %j", async ([method, body, message], { expect }) => {
    const ada = await newAccount();
    const id = await newWorkspace(ada);
    const path = `/api/workspaces/${id}/members${method === "PATCH" ? `/${ada.userId}` : ""}`;
    const response = await send(ada, method, path, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ code: "VALIDATION_ERROR", message });
  });
});

describe("the last owner", () => {
  const LAST = {
    code: "LAST_OWNER",
    message: "A workspace needs an owner. Make somebody else one first.",
  };

  it("neither leaves nor steps down, while others are members", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const id = await newWorkspace(ada);
    await admit(ada, id, bob, "manager");
    const path = `/api/workspaces/${id}/members/${ada.userId}`;
    for (const response of [
      await send(ada, "DELETE", path),
      await send(ada, "PATCH", path, { role: "manager" }),
    ]) {
      expect(response.status).toBe(409);
      expect(await response.json()).toEqual(LAST);
    }
    expect((await send(ada, "PATCH", path, { role: "owner" })).status).toBe(200);
    await send(ada, "PATCH", `/api/workspaces/${id}/members/${bob.userId}`, { role: "owner" });
    expect((await send(ada, "DELETE", path)).status).toBe(200);
  });

  it.for(["DELETE", "PATCH"] as const)(
    "is one of two, whoever is faster, when both go at once by %s",
    async (method, { expect }) => {
      const [ada, bob] = [await newAccount(), await newAccount()];
      const id = await newWorkspace(ada, bob);
      const go = (by: Account) =>
        send(by, method, `/api/workspaces/${id}/members/${by.userId}`, { role: "member" });
      const answers = await Promise.all([go(ada), go(bob)]);
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
      const stays = answers[0].status === 409 ? ada : bob;
      const owners = (await membersOf(stays, id)).filter(({ role }) => role === "owner");
      expect(owners).toMatchObject([{ id: stays.userId }]);
    },
  );

  it("of a person's own workspace is that person, whatever other owners want", async ({
    expect,
  }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    await join(bob.userId, ada.workspace, "owner");
    const path = `/api/workspaces/${ada.workspace.uuid}/members/${ada.userId}`;
    for (const by of [ada, bob]) {
      const headers = by.bySession;
      expect((await callApi(path, { method: "DELETE", headers })).status).toBe(409);
      const demoted = await send(by, "PATCH", path, { role: "member" });
      expect(await demoted.json()).toEqual({
        code: "OWN_WORKSPACE",
        message: "Whose own workspace it is stays its owner.",
      });
    }
  });
});

describe("an invitation", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("adds the account that accepts it, once", async ({ expect }) => {
    const [ada, bob, eve] = [await newAccount(), await newAccount(), await newAccount()];
    const id = await newWorkspace(ada);
    const email = newEmail();
    const before = Date.now();
    const invitation = await invite(ada, id, email.toUpperCase(), "manager");
    expect(invitation).toEqual({
      id: expect.any(String),
      email,
      role: "manager",
      url: expect.stringMatching(/^https:\/\/sign\.test\/app\/invitations\/[0-9a-f]{64}$/),
      expiresAt: expect.any(String),
    });
    const lives = Date.parse(invitation.expiresAt) - before;
    expect(Math.abs(lives - 7 * DAY_MS)).toBeLessThan(60_000);
    const { url, ...listed } = invitation;
    const path = `/api/workspaces/${id}/invitations`;
    expect(await (await send(ada, "GET", path)).json()).toEqual([listed]);

    const accepted = await accept(bob, { url });
    expect(accepted.status).toBe(200);
    expect(await accepted.json()).toMatchObject({ id, name: "Shared", role: "manager" });
    expect(await membersOf(ada, id)).toMatchObject([
      { id: ada.userId },
      { id: bob.userId, email: bob.email, role: "manager" },
    ]);
    expect(await (await send(ada, "GET", path)).json()).toEqual([]);
    for (const by of [bob, eve]) expect((await accept(by, { url })).status).toBe(404);
  });

  it("admits one of two accounts that accept it concurrently", async ({ expect }) => {
    const ada = await newAccount();
    const id = await newWorkspace(ada);
    const invitation = await invite(ada, id, newEmail());
    const guests = await Promise.all([1, 2, 3].map(() => newAccount()));
    const answers = await Promise.all(guests.map((guest) => accept(guest, invitation)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 404, 404]);
    expect(await membersOf(ada, id)).toHaveLength(2);
  });

  it("is over after seven days, when it is withdrawn, and when it is renewed", async ({
    expect,
  }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const id = await newWorkspace(ada);
    const [email, path] = [newEmail(), `/api/workspaces/${id}/invitations`];
    const first = await invite(ada, id, email);
    const second = await invite(ada, id, email, "manager");
    const third = await invite(ada, id, newEmail());
    expect((await accept(bob, first)).status).toBe(404);
    const gone = await send(ada, "DELETE", `${path}/${third.id}`);
    expect(await gone.json()).toEqual({ success: true, id: third.id });
    expect((await accept(bob, third)).status).toBe(404);
    expect((await send(ada, "DELETE", `${path}/${third.id}`)).status).toBe(404);

    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse(second.expiresAt) });
    const answer = await callApi(`/api/invitations/${second.url.split("/").at(-1)}/accept`, {
      method: "POST",
      headers: (await newAccount()).bySession,
    });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({
      code: "NOT_FOUND",
      message: "There is no such invitation: it was used, withdrawn or declined, or has expired.",
    });
  });

  it("is not used up by a member who opens it", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const id = await newWorkspace(ada);
    const invitation = await invite(ada, id, newEmail());
    expect((await accept(ada, invitation)).status).toBe(409);
    expect((await accept(bob, invitation)).status).toBe(200);
  });

  it("is stored only as a hash", async ({ expect }) => {
    const ada = await newAccount();
    const { url } = await invite(ada, await newWorkspace(ada), newEmail());
    const { results } = await env.DB.prepare("select * from invitations").all();
    expect(JSON.stringify(results)).not.toContain(url.split("/").at(-1));
  });

  it("is made alike for an address with and without an account", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const id = await newWorkspace(ada);
    const batch = vi.spyOn(env.DB, "batch");
    const prepare = vi.spyOn(env.DB, "prepare");
    const seen: unknown[] = [];
    for (const address of [bob.email, newEmail()]) {
      batch.mockClear();
      prepare.mockClear();
      const answer = await add(ada, id, address);
      const { invitation }: { invitation: WireInvitation } = await answer.json();
      const { email, ...same } = invitation;
      expect(email).toBe(address);
      seen.push({
        status: answer.status,
        lengths: Object.entries(same).map(([key, value]) => [key, value.length]),
        trips: batch.mock.calls.length,
        statements: prepare.mock.calls.map(([text]) => text),
      });
    }
    batch.mockRestore();
    prepare.mockRestore();
    expect(seen[0]).toEqual(seen[1]);
    // Nobody is a member who has not accepted.
    expect(await membersOf(ada, id)).toHaveLength(1);
    expect((await send(bob, "GET", `/api/workspaces/${id}`)).status).toBe(404);
  });

  it("is shown to the account with its address, which accepts or declines it", async ({
    expect,
  }) => {
    const [ada, bob, eve] = [await newAccount(), await newAccount(), await newAccount()];
    const [first, second] = [await newWorkspace(ada), await newWorkspace(ada)];
    const { expiresAt } = await invite(ada, first, bob.email.toUpperCase(), "manager");
    await invite(ada, second, bob.email);
    const [later, earlier, ...others] = await invitationsTo(bob);
    expect(others).toEqual([]);
    expect(earlier).toEqual({
      id: expect.any(String),
      workspace: { name: "Shared" },
      role: "manager",
      expiresAt,
    });
    expect(await invitationsTo(eve)).toEqual([]);
    const answer = (by: Account, { id = "" }: { id?: string } = {}, what = "accept") =>
      send(by, "POST", `/api/invitations/${id}/${what}`);
    for (const what of ["accept", "decline"]) {
      expect((await answer(eve, earlier, what)).status).toBe(404);
    }
    const accepted = await answer(bob, earlier);
    expect(await accepted.json()).toMatchObject({ id: first, role: "manager" });
    const declined = await answer(bob, later, "decline");
    expect(await declined.json()).toEqual({ success: true, id: later?.id });
    for (const what of ["accept", "decline"]) {
      expect((await answer(bob, later, what)).status).toBe(404);
    }
    expect(await invitationsTo(bob)).toEqual([]);
    expect(await membersOf(ada, first)).toHaveLength(2);
    expect(await membersOf(ada, second)).toHaveLength(1);
  });

  it("is not shown to an account that is made after it", async ({ expect }) => {
    const ada = await newAccount();
    const id = await newWorkspace(ada);
    const bob = await newAccount();
    const invitation = await invite(ada, id, bob.email);
    await env.DB.prepare("update users set created_at_ms = created_at_ms + 60000 where id = ?")
      .bind(bob.userId)
      .run();
    expect(await invitationsTo(bob)).toEqual([]);
    const byId = await send(bob, "POST", `/api/invitations/${invitation.id}/accept`);
    expect(byId.status).toBe(404);
    expect((await accept(bob, invitation)).status).toBe(200);
  });

  it("is one of twenty that a person makes in an hour, over all workspaces", async ({ expect }) => {
    const ada = await newAccount();
    const ids = [await newWorkspace(ada), await newWorkspace(ada)];
    const answers = await Promise.all(
      Array.from({ length: 23 }, (_, n) => add(ada, ids[n % 2] ?? "", newEmail())),
    );
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused.map(({ status }) => status)).toEqual([429, 429, 429]);
    expect(Number(refused[0]?.headers.get("Retry-After"))).toBeGreaterThan(3_500);
    expect(await refused[0]?.json()).toMatchObject({ code: "RATE_LIMIT_EXCEEDED" });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + HOUR_MS + 1 });
    expect((await add(ada, ids[0] ?? "", newEmail())).status).toBe(201);
  });

  it("is one of fifty that are open in a workspace", async ({ expect }) => {
    const ada = await newAccount();
    const id = await newWorkspace(ada);
    await env.DB.prepare(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < 48)
       insert into invitations (uuid, workspace_id, email, role, hash, expires_at_ms, created_at_ms)
       select ?1 || i, id, i || '@example.com', 'member', ?1 || i, ?2, 0
       from n, workspaces where workspaces.uuid = ?1`,
    )
      .bind(id, Date.now() + DAY_MS)
      .run();
    const answers = await Promise.all([1, 2, 3, 4].map(() => add(ada, id, newEmail())));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([201, 201, 403, 403]);
    const refused = answers.find(({ status }) => status === 403);
    expect(await refused?.json()).toMatchObject({
      code: "PLAN_LIMIT",
      quota: "invitations",
      limit: 50,
      used: 50,
    });
  });
});

describe("a plan's members", () => {
  const REFUSED = { code: "PLAN_LIMIT", quota: "members", limit: 10, used: 10, plan: "pro" };

  it("the plan's members include open invitations, also when two are made at once", async ({
    expect,
  }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const id = await newWorkspace(ada);
    await setPlan(id, "pro");
    const email = newEmail();
    await invite(ada, id, email);
    for (let made = 0; made < 7; made += 1) await invite(ada, id, newEmail());
    const answers = await Promise.all([add(ada, id, newEmail()), add(ada, id, newEmail())]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 403]);
    for (const address of [newEmail(), bob.email]) {
      const refused = await add(ada, id, address);
      expect(refused.status).toBe(403);
      expect(await refused.json()).toMatchObject(REFUSED);
    }
    // Renewing one takes no more room than it had.
    expect((await add(ada, id, email)).status).toBe(201);
  });

  it("the plan's members are counted again when an invitation is accepted", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const id = await newWorkspace(ada);
    const invitation = await invite(ada, id, newEmail());
    await setPlan(id, "free");
    const refused = await accept(bob, invitation);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ code: "PLAN_LIMIT", limit: 1, used: 1 });
    await setPlan(id, "pro");
    expect((await accept(bob, invitation)).status).toBe(200);
  });
});
