/**
 * The shell that all dialects share: request id, headers, CORS, the clock, and the failures that
 * belong to no route, in the dialect's own format.
 */

import { type Context, Hono } from "hono";
import type { BlankSchema } from "hono/types";

import type { Access } from "../../access/access.ts";
import { configOf } from "../../config.ts";
import { LIVE_AFTER_MS } from "../../links/route/publish.ts";
import { type Clock, systemClock } from "../../platform/clock.ts";
import type { Fetch } from "../../platform/dns.ts";
import { BUSY_SECONDS, HashingBusy } from "../../platform/hash-turns.ts";
import { log } from "../../platform/log.ts";
import { type DialectName, isUnder, PREFIXES } from "../../prefixes.ts";
import { allowedMethods } from "./allowed-methods.ts";
import { answerPreflight, isPreflight, openToOtherOrigins, reliesOnCookie } from "./cors.ts";
import type { ShellFailure } from "./failure.ts";
import { mountOperations, type Operations } from "./operation.ts";

/** What a dialect takes from outside. Tests pass their own clock and internet. */
export interface Surroundings {
  readonly clock: Clock;
  /** Fetches logos and resolves their hosts; the runtime's own if absent. */
  readonly fetch?: Fetch;
}

/** The fields of a request, whose values have not been checked. */
export type RawFields = Readonly<Record<string, unknown>>;

/** What the handlers of every dialect find in their context. */
export interface DialectEnvironment {
  Bindings: Cloudflare.Env;
  Variables: {
    requestId: string;
    surroundings: Surroundings;
    /** The caller's account and workspace, set by a guard. */
    access: Access;
    /** Set by dialects whose fields are not simply the JSON body. */
    fields: RawFields;
  };
}

export type DialectApp<E extends DialectEnvironment> = Hono<E, BlankSchema, string>;

export interface DialectDefinition<E extends DialectEnvironment> {
  /** The name under which `prefixes.ts` lists the dialect's prefixes. */
  readonly name: DialectName;
  /** Answers a shell failure in the dialect's format. */
  readonly refuse: (c: Context, failure: ShellFailure) => Response;
  /** Paths that no API token opens, which therefore get no CORS headers. */
  readonly closedPaths?: readonly string[];
  /** Whether cookies have no effect on any answer, so that other origins may always read it. */
  readonly ignoresCookies?: boolean;
  /** All that it answers, below each of its prefixes. */
  readonly operations: Operations<E>;
}

/** Makes a dialect's app, on the system's clock by default. */
export type Dialect<E extends DialectEnvironment> = (
  surroundings?: Partial<Surroundings>,
) => DialectApp<E>;

const REQUEST_ID = /^[\w.=-]{8,128}$/;

export function defineDialect<E extends DialectEnvironment>({
  name,
  refuse,
  closedPaths = [],
  ignoresCookies = false,
  operations,
}: DialectDefinition<E>): Dialect<E> {
  return (given = {}) => {
    const surroundings: Surroundings = { clock: systemClock, ...given };
    // A path may end with a slash.
    const app: DialectApp<E> = new Hono<E, BlankSchema, string>({ strict: false });
    app.use("*", async (c, next) => {
      const requestId = requestIdOf(c);
      c.set("requestId", requestId);
      c.set("surroundings", surroundings);
      // An installation with invalid settings or weak secrets answers nothing else.
      configOf(c.env);
      const { path } = c.req;
      const isOpen = !closedPaths.some((closed) => isUnder(closed, path));
      if (isOpen && isPreflight(c)) c.res = answerPreflight();
      else {
        await next();
        if (isOpen && (ignoresCookies || !reliesOnCookie(c))) openToOtherOrigins(c);
      }
      c.header("X-Request-Id", requestId);
      c.header("X-Content-Type-Options", "nosniff");
      if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
    });
    app.notFound((c) => {
      const allow = allowedMethods(app.routes, c.req.path);
      return refuse(
        c,
        allow.length === 0 || allow.includes(c.req.method)
          ? { reason: "route_unknown" }
          : { reason: "method_not_allowed", allow },
      );
    });
    app.onError((error, c) => {
      if (error instanceof HashingBusy) {
        return refuse(c, { reason: "busy", retryAfterSeconds: BUSY_SECONDS });
      }
      log("error", "api.request.failed", {
        requestId: c.get("requestId"),
        dialect: name,
        method: c.req.method,
        route: c.req.routePath,
        error,
      });
      return refuse(c, { reason: "internal" });
    });
    for (const prefix of PREFIXES[name]) mountOperations(app.basePath(prefix), operations);
    return app;
  };
}

/** Returns the time of the request, by the dialect's clock. */
export function nowOf<E extends DialectEnvironment>(c: Context<E>): number {
  return c.get("surroundings").clock();
}

/** Announces when the change is expected to be live everywhere. */
export function announceLiveBy<E extends DialectEnvironment>(c: Context<E>): void {
  c.header("Signpost-Live-By", new Date(nowOf(c) + LIVE_AFTER_MS).toISOString());
}

function requestIdOf(c: Context): string {
  const offered = c.req.header("X-Request-Id");
  return offered !== undefined && REQUEST_ID.test(offered) ? offered : crypto.randomUUID();
}
