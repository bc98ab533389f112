/** Access to every route, for every role, in the token's own workspace and in others. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { type Role, type Scope, SCOPES } from "../../../src/access/access.ts";
import { revolink } from "../../../src/api/revolink/app.ts";
import { operations } from "../../../src/api/revolink/operations.ts";
import { objectIdOf } from "../../../src/platform/uuid.ts";
import { join, leave, newAccount } from "../../support/account.ts";
import { callApi } from "../../support/api.ts";
import type { Answer } from "../../support/client.ts";
import {
  countLinks,
  DEFAULT_RULES,
  newRevolinkClient,
  type RevolinkClient,
} from "../../support/revolink.ts";
import { mountedRoutes, routesOf } from "../../support/routes.ts";

const link = { name: "A link", rules: DEFAULT_RULES };

interface Route {
  readonly scope: Scope;
  /** Requests something of the workspace, on a link that another member created. */
  ask(client: RevolinkClient, workspaceId: string | undefined, linkId: string): Promise<Answer>;
  /** What a member of the workspace gets; managers and owners get 200 everywhere. */
  readonly member: number;
  readonly memberError?: string;
}

const report = (client: RevolinkClient, path: string, workspaceId: string | undefined) =>
  workspaceId === undefined ? client.send(path) : client.report(path, { workspaceId });

/** Does not compile until it says of each operation what opens it. */
const OPENED: Readonly<Record<keyof typeof operations, Route>> = {
  createLink: {
    scope: "links:create",
    ask: (client, workspaceId) =>
      client.call("POST", "/apiv1/link/create", { ...link, workspaceId }),
    member: 200,
  },
  createLinks: {
    scope: "links:create",
    ask: (client, workspaceId) =>
      client.call("POST", "/apiv1/links/bulk-create", { links: [link], workspaceId }),
    member: 200,
  },
  updateLink: {
    scope: "links:update",
    ask: (client, workspaceId, linkId) =>
      client.call("PUT", "/apiv1/link/update", { linkId, name: "New", workspaceId }),
    member: 200,
  },
  deleteLink: {
    scope: "links:delete",
    ask: (client, workspaceId, linkId) =>
      client.call("DELETE", "/apiv1/link/delete", { linkId, workspaceId }),
    member: 403,
    memberError: "You do not have permission to delete this link.",
  },
  getLinkReport: {
    scope: "links:read:analytics",
    ask: (client, workspaceId, linkId) =>
      report(client, `/apiv1/links/${linkId}/analytics`, workspaceId),
    member: 200,
  },
  getLinksReport: {
    scope: "links:read:analytics",
    ask: (client, workspaceId) => report(client, "/apiv1/links/analytics", workspaceId),
    member: 403,
    memberError: "Only workspace owner or manager can access all links analytics.",
  },
};

const ROUTES = routesOf("revolink", operations).map(({ id, route }) => ({
  name: route,
  ...OPENED[id],
}));

const FOREIGN = { error: "workspaceId names no workspace that you belong to." };

it("RevoLink's routes are those of the table, and no others", ({ expect }) => {
  expect(mountedRoutes(revolink())).toEqual(ROUTES.map(({ name }) => name).sort());
});

describe.for(ROUTES)("$name", ({ scope, ask, member, memberError }) => {
  it.for(["owner", "manager", "member"] as const satisfies readonly Role[])(
    "answers as the role in somebody else's workspace allows: %s",
    async (role, { expect }) => {
      const [owner, client] = [await newRevolinkClient(), await newRevolinkClient()];
      await join(client.account.userId, owner.account.workspace, role);
      const { status, body } = await ask(client, owner.workspaceId, await owner.link());
      expect(status).toBe(role === "member" ? member : 200);
      if (role === "member" && memberError !== undefined) {
        expect(body).toEqual({ error: memberError });
      }
    },
  );

  it("refuses a user who is not, or is no longer, a member", async ({ expect }) => {
    const [owner, client] = [await newRevolinkClient(), await newRevolinkClient()];
    const linkId = await owner.link();
    const links = await countLinks(owner.account);
    const unknown = objectIdOf(crypto.randomUUID());
    for (const workspaceId of [owner.workspaceId, unknown, "x", `${unknown}0`]) {
      const { status, body } = await ask(client, workspaceId, linkId);
      expect({ status, body }).toEqual({ status: 403, body: FOREIGN });
    }
    await join(client.account.userId, owner.account.workspace, "owner");
    await leave(client.account.userId, owner.account.workspace);
    expect(await ask(client, owner.workspaceId, linkId)).toMatchObject({
      status: 403,
      body: FOREIGN,
    });
    expect(await countLinks(owner.account)).toBe(links);
  });

  it("asks for the workspace before anything else", async ({ expect }) => {
    const client = await newRevolinkClient();
    const { status, body } = await ask(client, undefined, "x");
    expect({ status, body }).toEqual({
      status: 400,
      body: { error: "workspaceId is required." },
    });
    const closed = await ask(client, "664abc000000000000000001", "x");
    expect({ status: closed.status, body: closed.body }).toEqual({ status: 403, body: FOREIGN });
  });

  it("requires its scope and no other", async ({ expect }) => {
    const owner = await newRevolinkClient();
    const { account } = owner;
    const only = await newRevolinkClient({ account, scopes: [scope] });
    expect((await ask(only, owner.workspaceId, await owner.link())).status).toBe(200);
    const scopes = SCOPES.filter((other) => other !== scope);
    const without = await newRevolinkClient({ account, scopes });
    const { status, body } = await ask(without, owner.workspaceId, await owner.link());
    expect({ status, body }).toEqual({
      status: 403,
      body: { error: `This API key lacks the scope ${scope}.` },
    });
  });

  it("takes the workspace's id in capitals, too", async ({ expect }) => {
    const client = await newRevolinkClient();
    const { status } = await ask(client, client.workspaceId.toUpperCase(), await client.link());
    expect(status).toBe(200);
  });
});

describe("API keys", () => {
  it.for([
    ["none", {}],
    ["an unknown one", { "X-Api-Key": "rvlnk_your_api_key_here" }],
    ["an empty one", { "X-Api-Key": "" }],
    ["another kind of authorization", { Authorization: "Basic eDp5" }],
  ] as const)("are wanted before all else: %s", async ([, headers], { expect }) => {
    for (const { name } of ROUTES) {
      const [method = "", path = ""] = name.split(" ");
      const body = method === "GET" ? {} : { body: "{" };
      const response = await callApi(path.replace(":id", "x"), { method, headers, ...body });
      expect(response.status).toBe(401);
      expect(response.headers.get("WWW-Authenticate")).toBe("Bearer");
      expect(await response.json()).toEqual({ error: "Missing or invalid API key." });
    }
  });

  it("a browser's session does not replace an API key", async ({ expect }) => {
    const { bySession, workspace } = await newAccount();
    const query = `?workspaceId=${objectIdOf(workspace.uuid)}`;
    const response = await callApi(`/apiv1/links/analytics${query}`, { headers: bySession });
    expect(response.status).toBe(401);
  });

  it("an API key ends with its expiry and with its home workspace", async ({ expect }) => {
    const [owner, client] = [await newRevolinkClient(), await newRevolinkClient()];
    const ask = () => client.report("/apiv1/links/analytics");
    expect((await ask()).status).toBe(200);
    await env.DB.prepare("update tokens set expires_at_ms = 1 where user_id = ?")
      .bind(client.account.userId)
      .run();
    expect((await ask()).status).toBe(401);
    await leave(owner.account.userId, owner.account.workspace);
    expect(await owner.report("/apiv1/links/analytics")).toMatchObject({
      status: 403,
      body: { error: "You no longer belong to this API key's workspace." },
    });
  });
});
