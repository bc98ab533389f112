/**
 * What one account can learn of, or do to, another's: nothing. A route that is missing here fails
 * the first test: add it with what Ada owns, and what Bob must get.
 */

import { describe, it } from "vitest";

import { type Account, newAccount } from "../../support/account.ts";
import { callApi, jsonOf } from "../../support/api.ts";
import { newGoal, report } from "../../support/goals.ts";
import { nativeRoutes, pathOf, requestOf } from "../../support/routes.ts";

interface Owned {
  /** Fills the route's parameters with what Ada owns. */
  readonly params?: Readonly<Record<string, string>>;
  /** Texts that only Ada may read. */
  readonly secrets: readonly string[];
  /** Throws, or answers false, when Bob changed something. */
  isIntact?(): Promise<boolean>;
}

interface Case {
  own(ada: Account): Promise<Owned>;
  /**
   * `not_found`: the same answer as for a made-up id. `gone`: likewise, with the id that was asked
   * for. `own_only`: an answer without Ada's data.
   */
  readonly answer: "not_found" | "gone" | "own_only";
  readonly body?: unknown;
  /** What the path is asked with; parameters are filled as the path's are. */
  readonly query?: string;
}

const CASES: Readonly<Record<string, Case>> = {
  "GET /api/me": { own: ownAccount, answer: "own_only" },
  "GET /api/workspaces": { own: ownAccount, answer: "own_only" },
  "POST /api/workspaces": { own: ownAccount, answer: "own_only", body: { name: "Bob's" } },
  "GET /api/workspaces/:id": { own: ownWorkspace, answer: "not_found" },
  "PATCH /api/workspaces/:id": {
    own: ownWorkspace,
    answer: "not_found",
    body: { name: "Bob's", clickRetentionDays: 0 },
  },
  "DELETE /api/workspaces/:id": { own: ownWorkspace, answer: "not_found" },
  "GET /api/workspaces/:id/members": { own: ownWorkspace, answer: "not_found" },
  "POST /api/workspaces/:id/members": {
    own: ownWorkspace,
    answer: "not_found",
    body: { email: "bob@example.com", role: "manager" },
  },
  "PATCH /api/workspaces/:id/members/:memberId": {
    own: ownWorkspace,
    answer: "not_found",
    body: { role: "member" },
  },
  "DELETE /api/workspaces/:id/members/:memberId": { own: ownWorkspace, answer: "not_found" },
  "GET /api/workspaces/:id/invitations": { own: ownWorkspace, answer: "not_found" },
  "DELETE /api/workspaces/:id/invitations/:invitationId": {
    own: ownWorkspace,
    answer: "not_found",
  },
  "GET /api/workspaces/:id/excluded-networks": { own: ownWorkspace, answer: "not_found" },
  "POST /api/workspaces/:id/excluded-networks": {
    own: ownWorkspace,
    answer: "not_found",
    body: { network: "203.0.113.7" },
  },
  "DELETE /api/workspaces/:id/excluded-networks/:networkId": {
    own: ownWorkspace,
    answer: "not_found",
  },
  // Only the secret or the person's own address opens it: all else gets the answer for an unknown one.
  "GET /api/invitations": { own: ownWorkspace, answer: "own_only" },
  "POST /api/invitations/:invitation/accept": { own: ownWorkspace, answer: "not_found" },
  "POST /api/invitations/:invitation/decline": { own: ownWorkspace, answer: "not_found" },

  "GET /api/domains": { own: ownDomain, answer: "own_only" },
  "POST /api/domains": {
    own: ownDomain,
    answer: "own_only",
    body: { hostname: "go.bob.example" },
  },
  "GET /api/domains/:id": { own: ownDomain, answer: "not_found" },
  "PATCH /api/domains/:id": { own: ownDomain, answer: "not_found", body: { robots: "allow" } },
  "POST /api/domains/:id/verify": { own: ownDomain, answer: "not_found" },
  "DELETE /api/domains/:id": { own: ownDomain, answer: "not_found" },

  "GET /api/tokens": { own: ownToken, answer: "own_only" },
  "POST /api/tokens": {
    own: ownAccount,
    answer: "own_only",
    body: { name: "Bob's", scopes: ["links:read"] },
  },
  "DELETE /api/tokens/:id": { own: ownToken, answer: "not_found" },

  "GET /api/links": { own: ownLink, answer: "own_only" },
  "POST /api/links": {
    own: ownLink,
    answer: "own_only",
    body: { destinationUrl: "https://example.com/bobs" },
  },
  // Codes are public; their owners and destinations are not.
  "GET /api/links/check/:shortCode": { own: ownLink, answer: "own_only" },
  "PATCH /api/links/bulk": {
    own: ownLink,
    answer: "own_only",
    body: { all: true, changes: { isActive: false } },
  },
  "DELETE /api/links/bulk": { own: ownLink, answer: "own_only", body: { all: true } },
  "PUT /api/links/upsert": {
    own: ownLink,
    answer: "own_only",
    body: { destinationUrl: "https://example.com/bobs" },
  },
  "GET /api/links/lookup": { own: ownLink, answer: "not_found", query: "?shortCode=:shortCode" },
  "GET /api/links/export": { own: ownLink, answer: "own_only" },
  "POST /api/links/import": {
    own: ownLink,
    answer: "own_only",
    body: { csv: "destination_url\nhttps://example.com/bobs" },
  },
  "GET /api/links/:id": { own: ownLink, answer: "not_found" },
  "PATCH /api/links/:id": { own: ownLink, answer: "not_found", body: { title: "Bob's" } },
  "DELETE /api/links/:id": { own: ownLink, answer: "not_found" },
  "POST /api/links/:id/reset-counts": { own: ownLink, answer: "not_found" },
  "POST /api/links/bulk": {
    own: ownLink,
    answer: "own_only",
    body: { links: [{ destinationUrl: "https://example.com/bobs" }] },
  },
  "POST /api/links/:id/simulate": { own: ownLink, answer: "not_found", body: {} },
  "GET /api/links/:id/variants": { own: ownLink, answer: "not_found" },
  "POST /api/links/:id/variants": {
    own: ownLink,
    answer: "not_found",
    body: { name: "Bob's", url: "https://example.com/bobs" },
  },
  "PATCH /api/links/:id/variants/:variant": {
    own: ownLink,
    answer: "not_found",
    body: { name: "Bob's" },
  },
  "DELETE /api/links/:id/variants/:variant": { own: ownLink, answer: "not_found" },

  "GET /api/analytics/overview": { own: ownLink, answer: "own_only" },
  "GET /api/analytics/link/:linkId": { own: ownLink, answer: "not_found" },

  "GET /api/collections": { own: ownLabel("collections"), answer: "own_only" },
  "POST /api/collections": {
    own: ownLabel("collections"),
    answer: "own_only",
    body: { name: "Shared name" },
  },
  "PATCH /api/collections/:id": {
    own: ownLabel("collections"),
    answer: "not_found",
    body: { name: "Bob's" },
  },
  "DELETE /api/collections/:id": { own: ownLabel("collections"), answer: "not_found" },
  "GET /api/conversions": { own: ownConversion, answer: "own_only" },
  "POST /api/conversions/:id/refund": { own: ownConversion, answer: "not_found" },
  "DELETE /api/conversions/:id": { own: ownConversion, answer: "not_found" },
  "GET /api/conversion-goals": { own: ownGoal, answer: "own_only" },
  "POST /api/conversion-goals": { own: ownGoal, answer: "own_only", body: { name: "Bob's" } },
  "GET /api/conversion-goals/:id": { own: ownGoal, answer: "not_found" },
  "PATCH /api/conversion-goals/:id": {
    own: ownGoal,
    answer: "not_found",
    body: { isActive: false },
  },
  "DELETE /api/conversion-goals/:id": { own: ownGoal, answer: "not_found" },
  "POST /api/conversion-goals/:id/rotate-secret": { own: ownGoal, answer: "not_found" },
  "GET /api/tags": { own: ownLabel("tags"), answer: "own_only" },
  "POST /api/tags": { own: ownLabel("tags"), answer: "own_only", body: { name: "Shared name" } },
  "PATCH /api/tags/:id": { own: ownLabel("tags"), answer: "not_found", body: { name: "Bob's" } },
  "DELETE /api/tags/:id": { own: ownLabel("tags"), answer: "not_found" },

  "GET /api/webhooks": { own: ownWebhook, answer: "own_only" },
  "POST /api/webhooks": {
    own: ownWebhook,
    answer: "own_only",
    body: { url: "https://example.com/bobs", events: ["*"] },
  },
  "GET /api/webhooks/sample": { own: ownWebhook, answer: "own_only" },
  "GET /api/webhooks/:id": { own: ownWebhook, answer: "not_found" },
  "PATCH /api/webhooks/:id": { own: ownWebhook, answer: "not_found", body: { events: ["*"] } },
  "DELETE /api/webhooks/:id": { own: ownWebhook, answer: "gone" },
  "POST /api/webhooks/:id/rotate-secret": { own: ownWebhook, answer: "not_found" },
  "POST /api/webhooks/:id/test": { own: ownWebhook, answer: "not_found" },
  "GET /api/webhooks/:id/deliveries": { own: ownWebhook, answer: "not_found" },
  "POST /api/webhooks/:id/redeliver": {
    own: ownWebhook,
    answer: "not_found",
    body: { since: "2026-01-01T00:00:00Z" },
  },
  "POST /api/webhooks/:id/deliveries/:deliveryId/redeliver": {
    own: ownWebhook,
    answer: "not_found",
  },
};

/** Routes that touch no account's data, and the operator's. */
const APART = [
  "GET /api/health",
  "GET /api/auth/get-session",
  "POST /api/auth/sign-in/email",
  "POST /api/auth/sign-out",
  "POST /api/auth/sign-up/email",
  "GET /api/admin/dead-letters",
  "POST /api/admin/dead-letters/:id/replay",
  "PUT /api/admin/workspaces/:id/plan",
];

async function ownAccount({ userId, email, workspace }: Account): Promise<Owned> {
  return { secrets: [userId, email, workspace.uuid] };
}

/** A workspace of Ada's with her as a member and an open invitation. */
async function ownWorkspace(ada: Account): Promise<Owned> {
  const { id } = await create<{ id: string }>("/api/workspaces", { name: "Hers" }, ada);
  const path = `/api/workspaces/${id}`;
  const invited = { email: `guest-${id}@example.com`, role: "manager" };
  const { invitation } = await create<{ invitation: { id: string } }>(
    `${path}/members`,
    invited,
    ada,
  );
  const excluded = { network: "198.51.100.9" };
  const network = await create<{ id: string }>(`${path}/excluded-networks`, excluded, ada);
  const read = async () => {
    const paths = ["", "/members", "/invitations", "/excluded-networks"].map((end) => path + end);
    const answers = paths.map((one) => callApi(one, { headers: ada.bySession }));
    return Promise.all((await Promise.all(answers)).map((answer) => answer.text()));
  };
  const before = await read();
  return {
    params: {
      id,
      memberId: ada.userId,
      invitationId: invitation.id,
      networkId: network.id,
      invitation: invitation.id,
    },
    secrets: [id, invited.email, invitation.id, ada.email],
    isIntact: async () => JSON.stringify(await read()) === JSON.stringify(before),
  };
}

async function ownDomain(ada: Account): Promise<Owned> {
  const hostname = `${crypto.randomUUID()}.example`;
  const domain = await create<{ id: string; verification: { value: string } }>(
    "/api/domains",
    { hostname },
    ada,
  );
  const { id, verification } = domain;
  return {
    params: { id },
    secrets: [id, hostname, verification.value],
    isIntact: async () => {
      const read = await callApi(`/api/domains/${id}`, { headers: ada.bySession });
      return (await read.text()) === JSON.stringify(domain);
    },
  };
}

async function ownToken(ada: Account): Promise<Owned> {
  const body = { name: "Ada's own", scopes: ["links:read"] };
  const { id, token } = await create<{ id: string; token: string }>("/api/tokens", body, ada);
  return {
    params: { id },
    secrets: [id, "Ada's own", ada.userId],
    isIntact: async () => {
      const me = await callApi("/api/me", { headers: { "X-Api-Key": token } });
      return me.status === 200;
    },
  };
}

async function ownLink(ada: Account): Promise<Owned> {
  const shortCode = `ada-${crypto.randomUUID().slice(0, 8)}`;
  const body = {
    destinationUrl: `https://example.com/${shortCode}/hers`,
    shortCode,
    title: "Hers",
    abTest: { enabled: false, variants: [{ id: "a", name: "A", url: "https://e.com", weight: 1 }] },
  };
  const link = await create<{ id: string }>("/api/links", body, ada);
  return {
    params: { id: link.id, linkId: link.id, shortCode, variant: "a" },
    secrets: [link.id, body.destinationUrl, "Hers", ada.userId],
    isIntact: async () => {
      const read = await callApi(`/api/links/${link.id}`, { headers: ada.bySession });
      return (await read.text()) === JSON.stringify(link);
    },
  };
}

async function ownGoal(ada: Account): Promise<Owned> {
  const body = { name: "Hers alone", value: 7 };
  const goal = await create<{ id: string; token: string }>("/api/conversion-goals", body, ada);
  return {
    params: { id: goal.id },
    secrets: [goal.id, goal.token, "Hers alone"],
    isIntact: async () => {
      const list = await callApi("/api/conversion-goals", { headers: ada.bySession });
      return (await list.text()) === JSON.stringify([goal]);
    },
  };
}

async function ownConversion(ada: Account): Promise<Owned> {
  const goal = await newGoal(ada, { name: "Hers to sell" });
  await report(goal, { order_id: "HERS-1", value: 5, currency: "USD" });
  const list = async () => (await callApi("/api/conversions", { headers: ada.bySession })).text();
  const before = await list();
  return {
    params: { id: "1" },
    secrets: ["HERS-1", "Hers to sell"],
    isIntact: async () => (await list()) === before,
  };
}

function ownLabel(kind: "collections" | "tags") {
  return async (ada: Account): Promise<Owned> => {
    const label = await create<{ id: string }>(`/api/${kind}`, { name: "Shared name" }, ada);
    return {
      params: { id: label.id },
      secrets: [label.id],
      isIntact: async () => {
        const list = await callApi(`/api/${kind}`, { headers: ada.bySession });
        return (await list.text()) === JSON.stringify([label]);
      },
    };
  };
}

async function ownWebhook(ada: Account): Promise<Owned> {
  const body = { url: `https://example.com/${crypto.randomUUID()}`, events: ["link.deleted"] };
  const made = await create<{ id: string; secret: string }>("/api/webhooks", body, ada);
  const { secret, ...webhook } = made;
  return {
    params: { id: webhook.id },
    secrets: [webhook.id, body.url, secret],
    isIntact: async () => {
      const read = await callApi(`/api/webhooks/${webhook.id}`, { headers: ada.bySession });
      return (await read.text()) === JSON.stringify(webhook);
    },
  };
}

async function create<T>(path: string, body: unknown, ada: Account): Promise<T> {
  const created = await callApi(path, jsonOf("POST", body, ada.bySession));
  if (created.status !== 201) throw new Error(`POST ${path} answered ${created.status}`);
  return created.json();
}

describe("isolation between accounts", () => {
  it("its table lists every route", ({ expect }) => {
    const named = [...Object.keys(CASES), ...APART].sort((a, b) => a.localeCompare(b));
    expect(named).toEqual(nativeRoutes());
  });

  it.for(Object.entries(CASES))(
    "%s",
    async ([path, { own, answer, body, query = "" }], { expect }) => {
      const route = `${path}${query}`;
      const [ada, bob] = [await newAccount(), await newAccount()];
      const { params = {}, secrets, isIntact } = await own(ada);
      const ask = async (filled: string) => {
        const init = requestOf(route, bob.bySession);
        const response = await callApi(filled, {
          ...init,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        return { status: response.status, text: await response.text() };
      };
      const foreign = await ask(pathOf(route, params));
      if (answer === "not_found") {
        expect(foreign.status).toBe(404);
        expect(foreign).toEqual(await ask(pathOf(route)));
      } else {
        expect(foreign.status).toBeLessThan(300);
      }
      const { id = "" } = params;
      const told =
        answer === "gone"
          ? foreign.text.replace(JSON.stringify({ success: true, id }), "")
          : foreign.text;
      for (const secret of secrets) expect(told).not.toContain(secret);
      if (isIntact !== undefined) expect(await isIntact()).toBe(true);

      // Naming Ada's workspace opens nothing either.
      const named = requestOf(route, {
        ...bob.bySession,
        "Signpost-Workspace": ada.workspace.uuid,
      });
      const response = await callApi(pathOf(route, params), named);
      expect(response.status).toBe(404);
      const text = await response.text();
      for (const secret of secrets) expect(text).not.toContain(secret);
    },
  );
});
