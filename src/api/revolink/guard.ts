/**
 * Who may pass: a token with the route's scope, in the workspace that the request names.
 *
 * In this order, so that nobody learns more than they may: the token (401), its scope (403), the
 * brake on writes (429), the body as such (400, 413, 415), the workspace (400, 403). Only then do
 * handlers look at anything else.
 */

import type { MiddlewareHandler } from "hono";

import { type Access, type Scope, scopesOf } from "../../access/access.ts";
import { authenticate } from "../../accounts/authenticate.ts";
import { offersToken } from "../../accounts/credentials.ts";
import { databaseOf } from "../../db/database.ts";
import { err, ok, type Result } from "../../platform/result.ts";
import { objectIdOf } from "../../platform/uuid.ts";
import { type Membership, membershipByObjectId } from "../../workspaces/memberships.ts";
import { refuseFastWrites } from "../shared/write-limit.ts";
import type { RevolinkEnvironment } from "./environment.ts";
import { refuse, type RevolinkRefusal } from "./errors.ts";
import { type FieldSource, fieldsOf } from "./fields.ts";

/** Lets in tokens that hold a scope, and reads the fields of their requests from `source`. */
export function requires(
  scope: Scope,
  source: FieldSource,
): MiddlewareHandler<RevolinkEnvironment> {
  return async (c, next) => {
    // Browser sessions belong to the native API: a page of another site could use them here.
    if (!offersToken(c.req.raw.headers)) return refuse(c, { code: "unauthenticated" });
    const { clock } = c.get("surroundings");
    const authenticated = await authenticate(c.req.raw, c.env, c.executionCtx, clock);
    if (!authenticated.ok) return refuse(c, authenticated.error);
    const { access } = authenticated.value;
    if (!access.scopes.has(scope)) return refuse(c, { code: "scope_missing", scopes: [scope] });
    const limited = await refuseFastWrites(c.req.raw, c.env, access.principal);
    if (limited !== null) return refuse(c, limited);
    const fields = await fieldsOf(c.req.raw, source);
    if (!fields.ok) return refuse(c, fields.error);
    const inWorkspace = await enter(c.env, access, fields.value["workspaceId"]);
    if (!inWorkspace.ok) return refuse(c, inWorkspace.error);
    c.set("access", inWorkspace.value);
    c.set("fields", fields.value);
    await next();
    return undefined;
  };
}

/** Moves a token's access into the workspace named, as what its person is there. */
async function enter(
  env: Cloudflare.Env,
  access: Access,
  workspaceId: unknown,
): Promise<Result<Access, RevolinkRefusal>> {
  if (workspaceId === undefined || workspaceId === null || workspaceId === "") {
    return err({ code: "workspace_required" });
  }
  // Unknown, malformed and somebody else's are one: nobody finds out which workspaces exist.
  const membership =
    typeof workspaceId === "string" ? await membershipOf(env, access, workspaceId) : null;
  if (membership === null) return err({ code: "workspace_foreign" });
  const { workspace, role } = membership;
  const allowed = scopesOf(role);
  const scopes = new Set([...access.scopes].filter((scope) => allowed.has(scope)));
  return ok({ ...access, workspace, role, scopes });
}

async function membershipOf(
  env: Cloudflare.Env,
  access: Access,
  objectId: string,
): Promise<Membership | null> {
  // Most requests name the token's own workspace, which is known already.
  if (objectId.toLowerCase() === objectIdOf(access.workspace.uuid)) return access;
  return membershipByObjectId(databaseOf(env.DB), access.userId, objectId);
}
