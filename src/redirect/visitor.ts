/** Reads off a request what a click records. Strings only: the parsing is left to the drain. */

import type { ClickKind } from "./click.ts";
import { clientHintsOf, type ClientHints } from "./client-hints.ts";

export interface Visitor {
  /** As Cloudflare saw it; null only where no proxy stands in front (tests, some previews). */
  readonly address: string | null;
  readonly country: string | null;
  readonly city: string | null;
  readonly referer: string | null;
  /** At most 512 characters; empty when none was sent. */
  readonly userAgent: string;
  readonly hints: ClientHints | null;
  /** An IANA name. */
  readonly timezone: string | null;
  readonly kind: ClickKind;
  /** Asked not to be tracked: `Sec-GPC: 1` or `DNT: 1`. */
  readonly optedOut: boolean;
}

export const USER_AGENT_CHARS_MAX = 512;

/** Tells who asks. `country` is null for Tor (T1) and for addresses that Cloudflare cannot place (XX). */
export function visitorOf(
  { method, headers }: Pick<Request, "method" | "headers">,
  cf: Partial<IncomingRequestCfProperties> | undefined,
): Visitor {
  return {
    address: addressOf(headers),
    country: countryOf(cf?.country),
    city: cf?.city || null,
    referer: headers.get("Referer"),
    userAgent: (headers.get("User-Agent") ?? "").slice(0, USER_AGENT_CHARS_MAX),
    hints: clientHintsOf(headers),
    timezone: cf?.timezone || null,
    kind: kindOf(method, headers),
    optedOut: headers.get("Sec-GPC") === "1" || headers.get("DNT") === "1",
  };
}

/** Gives the network address that a request came from, as Cloudflare saw it. */
export function addressOf(headers: Headers): string | null {
  return headers.get("CF-Connecting-IP");
}

function countryOf(country: unknown): string | null {
  if (typeof country !== "string" || !/^[A-Z]{2}$/.test(country)) return null;
  return country === "XX" ? null : country;
}

function kindOf(method: string, headers: Headers): ClickKind {
  if (method === "HEAD") return "head";
  const purpose = headers.get("Sec-Purpose") ?? headers.get("Purpose") ?? headers.get("X-Moz");
  return purpose !== null && /prefetch|prerender|preview/i.test(purpose) ? "prefetch" : "visit";
}
