/**
 * Follows a short link. The hot path's contract:
 *
 * - A hit in the isolate awaits nothing; a miss awaits KV, and where KV has nothing one D1 statement.
 * - It never waits for, nor fails with, the counting of clicks.
 * - No library is loaded for it, and no line logged on success.
 */

import { configOf } from "../config.ts";
import { CODE, type LinkAddress } from "../links/address.ts";
import { routeCache, type RouteCache } from "../links/route-cache.ts";
import type { RouteRecord } from "../links/route-record.ts";
import { CAPTURE_SETTINGS, createCapture, type Capture, type DirectIngest } from "./capture.ts";
import { decide, withForwardedQuery, type Refusal } from "./decide.ts";
import { domainOf } from "./hosts.ts";
import { lookup } from "./lookup.ts";
import { createMissLimiter, type MissLimiter } from "./miss-limiter.ts";
import { GONE, METHOD_NOT_ALLOWED, NOT_FOUND, UNAVAILABLE, type Notice } from "./pages/notices.ts";
import { notice, previewOf, redirectTo } from "./respond.ts";
import { addressGroup } from "./visitor-hash.ts";
import { visitorOf } from "./visitor.ts";

export interface RedirectParts {
  readonly cache: RouteCache;
  readonly limiter: MissLimiter;
  readonly capture: Capture;
}

export type Redirect = (
  request: Request,
  url: URL,
  env: Cloudflare.Env,
  ctx: Pick<ExecutionContext, "waitUntil">,
) => Promise<Response>;

/** Makes the redirect of this isolate. */
export function createRedirect(ingestDirectly: DirectIngest): Redirect {
  return redirectWith({
    cache: routeCache,
    limiter: createMissLimiter(),
    capture: createCapture(ingestDirectly, CAPTURE_SETTINGS),
  });
}

export function redirectWith({ cache, limiter, capture }: RedirectParts): Redirect {
  return async (request, url, env, ctx) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return notice(request, METHOD_NOT_ALLOWED);
    }
    const asked = parsePath(url.pathname);
    // The grammar comes first: KV throws on keys such as `..` and on long ones.
    if (asked === null) return notice(request, NOT_FOUND);

    const nowMs = Date.now();
    const visitor = visitorOf(request);
    const address: LinkAddress = { domain: domainOf(url.hostname, configOf(env)), code: asked.code };
    const group = visitor.address === null ? null : addressGroup(visitor.address);
    const looked = await lookup(
      { address, visitor: group, nowMs },
      { cache, limiter },
      env,
      ctx,
    );
    if (looked.kind === "unknown") return notice(request, NOT_FOUND);
    if (looked.kind === "unavailable") return notice(request, UNAVAILABLE);

    const decision = decide(looked.record, nowMs);
    if (decision.kind === "refuse") return notice(request, noticeOf(decision.reason));
    if (asked.preview) return previewOf(request, decision.destination);
    if (decision.kind === "fallback") return redirectTo(decision.destination, 302);

    const scan = url.search !== "" && url.searchParams.get(SCAN_PARAMETER) === "1";
    const { record } = looked;
    const { rule, variant, status } = decision;
    capture.add(
      { ledger: record.ledger, linkId: record.linkId, at: nowMs, visitor, scan, rule, variant },
      env,
      ctx,
    );
    return redirectTo(destinationFor(record, decision.destination, url), status);
  };
}

/** A QR code's own mark: counted as a scan, not forwarded. */
const SCAN_PARAMETER = "qr";

function destinationFor(record: RouteRecord, destination: string, url: URL): string {
  if (record.forwardQuery !== true || url.search === "") return destination;
  const query = new URLSearchParams(url.searchParams);
  query.delete(SCAN_PARAMETER);
  return withForwardedQuery(destination, query);
}

interface AskedPath {
  readonly code: string;
  /** `/code+`: show where it leads. */
  readonly preview: boolean;
}

function parsePath(pathname: string): AskedPath | null {
  const path = pathname.endsWith("/") ? pathname.slice(1, -1) : pathname.slice(1);
  const preview = path.endsWith("+");
  const code = preview ? path.slice(0, -1) : path;
  return CODE.test(code) ? { code, preview } : null;
}

function noticeOf(reason: Refusal): Notice {
  switch (reason) {
    case "not_started":
      return NOT_FOUND;
    case "archived":
    case "inactive":
    case "suspended":
    case "ended":
      return GONE;
  }
}

