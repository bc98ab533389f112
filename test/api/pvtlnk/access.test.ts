/** Who may pass each route: by scope, role, plan and workspace. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { SCOPES, type Role, type Scope } from "../../../src/access/access.ts";
import { pvtlnk } from "../../../src/api/pvtlnk/app.ts";
import { operations } from "../../../src/api/pvtlnk/operations.ts";
import type { Plan } from "../../../src/config.ts";
import { join, newAccount } from "../../support/account.ts";
import { callApi } from "../../support/api.ts";
import { newPvtlnkClient, type PvtlnkClient } from "../../support/pvtlnk.ts";
import { mountedRoutes, pathOf, routesOf } from "../../support/routes.ts";

interface Opened {
  readonly scope?: Scope;
  readonly atLeast?: Role;
  /** On every plan. */
  readonly onAnyPlan?: true;
  /** A route with a link in its path answers for another workspace's as for an unknown one. */
  readonly notFound?: string;
}

/** Does not compile until it says of each operation what opens it. */
const OPENED: Readonly<Record<keyof typeof operations, Opened>> = {
  listLinks: { scope: "links:read" },
  createLink: { scope: "links:create" },
  exportLinks: { scope: "links:read", atLeast: "manager" },
  importLinks: { scope: "links:create" },
  getLink: { scope: "links:read", notFound: "Link not found" },
  updateLink: { scope: "links:update", notFound: "Link not found" },
  archiveLink: { scope: "links:delete", notFound: "Link not found" },
  listVariants: { scope: "links:read", notFound: "Link not found" },
  createVariant: { scope: "links:update", notFound: "Link not found" },
  updateVariant: { scope: "links:update", notFound: "Link not found" },
  deleteVariant: { scope: "links:update", notFound: "Link not found" },
  getOverview: { scope: "links:read:analytics", atLeast: "manager" },
  getAdvancedReport: { scope: "links:read:analytics", atLeast: "manager" },
  generateToken: {},
  revokeToken: { onAnyPlan: true },
};

const CASES = routesOf("pvtlnk", operations).map(
  ({ id, route }): [route: string, opened: Opened] => [route, OPENED[id]],
);

/** Fits every route that takes a body. */
const BODY = {
  link: { destination_url: "https://example.com/mine" },
  variant: { name: "A", destination_url: "https://example.com/a" },
  csv: "destination_url\nhttps://example.com/c",
};

function ask(client: PvtlnkClient, route: string, params: Record<string, string> = {}) {
  const [method = ""] = route.split(" ");
  const path = pathOf(route, { id: "1", link_id: "1", variant_id: "1", ...params });
  const body = ["POST", "PATCH"].includes(method) ? BODY : undefined;
  return client.call(method, path.slice("/api/v1".length), body);
}

async function setPlan(client: PvtlnkClient, plan: Plan): Promise<void> {
  await env.DB.prepare("update workspaces set plan = ? where id = ?")
    .bind(plan, client.account.workspace.id)
    .run();
}

describe("PVTLNK's routes", () => {
  it("are those of the table, and no others", ({ expect }) => {
    expect(mountedRoutes(pvtlnk())).toEqual(CASES.map(([route]) => route).sort());
  });

  it.for(CASES)("%s is for a token, not for a session", async ([route], { expect }) => {
    const { bySession } = await newAccount();
    const path = pathOf(route, { id: "1", link_id: "1", variant_id: "1" });
    const method = route.slice(0, route.indexOf(" "));
    const response = await callApi(path, { method, headers: bySession });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      success: false,
      error: "Missing or invalid API token",
    });
  });

  it.for(CASES)("%s needs its scope and no other", async ([route, { scope }], { expect }) => {
    if (scope === undefined) return;
    const others = SCOPES.filter((other) => other !== scope);
    const without = await newPvtlnkClient({ scopes: others });
    const refused = await ask(without, route);
    expect(refused.status).toBe(403);
    expect(refused.body).toEqual({ success: false, error: `This token lacks the scope ${scope}` });
    const { account } = without;
    const passing = await ask(await newPvtlnkClient({ account, scopes: [scope] }), route);
    expect([200, 201, 404]).toContain(passing.status);
  });

  it.for(CASES)("%s keeps to its role", async ([route, { atLeast }], { expect }) => {
    const [owner, account] = [await newAccount(), await newAccount()];
    await join(account.userId, owner.workspace, "member");
    const headers = {
      ...(await account.byToken()),
      "Signpost-Workspace": owner.workspace.uuid,
      "Content-Type": "application/json",
    };
    const method = route.slice(0, route.indexOf(" "));
    const path = pathOf(route, { id: "1", link_id: "1", variant_id: "1" });
    const init = { method, headers, ...(method !== "GET" && { body: JSON.stringify(BODY) }) };
    const response = await callApi(path, init);
    if (atLeast === undefined) expect([200, 201, 404]).toContain(response.status);
    else {
      expect(response.status).toBe(403);
      expect(await response.json()).toEqual({
        success: false,
        error: `This needs the role ${atLeast} in the workspace`,
      });
    }
  });

  it.for(CASES)("%s is for the plan enterprise", async ([route, { onAnyPlan }], { expect }) => {
    for (const plan of ["free", "pro", "enterprise"] as const) {
      const client = await newPvtlnkClient();
      await setPlan(client, plan);
      const { status, body } = await ask(client, route);
      if (plan === "enterprise" || onAnyPlan === true) {
        expect([200, 201, 404]).toContain(status);
      } else {
        expect(status).toBe(403);
        const error = "This API requires the Enterprise plan";
        expect(body).toEqual({ success: false, error });
      }
    }
  });

  it.for(CASES)("%s shows nothing of others' links", async ([route, opened], { expect }) => {
    const [ada, bob] = [await newPvtlnkClient(), await newPvtlnkClient()];
    const link = await ada.link({ title: "Ada's own" });
    const made = await ada.call("POST", `/links/${link.id}/variants`, {
      variant: { name: "A", destination_url: "https://example.com/ada" },
    });
    const variant = made.body["variant"] as { readonly id: number };
    const params = {
      id: String(link.id),
      link_id: String(link.id),
      variant_id: String(variant.id),
    };
    const answer = await ask(bob, route, params);
    expect(answer.text).not.toContain("Ada's own");
    expect(answer.text).not.toContain("example.com/ada");
    if (opened.notFound !== undefined) {
      const none = await ask(bob, route, { id: "999999999", link_id: "999999999" });
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual({ success: false, error: opened.notFound });
      expect(answer.body).toEqual(none.body);
    }
    const { body } = await ada.call("GET", "/links");
    expect(body["links"]).toMatchObject([{ id: link.id, title: "Ada's own", archived: false }]);
    const variants = await ada.call("GET", `/links/${link.id}/variants`);
    expect(variants.body["variants"]).toHaveLength(1);
  });
});

describe("a member", () => {
  it("can archive only their own links", async ({ expect }) => {
    const owner = await newPvtlnkClient();
    const account = await newAccount();
    await join(account.userId, owner.account.workspace, "member");
    const member = await newPvtlnkClient({ account });
    const headers = {
      "Signpost-Workspace": owner.account.workspace.uuid,
      "Content-Type": "application/json",
    };
    const theirs = await owner.link();
    const refused = await member.send(`/api/v1/links/${theirs.id}`, { method: "DELETE", headers });
    expect(refused.status).toBe(403);
    expect(refused.body).toEqual({
      success: false,
      error: "A member can archive only their own links",
    });
    const made = await member.send("/api/v1/links", {
      method: "POST",
      headers,
      body: JSON.stringify(BODY),
    });
    const own = made.body["link"] as { readonly id: number };
    const archived = await member.send(`/api/v1/links/${own.id}`, { method: "DELETE", headers });
    expect(archived.status).toBe(200);
  });
});
