/** Reads what a click records from a request. Only strings: the drain parses them. */

import type { ClickKind } from "../clicks/click.ts";
import { USER_AGENT_CHARS_MAX } from "../clicks/user-agent-length.ts";
import { utf8 } from "../platform/bytes.ts";
import { clientHintsOf, type ClientHints } from "./client-hints.ts";
import type { Asker } from "./respond.ts";

export interface Visitor {
  /** As Cloudflare saw it. Null only if there is no proxy in front (tests, some previews). */
  readonly address: string | null;
  readonly country: string | null;
  readonly city: string | null;
  /** At most 512 characters. */
  readonly referer: string | null;
  /** At most `USER_AGENT_CHARS_MAX` characters; empty if none was sent. */
  readonly userAgent: string;
  readonly hints: ClientHints | null;
  /** An IANA name. */
  readonly timezone: string | null;
  readonly kind: Exclude<ClickKind, "excluded">;
  /** Whether the visitor opted out of tracking: `Sec-GPC: 1` or `DNT: 1`. */
  readonly optedOut: boolean;
  /** Whether this browser's clicks are not to be counted (`exclusion.ts`). */
  readonly excluded: boolean;
}

const EXCLUDED = /(?:^|; *)signpost=off(?:;|$)/;

/**
 * Where browsers and apps say that nobody has asked yet. `Sec-Purpose` is the standard's; Facebook's
 * app and Safari's top sites send `X-Purpose`. One may say so while another is empty.
 */
const PURPOSES = ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"] as const;
const AHEAD = /prefetch|prerender|preview/i;

/** Only the host of a referrer is kept, and no host with its scheme is longer. */
const REFERER_CHARS_MAX = 512;

/** Reads the visitor. `country` is null for Tor (T1) and where Cloudflare has no location (XX). */
export function visitorOf(
  { method, headers }: Asker,
  cf: Partial<IncomingRequestCfProperties> | undefined,
): Visitor {
  return {
    address: addressOf(headers),
    country: countryOf(cf?.country),
    city: cf?.city || null,
    referer: startOf(headers.get("Referer"), REFERER_CHARS_MAX),
    userAgent: startOf(headers.get("User-Agent"), USER_AGENT_CHARS_MAX) ?? "",
    hints: clientHintsOf(headers),
    timezone: cf?.timezone || null,
    kind: kindOf(method, headers),
    optedOut: headers.get("Sec-GPC") === "1" || headers.get("DNT") === "1",
    excluded: EXCLUDED.test(headers.get("Cookie") ?? ""),
  };
}

/** Returns the network address of the visitor, as Cloudflare saw it. */
export function addressOf(headers: Headers): string | null {
  return headers.get("CF-Connecting-IP");
}

/** Truncates a header into a copy, because a V8 slice would retain the whole string. */
function startOf(text: string | null, charsMax: number): string | null {
  if (text === null || text.length <= charsMax) return text;
  return new TextDecoder().decode(utf8(text.slice(0, charsMax)));
}

function countryOf(country: unknown): string | null {
  if (typeof country !== "string" || !/^[A-Z]{2}$/.test(country)) return null;
  return country === "XX" ? null : country;
}

function kindOf(method: string, headers: Headers): Visitor["kind"] {
  if (method === "HEAD") return "head";
  return PURPOSES.some((name) => AHEAD.test(headers.get(name) ?? "")) ? "prefetch" : "visit";
}
