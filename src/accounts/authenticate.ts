/**
 * Authenticates a request by its API token, or else by its session cookie. Nothing is cached, so a
 * revocation or a lost membership takes effect at once.
 */

import { and, eq, or, sql } from "drizzle-orm";

import { type Access, type Scope, SCOPES, scopesOf } from "../access/access.ts";
import { type Database, databaseOf } from "../db/database.ts";
import { members, tokens, workspaces } from "../db/schema/index.ts";
import { sha256Hex } from "../platform/bytes.ts";
import { type Clock, MINUTE_MS, systemClock } from "../platform/clock.ts";
import { tolerate } from "../platform/log.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { parseUuid } from "../platform/uuid.ts";
import { membershipIn, toWorkspace, workspaceColumns } from "../workspaces/memberships.ts";
import { offersToken, tokenOf } from "./credentials.ts";
import type { AccountRefusal } from "./refusal.ts";

export interface Authenticated {
  readonly access: Access;
  /** Cookies for the response, if the session was renewed. */
  readonly setCookies: readonly string[];
}

type Outcome = Result<Authenticated, AccountRefusal>;

/** Names the workspace to act in, if not the token's home or the person's own. */
const WORKSPACE_HEADER = "Signpost-Workspace";

/** Prefers a token over a cookie: if both are sent and the token is bad, refuses the request. */
export async function authenticate(
  request: Request,
  env: Cloudflare.Env,
  ctx: Pick<ExecutionContext, "waitUntil">,
  clock: Clock = systemClock,
): Promise<Outcome> {
  const header = request.headers.get(WORKSPACE_HEADER);
  const named = header === null ? null : parseUuid(header);
  // Refused only after authentication: an unauthenticated client always gets 401.
  const isNameBroken = header !== null && named === null;
  const outcome = offersToken(request.headers)
    ? await byToken(databaseOf(env.DB), tokenOf(request.headers), named, ctx, clock())
    : await bySession(request, env, named);
  return outcome.ok && isNameBroken ? err({ reason: "workspace_header_unknown" }) : outcome;
}

async function byToken(
  db: Database,
  token: string | null,
  named: string | null,
  ctx: Pick<ExecutionContext, "waitUntil">,
  nowMs: number,
): Promise<Outcome> {
  if (token === null) return err({ reason: "unauthenticated" });
  const [row] = await db
    .select({
      id: tokens.id,
      userId: tokens.userId,
      scopes: tokens.scopes,
      workspaceOnly: tokens.workspaceOnly,
      expiresAtMs: tokens.expiresAtMs,
      lastUsedAtMs: tokens.lastUsedAtMs,
      revokedAtMs: tokens.revokedAtMs,
      workspace: workspaceColumns,
      role: members.role,
    })
    .from(tokens)
    .leftJoin(
      workspaces,
      named === null
        ? eq(workspaces.id, tokens.workspaceId)
        : and(
            eq(workspaces.uuid, named),
            or(eq(tokens.workspaceOnly, false), eq(workspaces.id, tokens.workspaceId)),
          ),
    )
    .leftJoin(
      members,
      and(eq(members.workspaceId, workspaces.id), eq(members.userId, tokens.userId)),
    )
    .where(eq(tokens.hash, await sha256Hex(token)));
  if (row === undefined || row.revokedAtMs !== null) return err({ reason: "unauthenticated" });
  if (row.expiresAtMs !== null && row.expiresAtMs <= nowMs)
    return err({ reason: "unauthenticated" });
  if (row.workspace === null || row.role === null) {
    return err({ reason: named === null ? "membership_lost" : "workspace_header_unknown" });
  }
  if (row.lastUsedAtMs === null || row.lastUsedAtMs <= nowMs - MINUTE_MS) {
    ctx.waitUntil(tolerate("accounts.token.touch.failed", touch(db, row.id, nowMs)));
  }
  const allowed = scopesOf(row.role);
  return ok({
    access: {
      userId: row.userId,
      workspace: toWorkspace(row.workspace),
      role: row.role,
      scopes: new Set((row.scopes as Scope[]).filter((scope) => allowed.has(scope))),
      via: "token",
      workspaceOnly: row.workspaceOnly,
    },
    setCookies: [],
  });
}

/** Records the use of a token, at most once a minute across all isolates. */
async function touch(db: Database, tokenId: number, nowMs: number): Promise<void> {
  await db.run(sql`
    update tokens set last_used_at_ms = ${nowMs}
    where id = ${tokenId}
      and (last_used_at_ms is null or last_used_at_ms <= ${nowMs - MINUTE_MS})`);
}

async function bySession(
  request: Request,
  env: Cloudflare.Env,
  named: string | null,
): Promise<Outcome> {
  if (!request.headers.has("Cookie")) return err({ reason: "unauthenticated" });
  // Lazy, so that token requests never load better-auth.
  const { sessionOf } = await import("./sessions.ts");
  const session = await sessionOf(request, env);
  if (session === null) return err({ reason: "unauthenticated" });
  const { userId, setCookies } = session;
  const membership = await membershipIn(databaseOf(env.DB), userId, named);
  if (membership === null) return err({ reason: "workspace_header_unknown" });
  const { workspace, role } = membership;
  const scopes = new Set(SCOPES.filter((scope) => scopesOf(role).has(scope)));
  return ok({
    access: { userId, workspace, role, scopes, via: "session", workspaceOnly: false },
    setCookies,
  });
}
