/**
 * Who may pass: every native route begins with `requires(…)` or `sessionOnly()`, before its
 * validators, so that a stranger learns nothing from a content error.
 */

import { createMiddleware } from "hono/factory";

import { type Access, type Role, ROLES, type Scope } from "../../access/access.ts";
import { authenticate } from "../../accounts/authenticate.ts";
import type { AccountRefusal } from "../../accounts/refusal.ts";
import { configOf } from "../../config.ts";
import { refuseFastWrites } from "../shared/write-limit.ts";
import type { NativeEnvironment } from "./environment.ts";
import { refuse } from "./errors.ts";

/** Lets in who holds all of these scopes, by token or session; with none, anybody known. */
export function requires(...scopes: Scope[]) {
  return guard((access) => {
    const missing = scopes.filter((scope) => !access.scopes.has(scope));
    return missing.length === 0 ? null : { code: "scope_missing", scopes: missing };
  });
}

/** Lets in browser sessions only: what a token must never be able to do. */
export function sessionOnly() {
  return guard((access) => (access.via === "session" ? null : { code: "session_required" }));
}

/** Lets in this role and those above it; stands after `requires` or `sessionOnly`. */
export function atLeast(role: Role) {
  return createMiddleware<NativeEnvironment>(async (c, next) => {
    if (ROLES.indexOf(c.get("access").role) < ROLES.indexOf(role)) {
      return refuse(c, { code: "role_too_low", atLeast: role });
    }
    await next();
    return undefined;
  });
}

function guard(admit: (access: Access) => AccountRefusal | null) {
  return createMiddleware<NativeEnvironment>(async (c, next) => {
    const authenticated = await authenticate(c.req.raw, c.env, c.executionCtx);
    if (!authenticated.ok) return refuse(c, authenticated.error);
    const { access, setCookies } = authenticated.value;
    const isWrite = c.req.method !== "GET" && c.req.method !== "HEAD";
    if (isWrite && access.via === "session" && !isOwnOrigin(c.req.raw, c.env)) {
      return refuse(c, { code: "origin_foreign" });
    }
    const refusal = admit(access);
    if (refusal !== null) return refuse(c, refusal);
    const limited = await refuseFastWrites(c.req.raw, c.env, access.principal);
    if (limited !== null) return refuse(c, limited);
    c.set("access", access);
    await next();
    for (const cookie of setCookies) c.header("Set-Cookie", cookie, { append: true });
    return undefined;
  });
}

/** A cookie travels with requests that another site provoked; their `Origin` gives them away. */
function isOwnOrigin(request: Request, env: Cloudflare.Env): boolean {
  const origin = request.headers.get("Origin");
  return origin === new URL(request.url).origin || origin === configOf(env).publicUrl.origin;
}
