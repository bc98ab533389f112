/**
 * Answers for a custom domain what is no link: its root, its files, and addresses that have none.
 * Loaded with the first request for one.
 */

import { hostAddress } from "../links/route/address.ts";
import type { HostRecord, Robots } from "../links/route/host-record.ts";
import type { Arrival } from "./handle.ts";
import { lookup, type LookupParts } from "./lookup.ts";
import { notice, responseTo } from "./pages/answer.ts";
import { LOOP, NOT_FOUND, TOO_MANY_MISSES, UNAVAILABLE } from "./pages/notices.ts";
import { leadsTo, type RequestUrl } from "./request-url.ts";
import { redirectTo, type Asker } from "./respond.ts";
import { addressOf } from "./visitor.ts";

export type HostParts = LookupParts<HostRecord>;

/** What programs ask for by themselves; a page would be no answer to them. */
const FOR_PROGRAMS = /^\/(?:\.well-known\/|(?:robots\.txt|favicon\.ico)$)/;

/**
 * Answers as the owner of the domain has chosen, or with 404. An unknown host, and a domain for which
 * nothing is chosen, cannot be told apart.
 */
export async function answerHost(arrival: Arrival, parts: HostParts): Promise<Response> {
  const { method, headers, url, site, env, ctx, nowMs } = arrival;
  if (method !== "GET" && method !== "HEAD") return notice(arrival, NOT_FOUND);
  const address = hostAddress(site.domain);
  const visitorAddress = () => addressOf(headers);
  const found = await lookup({ address, visitorAddress, nowMs }, parts, env, ctx);
  switch (found.kind) {
    case "unknown":
      return notice(arrival, NOT_FOUND);
    case "refused":
      return notice(arrival, TOO_MANY_MISSES);
    case "unavailable":
      return notice(arrival, UNAVAILABLE);
    case "found":
      return answerAs(found.record, arrival, url);
  }
}

function answerAs(record: HostRecord, asker: Asker, url: RequestUrl): Response {
  const { path } = url;
  const { rootUrl, notFoundUrl, robots, appleAppSiteAssociation, assetLinks } = record;
  if (/^\/*$/.test(path)) return leadTo(rootUrl, asker, url);
  if (!FOR_PROGRAMS.test(path)) return leadTo(notFoundUrl, asker, url);
  switch (path) {
    case "/robots.txt":
      return file(robots && robotsTxt(robots), "text/plain; charset=utf-8", asker);
    case "/.well-known/apple-app-site-association":
      return file(appleAppSiteAssociation, "application/json", asker);
    case "/.well-known/assetlinks.json":
      return file(assetLinks, "application/json", asker);
    default:
      return notice(asker, NOT_FOUND);
  }
}

/** An owner may choose an address of the domain itself, of which nobody knows whether it has a link. */
function leadTo(destination: string | undefined, asker: Asker, url: RequestUrl): Response {
  if (destination === undefined) return notice(asker, NOT_FOUND);
  const [scheme] = url.origin.split(":", 1);
  // A zone may send http to https or the other way round, and so back here.
  const isLoop = leadsTo(destination.replace(/^https?/, scheme ?? ""), url);
  return isLoop ? notice(asker, LOOP) : redirectTo(destination, 302);
}

function robotsTxt(robots: Robots): string {
  return `User-agent: *\n${robots === "allow" ? "Allow" : "Disallow"}: /\n`;
}

/** Caches may show an old file for a while after a change. */
function file(text: string | undefined, type: string, asker: Asker): Response {
  if (text === undefined) return notice(asker, NOT_FOUND);
  const headers = new Headers({
    "Content-Type": type,
    "Content-Security-Policy": "default-src 'none'",
    "Cache-Control": "public, max-age=300",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  });
  return responseTo(asker, { body: new Blob([text]), init: { status: 200, headers } });
}
