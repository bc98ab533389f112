/** Roles in a workspace: every route of this area, for every kind of caller. */

import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, it, vi } from "vitest";

import type { Role } from "../../../../src/access/access.ts";
import { type Account, join, newAccount } from "../../../support/account.ts";
import { callApi, jsonOf } from "../../../support/api.ts";
import { fakeDns } from "../../../support/fake-dns.ts";
import { nativeRoutes } from "../../../support/routes.ts";

type Who = Role | "outsider";

interface Row {
  /** The lowest role that passes. */
  readonly from: Role;
  readonly body?: unknown;
}

const WHO: readonly Who[] = ["owner", "manager", "member", "outsider"];
const RANK: readonly Who[] = ["outsider", "member", "manager", "owner"];

const ROUTES: Readonly<Record<string, Row>> = {
  "GET /api/workspaces/:id": { from: "member" },
  "PATCH /api/workspaces/:id": { from: "manager", body: { name: "Other" } },
  "DELETE /api/workspaces/:id": { from: "owner" },
  "GET /api/workspaces/:id/members": { from: "owner" },
  "POST /api/workspaces/:id/members": {
    from: "owner",
    body: { email: "guest@example.com", role: "member" },
  },
  "PATCH /api/workspaces/:id/members/:memberId": { from: "owner", body: { role: "manager" } },
  "DELETE /api/workspaces/:id/members/:memberId": { from: "owner" },
  "GET /api/workspaces/:id/invitations": { from: "owner" },
  "DELETE /api/workspaces/:id/invitations/:invitationId": { from: "owner" },
  "GET /api/workspaces/:id/excluded-networks": { from: "manager" },
  "POST /api/workspaces/:id/excluded-networks": {
    from: "manager",
    body: { network: "203.0.113.7" },
  },
  "DELETE /api/workspaces/:id/excluded-networks/:networkId": { from: "manager" },
  "GET /api/domains": { from: "member" },
  "GET /api/domains/:id": { from: "member" },
  "POST /api/domains": { from: "manager", body: { hostname: "new.acme.example" } },
  "PATCH /api/domains/:id": { from: "manager", body: { robots: "disallow" } },
  "POST /api/domains/:id/verify": { from: "manager" },
  "DELETE /api/domains/:id": { from: "manager" },
};

const cases = Object.entries(ROUTES).flatMap(([route, row]) =>
  WHO.map((who) => [who, route, row] as const),
);

/** A workspace with another member, an invitation, an excluded network, and a domain. */
async function newScene(): Promise<{ owner: Account; params: Record<string, string>; id: string }> {
  const [owner, other] = [await newAccount(), await newAccount()];
  const post = async <T>(path: string, body: unknown, headers: Record<string, string>) => {
    const response = await callApi(path, jsonOf("POST", body, headers));
    if (response.status !== 201) throw new Error(await response.text());
    return response.json<T>();
  };
  const { id } = await post<{ id: string }>("/api/workspaces", { name: "Acme" }, owner.bySession);
  const members = `/api/workspaces/${id}/members`;
  const workspace = await env.DB.prepare("select id from workspaces where uuid = ?")
    .bind(id)
    .first<number>("id");
  await join(other.userId, { ...other.workspace, id: workspace ?? 0 }, "member");
  const invited = { email: `${crypto.randomUUID()}@example.com`, role: "member" };
  const { invitation } = await post<{ invitation: { id: string } }>(
    members,
    invited,
    owner.bySession,
  );
  const network = await post<{ id: string }>(
    `/api/workspaces/${id}/excluded-networks`,
    { network: "198.51.100.0/24" },
    owner.bySession,
  );
  const named = { ...owner.bySession, "Signpost-Workspace": id };
  const hostname = `${crypto.randomUUID()}.example`;
  const domain = await post<{ id: string }>("/api/domains", { hostname }, named);
  return {
    owner,
    id,
    params: {
      workspace: id,
      domain: domain.id,
      memberId: other.userId,
      invitationId: invitation.id,
      networkId: network.id,
    },
  };
}

describe("roles and routes", () => {
  beforeEach(() => void fakeDns());
  afterEach(() => void vi.restoreAllMocks());

  it("its table lists every route of a workspace", ({ expect }) => {
    const routes = nativeRoutes().filter((route) => /\/api\/(workspaces\/|domains)/.test(route));
    expect(Object.keys(ROUTES).sort((a, b) => a.localeCompare(b))).toEqual(routes);
  });

  it.for(cases)("%s: %s", async ([who, route, { from, body }], { expect }) => {
    const { owner, id, params } = await newScene();
    const person = who === "owner" ? owner : await newAccount();
    if (who !== "owner" && who !== "outsider") {
      const workspace = await env.DB.prepare("select id from workspaces where uuid = ?")
        .bind(id)
        .first<number>("id");
      await join(person.userId, { ...person.workspace, id: workspace ?? 0 }, who);
    }
    const [method = "", pattern = ""] = route.split(" ");
    const isDomain = pattern.startsWith("/api/domains");
    const path = pattern.replace(/:(\w+)/g, (_, name: string) =>
      name === "id" ? (params[isDomain ? "domain" : "workspace"] ?? "") : (params[name] ?? ""),
    );
    const headers = { ...person.bySession, ...(isDomain && { "Signpost-Workspace": id }) };
    const response = await callApi(
      path,
      method === "GET" ? { headers } : jsonOf(method, body ?? {}, headers),
    );
    if (who === "outsider") expect(response.status).toBe(404);
    else if (RANK.indexOf(who) < RANK.indexOf(from)) {
      expect(response.status).toBe(403);
      expect(await response.json()).toEqual({
        code: "FORBIDDEN",
        message: `This needs the role ${from} in the workspace.`,
      });
    } else expect([200, 201, 409]).toContain(response.status);
  });
});
