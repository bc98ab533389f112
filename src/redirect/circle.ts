/**
 * Finds out whether links of our own lead a visitor in a circle.
 *
 * A link may not lead to an own host when it is written, so a chain of links exists only where a
 * host became our own afterwards: a new PUBLIC_URL, a domain that was verified later. Loaded with
 * the first link whose destination is on a host that we answer for.
 */

import { decide } from "../links/route/decide.ts";
import { knownSite } from "../links/route/hosts.ts";
import type { RouteRecord } from "../links/route/record.ts";
import { factsOf, type Readers } from "./facts.ts";
import { lookup, type LookupParts } from "./lookup.ts";
import { parsePath } from "./path.ts";
import { splitUrl } from "./request-url.ts";
import { addressOf, type Visitor } from "./visitor.ts";

/** Longer circles are left to the browser, which gives up after some twenty redirects. */
const LINKS_MAX = 5;

interface Follower {
  readonly headers: Headers;
  readonly visitor: Visitor;
  readonly env: Cloudflare.Env;
  readonly ctx: Pick<ExecutionContext, "waitUntil">;
  readonly nowMs: number;
}

/**
 * Whether a destination leads back to the link of this record, if the visitor follows at most five
 * links. A link that asks for something first, or draws where it leads, ends the search.
 */
export async function leadsBack(
  { linkId }: RouteRecord,
  destination: string,
  { headers, visitor, env, ctx, nowMs }: Follower,
  parts: LookupParts & Readers,
): Promise<boolean> {
  let next = destination;
  for (let links = 0; links < LINKS_MAX; links += 1) {
    const site = knownSite(next, env);
    const { path, query } = splitUrl(next);
    const asked = parsePath(path);
    if (site === null || asked === null || asked.preview || asked.qr !== null) return false;
    const address = { domain: site.domain, code: asked.code };
    const looked = { address, visitorAddress: () => addressOf(headers), nowMs };
    const found = await lookup(looked, parts, env, ctx);
    if (found.kind !== "found") return false;
    const { record } = found;
    if (record.linkId === linkId) return true;
    if (record.password !== undefined || record.variants !== undefined) return false;
    const facts = await factsOf(headers, query, visitor, nowMs, record, parts);
    const decision = decide(record, facts);
    if (decision.kind === "refuse") return false;
    next = decision.destination;
  }
  return false;
}
