/**
 * Follows a short link. The hot path's contract:
 *
 * - A hit in the isolate awaits nothing; a miss awaits KV, and where KV has nothing one D1 statement.
 *   Only a link with a click limit asks anybody else: its gate.
 * - It never waits for, nor fails with, the counting of clicks.
 * - No library is loaded for it, unless a rule asks for the user agent, and no line logged on success.
 */

import { publicUrlOf } from "../config.ts";
import type { LinkAddress } from "../links/address.ts";
import { withQuery } from "../links/merge-query.ts";
import { routeCache, type RouteCache } from "../links/route-cache.ts";
import type { RouteRecord } from "../links/route-record.ts";
import { admit } from "./admission.ts";
import { CAPTURE_SETTINGS } from "./capture-settings.ts";
import { createCapture, type Capture, type DirectIngest } from "./capture.ts";
import { markClick } from "./click-token.ts";
import { decide, type RedirectDecision, type Refusal } from "./decide.ts";
import { factsOf, type Readers } from "./facts.ts";
import { domainOf } from "./hosts.ts";
import { lookup } from "./lookup.ts";
import { createMissLimiter, type MissLimiter } from "./miss-limiter.ts";
import { GONE, METHOD_NOT_ALLOWED, NOT_FOUND, UNAVAILABLE, type Notice } from "./pages/notices.ts";
import type { PasswordOutcome, PasswordRequest } from "./password.ts";
import { parsePath, type AskedPath, type QrFormat } from "./path.ts";
import { notice, previewOf, redirectTo } from "./respond.ts";
import { variantCookie } from "./variant-cookie.ts";
import { addressGroup } from "./visitor-hash.ts";
import { visitorOf, type Visitor } from "./visitor.ts";

/** What few links need: loaded with the first request that does. */
export interface LazyParts extends Readers {
  readonly ingestDirectly: DirectIngest;
  askPassword(env: Cloudflare.Env, asked: PasswordRequest): Promise<PasswordOutcome>;
  /** Draws a link's QR code; null when the link is gone meanwhile. */
  drawQr(env: Cloudflare.Env, request: QrRequest): Promise<Response | null>;
}

export interface QrRequest {
  readonly domain: string;
  readonly code: string;
  readonly format: QrFormat;
  readonly size: string | null;
}

export interface RedirectParts extends LazyParts {
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
export function createRedirect(lazy: LazyParts): Redirect {
  return redirectWith({
    ...lazy,
    cache: routeCache,
    limiter: createMissLimiter(),
    capture: createCapture(lazy.ingestDirectly, CAPTURE_SETTINGS),
  });
}

/** One request for one code. */
interface Visit {
  readonly request: Request;
  readonly url: URL;
  readonly env: Cloudflare.Env;
  readonly ctx: Pick<ExecutionContext, "waitUntil">;
  readonly asked: AskedPath;
  readonly address: LinkAddress;
  readonly visitor: Visitor;
  readonly nowMs: number;
}

export function redirectWith(parts: RedirectParts): Redirect {
  return async (request, url, env, ctx) => {
    const { method } = request;
    if (method !== "GET" && method !== "HEAD" && method !== "POST") {
      return notice(request, METHOD_NOT_ALLOWED);
    }
    const asked = parsePath(url.pathname);
    // The grammar comes first: KV throws on keys such as `..` and on long ones.
    if (asked === null) return notice(request, NOT_FOUND);

    const nowMs = Date.now();
    const visitor = visitorOf(request);
    const address = {
      domain: domainOf(url.hostname, { publicUrl: publicUrlOf(env) }),
      code: asked.code,
    };
    const group = visitor.address === null ? null : addressGroup(visitor.address);
    const looked = await lookup({ address, visitor: group, nowMs }, parts, env, ctx);
    if (looked.kind === "unknown") return notice(request, NOT_FOUND);
    if (looked.kind === "unavailable") return notice(request, UNAVAILABLE);
    const visit = { request, url, env, ctx, asked, address, visitor, nowMs };
    return asked.qr === null ? answer(visit, looked.record, parts) : drawQr(visit, asked.qr, parts);
  };
}

async function drawQr(visit: Visit, format: QrFormat, parts: RedirectParts): Promise<Response> {
  const { request, url, env, address } = visit;
  const size = url.searchParams.get("size");
  return (await parts.drawQr(env, { ...address, format, size })) ?? notice(request, NOT_FOUND);
}

/** Refusals first, then the password, the click limit, and the way on. */
async function answer(visit: Visit, record: RouteRecord, parts: RedirectParts): Promise<Response> {
  const { request, env, visitor, nowMs } = visit;
  // Only a password is ever posted.
  if (request.method === "POST" && record.password === undefined) {
    return notice(request, METHOD_NOT_ALLOWED);
  }
  const decision = decide(record, await factsOf(request, visitor, nowMs, record, parts));
  if (decision.kind === "refuse") return notice(request, noticeOf(decision.reason));
  if (decision.kind === "fallback") return redirectTo(decision.destination, 302);

  let unlocking: string | null = null;
  if (record.password !== undefined) {
    const outcome = await parts.askPassword(env, { ...visit, record });
    if (outcome.kind === "asked") return outcome.response;
    unlocking = outcome.cookie;
  }
  if (visit.asked.preview) return previewOf(request, decision.destination);
  if (record.limit !== undefined) {
    const agents = await parts.loadAgentReader();
    const refused = await admit(env, record, record.limit, agents.classify(visitor), nowMs);
    if (refused !== null) return notice(request, refused);
  }
  return leadOn(visit, record, decision, unlocking, parts.capture);
}

function leadOn(
  { request, url, env, ctx, visitor, nowMs }: Visit,
  record: RouteRecord,
  decision: RedirectDecision,
  unlocking: string | null,
  capture: Capture,
): Response {
  const forwarded = destinationFor(record, decision.destination, url);
  const { destination, token } = markClick(forwarded, record, visitor);
  capture.add({ ...clickOf(record, decision, visitor, nowMs, url), token }, env, ctx);
  // 303 turns the POST into a GET: a 307 would hand the password on to the destination.
  const status = request.method === "POST" ? 303 : decision.status;
  const response = redirectTo(destination, status);
  if (unlocking !== null) response.headers.append("Set-Cookie", unlocking);
  if (record.sticky === true && decision.variant !== null) {
    response.headers.append("Set-Cookie", variantCookie(url, decision.variant));
  }
  return response;
}

/** A QR code's own mark: counted as a scan, not forwarded. */
const SCAN_PARAMETER = "qr";

function clickOf(
  { ledger, linkId }: RouteRecord,
  { rule, variant }: RedirectDecision,
  visitor: Visitor,
  at: number,
  url: URL,
) {
  const scan = url.search !== "" && url.searchParams.get(SCAN_PARAMETER) === "1";
  return { ledger, linkId, at, visitor, scan, rule, variant };
}

function destinationFor(record: RouteRecord, destination: string, url: URL): string {
  if (record.forwardQuery !== true || url.search === "") return destination;
  const query = new URLSearchParams(url.searchParams);
  query.delete(SCAN_PARAMETER);
  return withQuery(destination, query);
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
