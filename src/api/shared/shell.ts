/**
 * What every dialect's answers have in common: a request id, headers, CORS, and failures of the
 * shell itself worn in the dialect's own shape.
 */

import type { Context, Hono } from "hono";

import { log } from "../../platform/log.ts";
import { allowedMethods } from "./allowed-methods.ts";
import { answerPreflight, isPreflight, openToOtherOrigins } from "./cors.ts";
import type { ShellFailure } from "./failure.ts";

export interface ShellEnvironment {
  Bindings: Cloudflare.Env;
  Variables: {
    requestId: string;
    /** The body as it came, once a validator has read it: what an idempotency key fingerprints. */
    bodyText: string;
  };
}

/** Puts a failure into a dialect's form. */
export type Refuse = (c: Context, failure: ShellFailure) => Response;

export interface DialectShell {
  readonly name: string;
  readonly refuse: Refuse;
  /** Paths that no API token opens: no CORS there at all. */
  readonly closedPaths: readonly string[];
}

const REQUEST_ID = /^[\w.=-]{8,128}$/;

/** Installs the shell on a dialect's app: call it before the first route. */
export function openShell<E extends ShellEnvironment>(
  app: Hono<E, never, string>,
  dialect: DialectShell,
): void {
  app.use("*", async (c, next) => {
    const offered = c.req.header("X-Request-Id");
    const requestId =
      offered !== undefined && REQUEST_ID.test(offered) ? offered : crypto.randomUUID();
    c.set("requestId", requestId);
    const { path } = c.req;
    const isOpen = !dialect.closedPaths.some((p) => path === p || path.startsWith(`${p}/`));
    if (isOpen && isPreflight(c)) c.res = answerPreflight();
    else {
      await next();
      if (isOpen) openToOtherOrigins(c);
    }
    c.header("X-Request-Id", requestId);
    c.header("X-Content-Type-Options", "nosniff");
    if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
  });
  app.notFound((c) => {
    const allow = allowedMethods(app.routes, c.req.path);
    return dialect.refuse(
      c,
      allow.length === 0 || allow.includes(c.req.method)
        ? { code: "route_unknown" }
        : { code: "method_not_allowed", allow },
    );
  });
  app.onError((error, c) => {
    log("error", "api.request.failed", {
      requestId: c.get("requestId"),
      dialect: dialect.name,
      method: c.req.method,
      route: c.req.routePath,
      error,
    });
    return dialect.refuse(c, { code: "internal" });
  });
}
