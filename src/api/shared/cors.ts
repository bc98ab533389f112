/**
 * Cross-origin use with API tokens: any origin, never with credentials. Responses to requests that
 * rely on a cookie carry no CORS header, so that no other site's script can read them.
 */

import type { Context } from "hono";

import { offersToken } from "../../accounts/credentials.ts";

const EXPOSED = "ETag, Link, Location, Retry-After, X-Request-Id, Signpost-Live-By";

const PREFLIGHT_HEADERS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
  "Access-Control-Allow-Headers":
    "Authorization, X-Api-Key, Content-Type, Accept, Idempotency-Key, If-Match, If-None-Match, Signpost-Workspace, X-Request-Id",
  "Access-Control-Max-Age": "7200",
};

export function isPreflight(c: Context): boolean {
  return c.req.method === "OPTIONS" && c.req.header("Access-Control-Request-Method") !== undefined;
}

export function answerPreflight(): Response {
  return new Response(null, { status: 204, headers: PREFLIGHT_HEADERS });
}

/** Whether a response may depend on a cookie. */
export function reliesOnCookie(c: Context): boolean {
  return c.req.header("Cookie") !== undefined && !offersToken(c.req.raw.headers);
}

/** Allows scripts of other origins to read a response. */
export function openToOtherOrigins(c: Context): void {
  c.header("Access-Control-Allow-Origin", "*");
  c.header("Access-Control-Expose-Headers", EXPOSED);
}
