/**
 * Decides which addresses a link may lead to. Pure: parses a text into a destination whose scheme
 * is known to be harmless, or returns the reason for refusing it.
 *
 * The text is checked as it was sent and again as `new URL` parses it, since an attack lives in the
 * difference between the two (tabs in a scheme, backslashes, a name before `@`).
 */

import { utf8 } from "../platform/bytes.ts";
import { withoutInvisibleEnds } from "../platform/invisible.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { parseIntent } from "./intent.ts";
import { judgeScheme } from "./schemes.ts";

/** As long as a `Location` may be before a click token is added to it (`bounds.ts`). */
export const DESTINATION_LENGTH_MAX = 8_000;

export interface Destination {
  /** The text as it was sent, without invisible characters at its ends; it is stored and shown. */
  readonly text: string;
  /** The normalised ASCII URL, which redirects send. */
  readonly href: string;
}

export interface DestinationPolicy {
  /** Whether a host serves our own links; called with a lower-case name without the final dot. */
  readonly isOwnHost: (hostname: string) => boolean;
}

export type DestinationProblem =
  | "not_a_url"
  | "too_long"
  | "control_character"
  /** A scheme that is accepted nowhere (`schemes.ts`), or not of the web where only that is. */
  | "scheme_refused"
  /** An unknown scheme without `//`. */
  | "scheme_opaque"
  /** An `intent:` that Android could read in more than one way, or without a fallback. */
  | "intent_malformed"
  | "credentials"
  | "own_host";

export interface DestinationFault {
  readonly problem: DestinationProblem;
  /** The scheme that is refused, if one is: of the address, or of one inside of an `intent:`. */
  readonly scheme?: string;
}

/** Returns the text of a destination as it is stored and shown. */
export function destinationText(sent: string): string {
  return withoutInvisibleEnds(sent).toWellFormed();
}

const WEB_URL = /^https?:\/\/[^/\\?#]/i;
// oxlint-disable-next-line no-control-regex -- matches control characters on purpose
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const BACKSLASH_BEFORE_QUERY = /^[^?#]*\\/;
const LOOPBACK =
  /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\])$/;

/** Parses an address of the web or of an app, or returns the first fault that it finds. */
export function parseDestination(
  text: string,
  policy: DestinationPolicy,
): Result<Destination, DestinationFault> {
  return parse(text, policy, appFault);
}

/** Parses an address that must be of the web. */
export function parseWebAddress(
  text: string,
  policy: DestinationPolicy,
): Result<Destination, DestinationFault> {
  return parse(text, policy, ({ protocol }) => ({
    problem: "scheme_refused",
    scheme: protocol.slice(0, -1),
  }));
}

function parse(
  text: string,
  policy: DestinationPolicy,
  faultOfOther: typeof appFault,
): Result<Destination, DestinationFault> {
  const sent = destinationText(text);
  // Of `../`, the normalised URL shows nothing, and a character may take three bytes.
  const isLong = sent.length > DESTINATION_LENGTH_MAX || utf8(sent).length > DESTINATION_LENGTH_MAX;
  if (isLong) return err({ problem: "too_long" });
  if (CONTROL.test(sent)) return err({ problem: "control_character" });
  const url = URL.parse(sent);
  if (url === null) return err({ problem: "not_a_url" });
  if (url.username !== "" || url.password !== "") return err({ problem: "credentials" });
  const fault = isWeb(url) ? webFault(sent, url, policy) : faultOfOther(url, policy);
  if (fault !== null) return err(fault);
  // Percent-encoding expands each non-ASCII character to as many as nine characters.
  if (url.href.length > DESTINATION_LENGTH_MAX) return err({ problem: "too_long" });
  return ok({ text: sent, href: url.href });
}

/**
 * Returns the hosts of addresses, each once: exactly those for which `parseDestination` would ask
 * whether they are our own.
 */
export function hostsNamedIn(texts: Iterable<string>): string[] {
  const hosts = new Set<string>();
  const isOwnHost = (hostname: string): boolean => {
    hosts.add(hostname);
    return false;
  };
  for (const text of texts) parseDestination(text, { isOwnHost });
  return [...hosts];
}

function isWeb(url: URL): boolean {
  return url.protocol === "https:" || url.protocol === "http:";
}

function webFault(sent: string, url: URL, policy: DestinationPolicy): DestinationFault | null {
  // Browsers read a host from `https:example.com` and `https:\\example.com`; other clients do not.
  if (!WEB_URL.test(sent) || BACKSLASH_BEFORE_QUERY.test(sent)) return { problem: "not_a_url" };
  const hostname = url.hostname.replace(/\.+$/, "");
  if (hostname === "") return { problem: "not_a_url" };
  return LOOPBACK.test(hostname) || policy.isOwnHost(hostname) ? { problem: "own_host" } : null;
}

function appFault(url: URL, policy: DestinationPolicy): DestinationFault | null {
  const scheme = url.protocol.slice(0, -1);
  switch (judgeScheme(url)) {
    case "refused":
      return { problem: "scheme_refused", scheme };
    case "opaque":
      return { problem: "scheme_opaque", scheme };
    case "accepted":
      return scheme === "intent" ? intentFault(url, policy) : null;
  }
}

/**
 * Returns what is wrong with an intent. The app opens its target, and the browser its fallback, so
 * both must be acceptable by themselves; the fallback must be a web page.
 */
function intentFault({ href }: URL, policy: DestinationPolicy): DestinationFault | null {
  const intent = parseIntent(href);
  if (intent === null) return { problem: "intent_malformed", scheme: "intent" };
  const { target, fallback } = intent;
  const page = parseWebAddress(fallback, policy);
  if (!page.ok) return page.error;
  const opened = target === null ? null : parseDestination(target, policy);
  return opened === null || opened.ok ? null : opened.error;
}
