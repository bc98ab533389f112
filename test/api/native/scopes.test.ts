/**
 * Who may pass each route. A route that is missing here fails the first test: add it with what
 * opens it.
 */

import { describe, it } from "vitest";

import { SCOPES, type Scope } from "../../../src/access/access.ts";
import { join, newAccount } from "../../support/account.ts";
import { callApi } from "../../support/api.ts";
import { OPERATOR } from "../../support/operator.ts";
import { nativeRoutes, pathOf, requestOf } from "../../support/routes.ts";

type Opened =
  /** No authentication. */
  | "anybody"
  /** Any credential of an account. */
  | "account"
  /** A browser session, never a token. */
  | "session"
  /** ADMIN_TOKEN, and no credential of an account. */
  | "operator"
  /** A credential that holds all of these scopes. */
  | readonly Scope[];

const ROUTES: Readonly<Record<string, Opened>> = {
  "GET /api/health": "anybody",
  "GET /api/auth/get-session": "anybody",
  "POST /api/auth/sign-in/email": "anybody",
  "POST /api/auth/sign-out": "anybody",
  "POST /api/auth/sign-up/email": "anybody",

  "GET /api/me": "account",
  "GET /api/workspaces": "account",
  "GET /api/workspaces/:id": "account",
  "POST /api/workspaces": "session",
  "PATCH /api/workspaces/:id": "session",
  "DELETE /api/workspaces/:id": "session",
  "GET /api/workspaces/:id/members": "session",
  "POST /api/workspaces/:id/members": "session",
  "PATCH /api/workspaces/:id/members/:memberId": "session",
  "DELETE /api/workspaces/:id/members/:memberId": "session",
  "GET /api/workspaces/:id/invitations": "session",
  "DELETE /api/workspaces/:id/invitations/:invitationId": "session",
  "GET /api/workspaces/:id/excluded-networks": "session",
  "POST /api/workspaces/:id/excluded-networks": "session",
  "DELETE /api/workspaces/:id/excluded-networks/:networkId": "session",
  "GET /api/invitations": "session",
  "POST /api/invitations/:invitation/accept": "session",
  "POST /api/invitations/:invitation/decline": "session",

  "GET /api/conversions": ["links:read:analytics"],
  "POST /api/conversions/:id/refund": ["links:update"],
  "DELETE /api/conversions/:id": ["links:update"],
  "GET /api/domains": ["links:read"],
  "GET /api/domains/:id": ["links:read"],
  "POST /api/domains": "session",
  "PATCH /api/domains/:id": "session",
  "POST /api/domains/:id/verify": "session",
  "DELETE /api/domains/:id": "session",

  "GET /api/links": ["links:read"],
  "POST /api/links": ["links:create"],
  "GET /api/links/check/:shortCode": ["links:read"],
  "POST /api/links/bulk": ["links:create"],
  "GET /api/links/export": ["links:read"],
  "POST /api/links/import": ["links:create"],
  "PATCH /api/links/bulk": ["links:update"],
  "DELETE /api/links/bulk": ["links:delete"],
  "PUT /api/links/upsert": ["links:update"],
  "GET /api/links/lookup": ["links:read"],
  "GET /api/links/:id": ["links:read"],
  "PATCH /api/links/:id": ["links:update"],
  "DELETE /api/links/:id": ["links:delete"],
  "POST /api/links/:id/reset-counts": ["links:delete"],
  "POST /api/links/:id/simulate": ["links:read"],
  "GET /api/links/:id/variants": ["links:read"],
  "POST /api/links/:id/variants": ["links:update"],
  "PATCH /api/links/:id/variants/:variant": ["links:update"],
  "DELETE /api/links/:id/variants/:variant": ["links:update"],

  "GET /api/analytics/overview": ["links:read:analytics"],
  "GET /api/analytics/link/:linkId": ["links:read:analytics"],

  "GET /api/collections": ["links:read"],
  "POST /api/collections": ["links:create"],
  "PATCH /api/collections/:id": ["links:update"],
  "DELETE /api/collections/:id": ["links:update"],
  "GET /api/conversion-goals": ["links:read"],
  "POST /api/conversion-goals": ["links:update"],
  "GET /api/conversion-goals/:id": ["links:read"],
  "PATCH /api/conversion-goals/:id": ["links:update"],
  "DELETE /api/conversion-goals/:id": ["links:update"],
  "POST /api/conversion-goals/:id/rotate-secret": ["links:update"],
  "GET /api/tags": ["links:read"],
  "POST /api/tags": ["links:create"],
  "PATCH /api/tags/:id": ["links:update"],
  "DELETE /api/tags/:id": ["links:update"],

  "GET /api/tokens": "session",
  "POST /api/tokens": "session",
  "DELETE /api/tokens/:id": "session",

  "GET /api/webhooks": ["webhooks:read"],
  "POST /api/webhooks": ["webhooks:manage"],
  "GET /api/webhooks/sample": ["webhooks:read"],
  "GET /api/webhooks/:id": ["webhooks:read"],
  "PATCH /api/webhooks/:id": ["webhooks:manage"],
  "DELETE /api/webhooks/:id": ["webhooks:manage"],
  "POST /api/webhooks/:id/rotate-secret": ["webhooks:manage"],
  "POST /api/webhooks/:id/test": ["webhooks:manage"],
  "GET /api/webhooks/:id/deliveries": ["webhooks:read"],
  "POST /api/webhooks/:id/redeliver": ["webhooks:manage"],
  "POST /api/webhooks/:id/deliveries/:deliveryId/redeliver": ["webhooks:manage"],

  "GET /api/admin/dead-letters": "operator",
  "POST /api/admin/dead-letters/:id/replay": "operator",
  "PUT /api/admin/workspaces/:id/plan": "operator",
};

/** Routes that a member may not use, regardless of scopes. */
const MANAGERS: readonly string[] = [
  "GET /api/links/export",
  "GET /api/analytics/overview",
  "PATCH /api/collections/:id",
  "DELETE /api/collections/:id",
  "GET /api/conversions",
  "POST /api/conversions/:id/refund",
  "DELETE /api/conversions/:id",
  "POST /api/conversion-goals",
  "PATCH /api/conversion-goals/:id",
  "DELETE /api/conversion-goals/:id",
  "POST /api/conversion-goals/:id/rotate-secret",
  "PATCH /api/tags/:id",
  "DELETE /api/tags/:id",
];

const rows = Object.entries(ROUTES);
const scoped = rows.flatMap(([route, opened]) =>
  typeof opened === "string" ? [] : [[route, opened] as const],
);
const guarded = rows.filter(([, opened]) => opened !== "anybody").map(([route]) => route);
const openedBy = (wanted: Opened) =>
  rows.filter(([, opened]) => opened === wanted).map(([route]) => route);

const call = async (route: string, headers: Record<string, string>) => {
  const response = await callApi(pathOf(route), requestOf(route, headers));
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json") === true;
  const body: { code?: string } = isJson ? await response.json() : {};
  return { status: response.status, code: body.code };
};

const REFUSED = [401, 403, 500];

describe("scopes and routes", () => {
  it("its table lists every route", ({ expect }) => {
    expect(Object.keys(ROUTES).sort((a, b) => a.localeCompare(b))).toEqual(nativeRoutes());
  });

  it.for(guarded)(
    "%s refuses unauthenticated clients before any other check",
    async (route, { expect }) => {
      const response = await callApi(pathOf(route), {
        ...requestOf(route, {}),
        headers: { "Content-Type": "text/plain" },
      });
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({
        code: "UNAUTHORIZED",
        message: "Missing or invalid authentication token.",
      });
    },
  );

  it.for(openedBy("account"))("%s opens to any token", async (route, { expect }) => {
    const account = await newAccount();
    const { status } = await call(route, await account.byToken("webhooks:read"));
    expect(REFUSED).not.toContain(status);
  });

  it.for(openedBy("session"))("%s opens to sessions only", async (route, { expect }) => {
    const account = await newAccount();
    expect(await call(route, await account.byToken(...SCOPES))).toEqual({
      status: 403,
      code: "FORBIDDEN",
    });
    expect(REFUSED).not.toContain((await call(route, account.bySession)).status);
  });

  it.for(openedBy("operator"))("%s opens to the operator only", async (route, { expect }) => {
    const account = await newAccount();
    expect((await call(route, await account.byToken())).status).toBe(401);
    expect((await call(route, account.bySession)).status).toBe(401);
    expect(REFUSED).not.toContain((await call(route, OPERATOR)).status);
  });

  it.for(scoped)("%s opens to %j and nothing less", async ([route, scopes], { expect }) => {
    const account = await newAccount();
    expect(REFUSED).not.toContain((await call(route, await account.byToken(...scopes))).status);
    for (const missing of scopes) {
      const others = SCOPES.filter((scope) => scope !== missing);
      expect(await call(route, await account.byToken(...others))).toEqual({
        status: 403,
        code: "FORBIDDEN",
      });
    }
    expect(REFUSED).not.toContain((await call(route, account.bySession)).status);
  });

  it.for(scoped)("%s leaves a member what the role allows", async ([route, scopes], { expect }) => {
    const [owner, guest] = [await newAccount(), await newAccount()];
    const named = { ...guest.bySession, "Signpost-Workspace": owner.workspace.uuid };
    for (const role of ["member", "manager"] as const) {
      await join(guest.userId, owner.workspace, role);
      const isRefused =
        role === "member" &&
        (MANAGERS.includes(route) || scopes.some((scope) => scope.startsWith("webhooks:")));
      const { status } = await call(route, named);
      if (isRefused) expect(status).toBe(403);
      else expect(REFUSED).not.toContain(status);
    }
  });

  it.for(guarded.filter((route) => !route.startsWith("GET ") && ROUTES[route] !== "operator"))(
    "%s needs this site's origin from a session",
    async (route, { expect }) => {
      const { cookie } = await newAccount();
      for (const headers of [
        { Cookie: cookie },
        { Cookie: cookie, Origin: "https://evil.example" },
      ]) {
        expect(await call(route, headers)).toEqual({ status: 403, code: "FORBIDDEN" });
      }
    },
  );
});
