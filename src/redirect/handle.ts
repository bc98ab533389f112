/**
 * Follows a short link. The contract of the hot path:
 *
 * - A hit in the isolate is answered in the same turn. A miss awaits KV, then one D1 statement if
 *   KV has no record. Only a link with a click limit or a password calls another object: its gate.
 * - It never waits for clicks to be counted, and never fails because of that.
 * - It loads no library unless a rule needs the user agent, and logs nothing on success.
 */

import type { LinkAddress } from "../links/route/address.ts";
import { routeCache } from "../links/route/cache.ts";
import {
  choose,
  decide,
  type Decision,
  type DecisionFacts,
  type RedirectDecision,
} from "../links/route/decide.ts";
import { knownSite, siteOf, type Site } from "../links/route/hosts.ts";
import { withVisitorQuery } from "../links/route/merge-query.ts";
import type { publishRead } from "../links/route/publish.ts";
import type { RouteRecord } from "../links/route/record.ts";
import { CAPTURE_SETTINGS } from "./capture-settings.ts";
import { createCapture, type Capture, type CaptureParts } from "./capture.ts";
import type { leadsBack } from "./circle.ts";
import { markClick } from "./click-token.ts";
import type { ExclusionRequest } from "./exclusion.ts";
import { factsOf, type Readers } from "./facts.ts";
import type {
  answerOffice,
  answerPreview,
  answerUnfurler,
  GuardParts,
  Passed,
  passGuards,
} from "./guards.ts";
import type { HostParts } from "./host.ts";
import { lookup, type LookupParts } from "./lookup.ts";
import { createMissLimiter } from "./miss-limiter.ts";
import type { readPastedPath, withVisitorPath } from "./pasted-path.ts";
import { parsePath, type AskedPath } from "./path.ts";
import type { QrRequest } from "./qr.ts";
import type { refuse } from "./refuse.ts";
import { leadsTo, type RequestUrl } from "./request-url.ts";
import {
  redirectHeaders,
  redirectTo,
  sharedRedirectTo,
  type Asker,
  type RedirectHeaders,
} from "./respond.ts";
import { variantCookie } from "./variant-cookie.ts";
import { addressOf, visitorOf, type Visitor } from "./visitor.ts";
import { createWriteBack, type WriteBack } from "./write-back.ts";

/** What only some links need, loaded with the first request that does. */
export interface LazyParts
  extends Readers, CaptureParts, GuardParts, Pick<LookupParts, "readRoute"> {
  /** Synchronous once it is loaded: most refusals are of somebody who scans for codes. */
  refuse(...asked: Parameters<typeof refuse>): Response | Promise<Response>;
  readonly publishRead: typeof publishRead;
  loadGuards(): Promise<{
    readonly passGuards: typeof passGuards;
    readonly answerOffice: typeof answerOffice;
    readonly answerPreview: typeof answerPreview;
    readonly answerUnfurler: typeof answerUnfurler;
  }>;
  answerQr(env: Cloudflare.Env, asked: QrRequest): Promise<Response>;
  loadCircle(): Promise<{ readonly leadsBack: typeof leadsBack }>;
  loadPastedPath(): Promise<{
    readonly readPastedPath: typeof readPastedPath;
    readonly withVisitorPath: typeof withVisitorPath;
  }>;
  answerChoice(asked: ExclusionRequest): Promise<Response>;
  /** Answers for a custom domain what is no link. */
  answerHost(arrival: Arrival, parts: Omit<HostParts, "cache" | "readRoute">): Promise<Response>;
}

export interface RedirectParts extends LazyParts, LookupParts {
  readonly writeBack: WriteBack;
  readonly capture: Capture;
}

/** Synchronous where nothing must be awaited: one more promise is work for every request. */
export type Redirect = (
  request: Request,
  url: RequestUrl,
  env: Cloudflare.Env,
  ctx: Pick<ExecutionContext, "waitUntil">,
) => Response | Promise<Response>;

/** Creates the redirect of this isolate. */
export function createRedirect(lazy: LazyParts): Redirect {
  return redirectWith({
    ...lazy,
    cache: routeCache,
    limiter: createMissLimiter(),
    writeBack: createWriteBack(lazy.publishRead),
    capture: createCapture(lazy, CAPTURE_SETTINGS),
  });
}

/** One request, before it is known what it asks for. */
export interface Arrival extends Asker {
  readonly request: Request;
  readonly url: RequestUrl;
  readonly site: Site;
  readonly env: Cloudflare.Env;
  readonly ctx: Pick<ExecutionContext, "waitUntil">;
  readonly nowMs: number;
  /** Loaded with a path that is none as it stands, since no other goes on after the code. */
  readonly addPath?: typeof withVisitorPath;
}

/** One request for one link. */
interface Visit extends Arrival {
  readonly asked: AskedPath;
  readonly address: LinkAddress;
  readonly visitor: Visitor;
}

export function redirectWith(parts: RedirectParts): Redirect {
  return (request, url, env, ctx) => {
    const { method, headers } = request;
    const site = siteOf(url.origin, env);
    const arrival = { method, headers, request, url, site, env, ctx, nowMs: Date.now() };
    const asked = parsePath(url.path);
    // The grammar comes first: KV throws on keys such as `..` and on long ones.
    return asked === null ? findPasted(arrival, parts) : find(arrival, asked, parts);
  };
}

function find(
  arrival: Arrival,
  asked: AskedPath,
  parts: RedirectParts,
): Response | Promise<Response> {
  const { method, headers, request, site, env, ctx, nowMs } = arrival;
  const { code } = asked;
  const address = { domain: site.domain, code };
  const visitorAddress = () => addressOf(headers);
  const looked = lookup({ address, visitorAddress, nowMs }, parts, env, ctx);
  return after(looked, (found) => {
    if (found.kind === "unknown") {
      // Prints and phones capitalise. A code in lower case was looked up already.
      const lower = code.toLowerCase();
      if (lower !== code) return find(arrival, { ...asked, code: lower }, parts);
      return answerUnknown(arrival, parts);
    }
    if (found.kind === "unavailable") return parts.refuse(arrival, "UNAVAILABLE");
    if (found.kind === "refused") return parts.refuse(arrival, "TOO_MANY_MISSES");
    // As an unknown code is answered: only links that forward the path have longer ones.
    if (asked.rest !== undefined && found.record.forwardPath !== true) {
      return answerUnknown(arrival, parts);
    }
    const visitor = visitorOf({ method, headers }, request.cf);
    return follow({ ...arrival, asked, address, visitor }, found.record, parts);
  });
}

async function findPasted(arrival: Arrival, parts: RedirectParts): Promise<Response> {
  const { url } = arrival;
  const { readPastedPath, withVisitorPath: addPath } = await parts.loadPastedPath();
  const pasted = readPastedPath(url.path, url.query);
  if (pasted === null) return answerUnknown(arrival, parts);
  const { asked, query } = pasted;
  return find({ ...arrival, url: { ...url, query }, addPath }, asked, parts);
}

/** Answers for a path that has no link, or none yet. */
function answerUnknown(arrival: Arrival, parts: RedirectParts): Response | Promise<Response> {
  return arrival.site.isDefault
    ? parts.refuse(arrival, "NOT_FOUND")
    : parts.answerHost(arrival, parts);
}

/** Continues with a value: in the same turn if it is no promise. */
function after<T, U>(value: T | Promise<T>, next: (value: T) => U | Promise<U>): U | Promise<U> {
  return value instanceof Promise ? later(value, next) : next(value);
}

async function later<T, U>(value: Promise<T>, next: (value: T) => U | Promise<U>): Promise<U> {
  return next(await value);
}

function follow(
  visit: Visit,
  record: RouteRecord,
  parts: RedirectParts,
): Response | Promise<Response> {
  return after(factsFor(visit, record, parts), (facts) =>
    answer(visit, record, decide(record, facts), parts),
  );
}

function factsFor(
  { headers, url, visitor, nowMs }: Visit,
  record: RouteRecord,
  parts: RedirectParts,
): DecisionFacts | Promise<DecisionFacts> {
  return factsOf(headers, url.query, visitor, nowMs, record, parts);
}

function answer(
  visit: Visit,
  record: RouteRecord,
  decision: Decision,
  parts: RedirectParts,
): Response | Promise<Response> {
  const { method, headers, url, env, asked, address, visitor } = visit;
  // First, so that no method and no path tells a link that has not started from an unknown code.
  if (decision.kind === "refuse") {
    return decision.reason === "not_started"
      ? answerUnknown(visit, parts)
      : parts.refuse(visit, "GONE");
  }
  const isLocked = record.password !== undefined;
  const isRead = method === "GET" || method === "HEAD";
  // The only form is that of a password.
  const takesForm = isLocked && asked.qr === null;
  if (!isRead && !(method === "POST" && takesForm)) {
    return parts.refuse(visit, "METHOD_NOT_ALLOWED", takesForm ? { Allow: "GET, HEAD, POST" } : {});
  }
  if (isRead && CHOICE.test(url.query)) return parts.answerChoice(visit);
  if (asked.qr !== null) {
    const picture = { method, headers, address, record, format: asked.qr, query: url.query };
    return parts.answerQr(env, picture);
  }
  const isFallback = decision.kind === "fallback";
  if (isRead && OFFICE.test(visitor.userAgent)) {
    const isShown = (isOpen(record) || isFallback) && !asked.preview;
    return sendOffice(visit, isShown ? destinationOf(visit, record, decision) : null, parts);
  }
  if (isFallback) return fallBack(visit, record, decision.destination, parts);
  return isOpen(record) && record.social === undefined && !asked.preview
    ? leadOn(visit, record, decision, UNGUARDED, parts)
    : answerGuarded(visit, record, decision, parts);
}

/** Whether everybody may follow a link, any number of times. */
function isOpen({ password, limit }: RouteRecord): boolean {
  return password === undefined && limit === undefined;
}

/** A visitor's choice whether the clicks of this browser are counted; asking is no click. */
const CHOICE = /[?&]signpost=o(?:n|ff)(?:&|$)/;

/** Office asks before the browser does; its request is no click. */
const OFFICE = /ms-?office|microsoft office/i;

async function sendOffice(
  visit: Visit,
  destination: string | null,
  parts: RedirectParts,
): Promise<Response> {
  const { answerOffice } = await parts.loadGuards();
  const loops = destination !== null && isItself(visit, destination);
  return loops ? parts.refuse(visit, "LOOP") : answerOffice(visit, destination);
}

async function answerGuarded(
  asking: Visit,
  record: RouteRecord,
  decided: RedirectDecision,
  parts: RedirectParts,
): Promise<Response> {
  const { answerUnfurler, passGuards, answerPreview } = await parts.loadGuards();
  const shown = isOpen(record) ? destinationOf(asking, record, decided) : null;
  const card = await answerUnfurler(asking, record, shown, parts);
  if (card !== null) {
    count(asking, record, decided, null, parts.capture);
    return card;
  }
  const passed = await passGuards(asking, record, parts);
  if (passed instanceof Response) return passed;
  if ("fallback" in passed) return fallBack(asking, record, passed.fallback, parts);
  const { referer } = passed;
  const visit = { ...asking, visitor: { ...asking.visitor, referer } };
  // A rule may ask where the visitor was, which only the form of a password tells.
  const decision =
    referer === asking.visitor.referer
      ? decided
      : choose(record, await factsFor(visit, record, parts));
  return asking.asked.preview
    ? answerPreview(visit, decision.destination)
    : leadOn(visit, record, decision, passed, parts);
}

/** Leads to what an ended or used-up link names instead, which is no click of the link. */
function fallBack(
  visit: Visit,
  record: RouteRecord,
  destination: string,
  parts: RedirectParts,
): Response | Promise<Response> {
  return after(isLoop(visit, record, destination, destination, parts), (loops) =>
    loops
      ? parts.refuse(visit, "LOOP")
      : redirectTo(destination, visit.method === "POST" ? 303 : 302, headersOf(visit)),
  );
}

/** Returns the destination with the visitor's path and query, if the link forwards them. */
function destinationOf(
  { url, asked, addPath }: Visit,
  { forwardQuery }: RouteRecord,
  { kind, destination }: Exclude<Decision, { readonly kind: "refuse" }>,
): string {
  if (kind !== "redirect") return destination;
  const extended = addPath?.(destination, asked.rest ?? "") ?? destination;
  return forwardQuery === true ? withVisitorQuery(extended, url.query, SCAN_PARAMETER) : extended;
}

const UNGUARDED = { unlocking: null, isRepeat: false };

type Guarded = Pick<Passed, "unlocking" | "isRepeat">;

function leadOn(
  visit: Visit,
  record: RouteRecord,
  decision: RedirectDecision,
  passed: Guarded,
  parts: RedirectParts,
): Response | Promise<Response> {
  const destination = destinationOf(visit, record, decision);
  return after(isLoop(visit, record, destination, decision.destination, parts), (loops) =>
    loops
      ? parts.refuse(visit, "LOOP")
      : countAndLead(visit, record, decision, destination, passed, parts.capture),
  );
}

function countAndLead(
  visit: Visit,
  record: RouteRecord,
  decision: RedirectDecision,
  forwarded: string,
  { unlocking, isRepeat }: Guarded,
  capture: Capture,
): Response {
  const { method, url, visitor } = visit;
  const { variant } = decision;
  const { destination, token } = isRepeat
    ? { destination: forwarded, token: null }
    : markClick(forwarded, record, visitor);
  if (!isRepeat) count(visit, record, decision, token, capture);
  // 303 turns the POST into a GET: a 307 would send the password to the destination.
  const headers = headersOf(visit, record.crawlable);
  const status = method === "POST" ? 303 : decision.status;
  const isSticky = record.sticky === true && variant !== null && !visitor.optedOut;
  if (destination === decision.destination && unlocking === null && !isSticky) {
    return sharedRedirectTo(destination, status, headers);
  }
  const response = redirectTo(destination, status, headers);
  if (unlocking !== null) response.headers.append("Set-Cookie", unlocking);
  if (isSticky) {
    response.headers.append(
      "Set-Cookie",
      variantCookie({ ...url, path: ownPathOf(visit) }, variant),
    );
  }
  return response;
}

function count(
  { url, env, ctx, visitor, nowMs }: Visit,
  { ledger, linkId, excluded }: RouteRecord,
  { rule, variant }: RedirectDecision,
  token: string | null,
  capture: Capture,
): void {
  const scan = SCAN.test(url.query);
  const click = { ledger, linkId, atMs: nowMs, visitor, excluded, scan, rule, variant, token };
  capture.add(click, env, ctx);
}

function headersOf({ site }: Arrival, crawlable = false): RedirectHeaders {
  return redirectHeaders(site.transport === "strict", crawlable);
}

/** Whether a link leads to itself, by way of other links too; `chosen` is without what was added. */
function isLoop(
  visit: Visit,
  record: RouteRecord,
  destination: string,
  chosen: string,
  parts: RedirectParts,
): boolean | Promise<boolean> {
  if (isItself(visit, destination)) return true;
  return knownSite(chosen, visit.env) === null
    ? false
    : isCircle(visit, record, destination, parts);
}

async function isCircle(
  visit: Visit,
  record: RouteRecord,
  destination: string,
  parts: RedirectParts,
): Promise<boolean> {
  const { leadsBack } = await parts.loadCircle();
  return leadsBack(record, destination, visit, parts);
}

/** Whether a link leads to itself, or, since it forwards the path, to what is below it. */
function isItself(visit: Visit, destination: string): boolean {
  const own = { ...visit.url, path: ownPathOf(visit) };
  const below = `${own.origin}${own.path}/`;
  const isBelow = visit.asked.rest !== undefined && destination.startsWith(below);
  return isBelow || leadsTo(destination, own);
}

/** Returns the path of the link itself, as it was sent if nothing follows the code. */
function ownPathOf({ url, asked }: Visit): string {
  return asked.rest === undefined ? url.path : `/${asked.code}`;
}

/** The parameter that QR codes append, which is counted as a scan and not forwarded. */
const SCAN_PARAMETER = "qr=1";
const SCAN = /[?&]qr=1(&|$)/;
