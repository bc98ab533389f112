/**
 * Who may pass: a token with the route's scope and role, in a workspace whose plan has this API.
 *
 * In this order: the token (401), the plan, the scope and the role (403), the brake on writes (429).
 * Only then does a route look at the body, so that a stranger learns nothing from its faults.
 */

import type { MiddlewareHandler } from "hono";

import { type Access, type Role, ROLES, type Scope } from "../../access/access.ts";
import { PLANS } from "../../access/plans.ts";
import { authenticate } from "../../accounts/authenticate.ts";
import { offersToken } from "../../accounts/credentials.ts";
import { refuseFastWrites } from "../shared/write-limit.ts";
import type { PvtlnkEnvironment } from "./environment.ts";
import { refuse, type PvtlnkRefusal } from "./errors.ts";

export interface Requirements {
  readonly scope?: Scope;
  readonly atLeast?: Role;
  /** Also where the plan no longer has this API: a token can always be given up. */
  readonly onAnyPlan?: true;
}

/** Lets in tokens that meet the requirements. */
export function requires(wanted: Requirements): MiddlewareHandler<PvtlnkEnvironment> {
  return async (c, next) => {
    // Browser sessions belong to the native API: a page of another site could use them here.
    if (!offersToken(c.req.raw.headers)) return refuse(c, { code: "unauthenticated" });
    const { clock } = c.get("surroundings");
    const authenticated = await authenticate(c.req.raw, c.env, c.executionCtx, clock);
    if (!authenticated.ok) return refuse(c, authenticated.error);
    const { access } = authenticated.value;
    const refusal =
      refusalOf(access, wanted) ?? (await refuseFastWrites(c.req.raw, c.env, access.principal));
    if (refusal !== null) return refuse(c, refusal);
    c.set("access", access);
    await next();
    return undefined;
  };
}

function refusalOf(
  { workspace, role, scopes }: Access,
  { scope, atLeast, onAnyPlan }: Requirements,
): PvtlnkRefusal | null {
  if (!PLANS[workspace.plan].features.enterpriseApi && onAnyPlan !== true) {
    return { code: "api_not_in_plan" };
  }
  if (scope !== undefined && !scopes.has(scope)) return { code: "scope_missing", scopes: [scope] };
  if (atLeast !== undefined && ROLES.indexOf(role) < ROLES.indexOf(atLeast)) {
    return { code: "role_too_low", atLeast };
  }
  return null;
}
