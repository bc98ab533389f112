/** The guards of RevoLink's routes: a token, and the workspace that the request names. */

import type { MiddlewareHandler } from "hono";

import { type Access, scopesOf } from "../../access/access.ts";
import { databaseOf } from "../../db/database.ts";
import { err, ok, type Result } from "../../platform/result.ts";
import { objectIdOf } from "../../platform/uuid.ts";
import { type Membership, membershipByObjectId } from "../../workspaces/memberships.ts";
import { guardsFor } from "../shared/guard.ts";
import type { RevolinkEnvironment } from "./environment.ts";
import { refuse, type RevolinkRefusal } from "./errors.ts";

export const requires = guardsFor({ refuse, order: ["rate", "scope"] });

/** Moves the access to the workspace that the fields name, with the member's role there. */
export const inNamedWorkspace: MiddlewareHandler<RevolinkEnvironment> = async (c, next) => {
  const entered = await enter(c.env, c.get("access"), c.get("fields")["workspaceId"]);
  if (!entered.ok) return refuse(c, entered.error);
  c.set("access", entered.value);
  await next();
  return undefined;
};

async function enter(
  env: Cloudflare.Env,
  access: Access,
  workspaceId: unknown,
): Promise<Result<Access, RevolinkRefusal>> {
  if (workspaceId === undefined || workspaceId === null || workspaceId === "") {
    return err({ reason: "workspace_required" });
  }
  // An unknown id, a malformed one and another workspace's get the same answer, so that a client
  // cannot find out which workspaces exist.
  const membership =
    typeof workspaceId === "string" ? await membershipOf(env, access, workspaceId) : null;
  if (membership === null) return err({ reason: "workspace_foreign" });
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
  // Most requests name the token's own workspace, which is already loaded.
  if (objectId.toLowerCase() === objectIdOf(access.workspace.uuid)) return access;
  if (access.workspaceOnly) return null;
  return membershipByObjectId(databaseOf(env.DB), access.userId, objectId);
}
