/**
 * Guards of routes. A route's requirements are data; the order in which they are checked belongs to
 * the dialect. A guard runs before the validators, so that an unauthenticated client learns nothing
 * from a faulty body.
 */

import type { Context, MiddlewareHandler } from "hono";

import { type Access, type Role, ROLES, type Scope } from "../../access/access.ts";
import { type Feature, PLANS } from "../../access/plans.ts";
import { authenticate } from "../../accounts/authenticate.ts";
import { offersToken } from "../../accounts/credentials.ts";
import { refuseOthers } from "../../accounts/operator.ts";
import type { AccountRefusal } from "../../accounts/refusal.ts";
import { configOf, type Plan } from "../../config.ts";
import { type DialectEnvironment, nowOf } from "./dialect.ts";
import type { ShellFailure } from "./failure.ts";
import { refuseFastRequests } from "./rate-limits.ts";

export interface Requirement {
  /**
   * Which credential opens the route: any credential of an account, an API token only, a browser
   * session only (for what a token must never be able to do), or ADMIN_TOKEN, which belongs to no
   * account.
   */
  readonly who: "account" | "token" | "session" | "operator";
  readonly scope?: Scope;
  /** The lowest role that passes. */
  readonly role?: Role;
  /** What the workspace's plan must include. */
  readonly features?: readonly Feature[];
}

export type GuardRefusal = ShellFailure | AccountRefusal | FeatureNotInPlan;

/** The workspace's plan lacks a feature that the route belongs to. */
export interface FeatureNotInPlan {
  readonly reason: "feature_not_in_plan";
  readonly feature: Feature;
  readonly plan: Plan;
}

interface Asked {
  readonly c: Context<DialectEnvironment>;
  readonly access: Access;
  readonly requirement: Requirement;
}

type Check = (asked: Asked) => GuardRefusal | null | Promise<GuardRefusal | null>;

const CHECKS = {
  /**
   * Browsers also send a cookie with requests that another site caused; their `Origin` reveals it.
   */
  origin: ({ c, access }) => {
    const isRead = c.req.method === "GET" || c.req.method === "HEAD";
    const isSafe = isRead || access.via === "token" || isOwnOrigin(c.req.raw, c.env);
    return isSafe ? null : { reason: "origin_foreign" };
  },
  session: ({ access, requirement }) =>
    requirement.who === "session" && access.via !== "session"
      ? { reason: "session_required" }
      : null,
  features: ({ access, requirement: { features = [] } }) => {
    const { plan } = access.workspace;
    const feature = features.find((one) => !PLANS[plan].features[one]);
    return feature === undefined ? null : { reason: "feature_not_in_plan", feature, plan };
  },
  scope: ({ access, requirement: { scope } }) =>
    scope === undefined || access.scopes.has(scope)
      ? null
      : { reason: "scope_missing", scopes: [scope] },
  role: ({ access, requirement: { role } }) => roleRefusal(access.role, role),
  rate: ({ c, access }) => refuseFastRequests(c.req.raw, c.env, access.userId),
} satisfies Readonly<Record<string, Check>>;

export interface GuardOptions {
  readonly refuse: (c: Context, refusal: GuardRefusal) => Response;
  /** The checks that follow authentication, in this order. */
  readonly order: readonly (keyof typeof CHECKS)[];
}

/** Makes the guards of a dialect. A guard sets `access` in the context, except for the operator. */
export function guardsFor({ refuse, order }: GuardOptions) {
  return (requirement: Requirement): MiddlewareHandler<DialectEnvironment> =>
    async (c, next) => {
      const { headers } = c.req.raw;
      if (requirement.who === "operator") {
        const refusal = await refuseOthers(headers, c.env, nowOf(c));
        if (refusal !== null) return refuse(c, refusal);
        await next();
        return undefined;
      }
      // Otherwise a page of another site could use a browser's session here.
      if (requirement.who === "token" && !offersToken(headers)) {
        return refuse(c, { reason: "unauthenticated" });
      }
      const { clock } = c.get("surroundings");
      const authenticated = await authenticate(c.req.raw, c.env, c.executionCtx, clock);
      if (!authenticated.ok) return refuse(c, authenticated.error);
      const { access, setCookies } = authenticated.value;
      for (const check of order) {
        const refusal = await CHECKS[check]({ c, access, requirement });
        if (refusal !== null) return refuse(c, refusal);
      }
      c.set("access", access);
      await next();
      for (const cookie of setCookies) c.header("Set-Cookie", cookie, { append: true });
      return undefined;
    };
}

/** Refuses a role below the required one; null lets it through. */
export function roleRefusal(role: Role, atLeast: Role | undefined): AccountRefusal | null {
  return atLeast !== undefined && ROLES.indexOf(role) < ROLES.indexOf(atLeast)
    ? { reason: "role_too_low", atLeast }
    : null;
}

/** Whether a request comes from a page of this installation. */
export function isOwnOrigin(request: Request, env: Cloudflare.Env): boolean {
  const origin = request.headers.get("Origin");
  return origin === new URL(request.url).origin || origin === configOf(env).publicUrl.origin;
}
