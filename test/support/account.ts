/** Fresh people with a workspace, a session and tokens, written straight into D1 for speed. */

import { env } from "cloudflare:workers";

import { type Role, SCOPES, type Scope, type Workspace } from "../../src/access/access.ts";
import { databaseOf } from "../../src/db/database.ts";
import { sha256Hex, utf8 } from "../../src/platform/bytes.ts";
import { DAY_MS } from "../../src/platform/clock.ts";
import { secretOf } from "../../src/platform/secrets.ts";
import { membershipIn } from "../../src/workspaces/memberships.ts";
import { ensurePersonalWorkspace } from "../../src/workspaces/personal.ts";
import { ORIGIN } from "./api.ts";

export interface Account {
  readonly userId: string;
  readonly email: string;
  /** The person's own workspace. */
  readonly workspace: Workspace;
  /** A `Cookie` header of a live https session. */
  readonly cookie: string;
  /** Headers of a change made by session: the cookie and this site's `Origin`. */
  readonly bySession: Record<string, string>;
  /** Makes a token with these scopes (all of them, unless some are named). */
  token(...scopes: Scope[]): Promise<string>;
  /** Headers of a request with such a token. */
  byToken(...scopes: Scope[]): Promise<Record<string, string>>;
}

/** Makes a person with their own workspace. */
export async function newAccount(): Promise<Account> {
  const userId = crypto.randomUUID();
  const email = `${userId}@example.com`;
  const nowMs = Date.now();
  await env.DB.prepare(
    "insert into users (id, name, email, created_at_ms, updated_at_ms) values (?, 'Ada', ?, ?, ?)",
  )
    .bind(userId, email, nowMs, nowMs)
    .run();
  const db = databaseOf(env.DB);
  await ensurePersonalWorkspace(db, userId, { plan: "enterprise", nowMs });
  const membership = await membershipIn(db, userId, null);
  if (membership === null) throw new Error("The account has no workspace.");
  const { workspace } = membership;
  const cookie = await newSession(userId);
  const token = (...scopes: Scope[]) =>
    newToken(userId, workspace.id, scopes.length === 0 ? SCOPES : scopes);
  return {
    userId,
    email,
    workspace,
    cookie,
    bySession: { Cookie: cookie, Origin: ORIGIN },
    token,
    byToken: async (...scopes) => ({ Authorization: `Bearer ${await token(...scopes)}` }),
  };
}

/** Makes a person a member of somebody else's workspace, or changes what they are there. */
export async function join(userId: string, workspace: Workspace, role: Role): Promise<void> {
  await env.DB.prepare(
    `insert into members (workspace_id, user_id, role, created_at_ms) values (?, ?, ?, ?)
     on conflict do update set role = excluded.role`,
  )
    .bind(workspace.id, userId, role, Date.now())
    .run();
}

/** Takes a person out of a workspace. */
export async function leave(userId: string, workspace: Workspace): Promise<void> {
  await env.DB.prepare("delete from members where workspace_id = ? and user_id = ?")
    .bind(workspace.id, userId)
    .run();
}

async function newToken(
  userId: string,
  workspaceId: number,
  scopes: readonly Scope[],
): Promise<string> {
  const token = `pp_test_${crypto.randomUUID()}`;
  await env.DB.prepare(
    `insert into tokens (uuid, user_id, workspace_id, name, hash, hint, scopes, created_at_ms)
     values (?, ?, ?, 'Test', ?, ?, ?, ?)`,
  )
    .bind(
      crypto.randomUUID(),
      userId,
      workspaceId,
      await sha256Hex(token),
      token.slice(-4),
      JSON.stringify(scopes),
      // Old enough not to count toward the five an hour.
      Date.now() - DAY_MS,
    )
    .run();
  return token;
}

/** better-auth's signed cookie: the session's token and its HMAC under AUTH_SECRET. */
async function newSession(userId: string): Promise<string> {
  const token = crypto.randomUUID();
  const nowMs = Date.now();
  await env.DB.prepare(
    `insert into sessions (id, token, user_id, expires_at_ms, created_at_ms, updated_at_ms)
     values (?, ?, ?, ?, ?, ?)`,
  )
    .bind(crypto.randomUUID(), token, userId, nowMs + 7 * DAY_MS, nowMs, nowMs)
    .run();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const secret = utf8(await secretOf(env, "AUTH_SECRET"));
  const key = await crypto.subtle.importKey("raw", secret, algorithm, false, ["sign"]);
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(token)));
  const signed = `${token}.${btoa(String.fromCharCode(...signature))}`;
  return `__Host-signpost.session_token=${encodeURIComponent(signed)}`;
}
