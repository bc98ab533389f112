/** What one person or one workspace can make: the statement that inserts counts. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { createWorkspace } from "../../../src/workspaces/create-workspace.ts";
import { type Account, join, newAccount } from "../../support/account.ts";
import { callApi, jsonOf } from "../../support/api.ts";

interface Bound {
  readonly quota: string;
  readonly limit: number;
  readonly plan?: "free" | "pro";
  /** Writes as many rows as leave room for two. */
  readonly fill: (account: Account, rows: number) => D1PreparedStatement[];
  readonly make: (account: Account) => Promise<Response>;
}

const post = (path: string, body: object) => (account: Account) =>
  callApi(path, jsonOf("POST", body, account.bySession));

const rows = (count: number) =>
  `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})`;

function labels(table: "tags" | "collections"): Bound {
  return {
    quota: table,
    limit: 1_000,
    fill: ({ workspace }, count) => [
      env.DB.prepare(
        `${rows(count)} insert into ${table} (uuid, workspace_id, name, name_key, created_at_ms)
         select ?1 || i, ?2, 'n' || i, 'n' || i, 0 from n`,
      ).bind(crypto.randomUUID(), workspace.id),
    ],
    make: (account) => post(`/api/${table}`, { name: crypto.randomUUID() })(account),
  };
}

function workspaces(limit: number, plan?: "free" | "pro"): Bound {
  return {
    quota: "workspaces",
    limit,
    ...(plan !== undefined && { plan }),
    fill: ({ userId }, count) => [
      // The person's own workspace is one more of them.
      env.DB.prepare(
        `${rows(count - 1)} insert into workspaces (uuid, name, plan, created_at_ms)
         select ?1 || i, 'Filling', 'free', 0 from n`,
      ).bind(userId),
      env.DB.prepare(
        `insert into members (workspace_id, user_id, role, created_at_ms)
         select id, ?1, 'owner', 0 from workspaces where uuid like ?1 || '%'`,
      ).bind(userId),
    ],
    make: post("/api/workspaces", { name: "Another" }),
  };
}

const BOUNDS: readonly Bound[] = [
  labels("tags"),
  labels("collections"),
  {
    quota: "domainClaims",
    limit: 20,
    // Of one person, in another workspace of theirs.
    fill: ({ userId }, count) => [
      env.DB.prepare(
        `${rows(count)} insert into domains
           (uuid, workspace_id, claimed_by, hostname, challenge, created_at_ms)
         select ?1 || i, (select min(id) from workspaces), ?2, ?1 || i || '.example', 'c', 0 from n`,
      ).bind(crypto.randomUUID(), userId),
    ],
    make: (account) =>
      post("/api/domains", { hostname: `${crypto.randomUUID()}.example` })(account),
  },
  {
    quota: "tokens",
    limit: 50,
    fill: ({ userId, workspace }, count) => [
      env.DB.prepare(
        `${rows(count)} insert into tokens
           (uuid, user_id, workspace_id, name, hash, hint, scopes, created_at_ms)
         select ?1 || i, ?2, ?3, 'n', ?1 || i, '0000', '[]', 0 from n`,
      ).bind(crypto.randomUUID(), userId, workspace.id),
    ],
    make: post("/api/tokens", { name: "One more", scopes: ["links:read"] }),
  },
  workspaces(50),
  workspaces(10, "pro"),
];

const setPlan = ({ workspace }: Account, plan: string) =>
  env.DB.prepare("update workspaces set plan = ? where id = ?").bind(plan, workspace.id).run();

describe("what a person and a workspace can make", () => {
  it.for(BOUNDS)(
    "is bounded by the statement that inserts: $limit $quota",
    async (bound, { expect }) => {
      const { quota, limit, plan = "enterprise", fill, make } = bound;
      const account = await newAccount();
      await setPlan(account, plan);
      await env.DB.batch(fill(account, limit - 2));
      const answers = await Promise.all([1, 2, 3, 4, 5].map(() => make(account)));
      const refused = answers.filter(({ status }) => status !== 201);
      expect(refused).toHaveLength(3);
      for (const answer of refused) {
        expect(answer.status).toBe(403);
        expect(await answer.json()).toEqual({
          code: "PLAN_LIMIT",
          message: expect.stringContaining(`${limit}`),
          quota,
          limit,
          used: limit,
          plan,
        });
      }
    },
  );

  it("gives a new workspace at most the plan of its owner's own", async ({ expect }) => {
    const account = await newAccount();
    for (const plan of ["free", "pro"]) {
      await setPlan(account, plan);
      const made = await post("/api/workspaces", { name: plan })(account);
      expect(await made.json()).toMatchObject({ plan });
    }
    await setPlan(account, "enterprise");
    const given = { name: "As configured", defaultPlan: "free", jurisdiction: null } as const;
    const by = { ownerId: account.userId, nowMs: Date.now() };
    expect(await createWorkspace(env, given, by)).toMatchObject({ value: { plan: "free" } });
  });

  it("counts a workspace that somebody is made an owner of", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    await setPlan(bob, "free");
    const paths: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      const made = await post("/api/workspaces", { name: "Shared" })(ada);
      const { id }: { id: string } = await made.json();
      const row = await env.DB.prepare("select id from workspaces where uuid = ?")
        .bind(id)
        .first<{ id: number }>();
      await join(bob.userId, { ...ada.workspace, id: row?.id ?? 0 }, "member");
      paths.push(`/api/workspaces/${id}/members/${bob.userId}`);
    }
    const promote = (path: string) =>
      callApi(path, jsonOf("PATCH", { role: "owner" }, ada.bySession));
    const answers = await Promise.all(paths.map(promote));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 403]);
    const refused = answers.find(({ status }) => status === 403);
    expect(await refused?.json()).toEqual({
      code: "PLAN_LIMIT",
      message: "This person owns as many workspaces as their plan allows.",
    });
  });

  it("leaves room for a token when another one expires", async ({ expect }) => {
    const account = await newAccount();
    await env.DB.prepare(
      `${rows(50)} insert into tokens
         (uuid, user_id, workspace_id, name, hash, hint, scopes, created_at_ms, expires_at_ms)
       select ?1 || i, ?2, ?3, 'n', ?1 || i, '0000', '[]', 0, iif(i = 1, 1, null) from n`,
    )
      .bind(crypto.randomUUID(), account.userId, account.workspace.id)
      .run();
    const make = () => post("/api/tokens", { name: "x", scopes: ["links:read"] })(account);
    expect([(await make()).status, (await make()).status]).toEqual([201, 403]);
  });
});
