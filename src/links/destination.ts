/**
 * Decides which addresses a link may lead to. Pure: parses a text into a destination whose scheme
 * is known to be harmless, or returns the reason for refusing it.
 *
 * The text is checked as it was sent and again as `new URL` parses it, since an attack lives in the
 * difference between the two (tabs in a scheme, backslashes, a name before `@`).
 */

import { err, ok, type Result } from "../platform/result.ts";

export const DESTINATION_LENGTH_MAX = 2_048;

export interface Destination {
  /** The text as it was sent, trimmed; it is stored and shown. */
  readonly text: string;
  /** The normalised ASCII URL, which redirects send. */
  readonly href: string;
}

export interface DestinationPolicy {
  /** Also accept app schemes such as `myapp://`. */
  readonly deepLinks: boolean;
  /** Whether a host serves our own links; called with a lower-case name without the final dot. */
  readonly isOwnHost: (hostname: string) => boolean;
}

export type DestinationProblem =
  | "not_a_url"
  | "too_long"
  | "control_character"
  | "scheme_refused"
  | "credentials"
  | "own_host";

const WEB_URL = /^https?:\/\/[^/\\?#]/i;
const SCHEME = /^[a-z][a-z0-9+.-]*:$/;
// oxlint-disable-next-line no-control-regex -- matches control characters on purpose
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const BACKSLASH_BEFORE_QUERY = /^[^?#]*\\/;
const LOOPBACK =
  /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\])$/;

/** Schemes that run code, read the device or wrap another scheme. */
const REFUSED_SCHEMES: ReadonlySet<string> = new Set([
  "about:",
  "blob:",
  "chrome:",
  "content:",
  "data:",
  "file:",
  "filesystem:",
  "ftp:",
  "jar:",
  "javascript:",
  "vbscript:",
  "view-source:",
  "ws:",
  "wss:",
]);

/** Parses a destination, or returns the first fault that it finds. */
export function parseDestination(
  text: string,
  policy: DestinationPolicy,
): Result<Destination, DestinationProblem> {
  const sent = text.trim().toWellFormed();
  if (sent.length > DESTINATION_LENGTH_MAX) return err("too_long");
  if (CONTROL.test(sent)) return err("control_character");
  const url = URL.parse(sent);
  if (url === null) return err("not_a_url");
  if (url.username !== "" || url.password !== "") return err("credentials");
  const problem = isWeb(url) ? webProblem(sent, url, policy) : appProblem(url, policy);
  if (problem !== null) return err(problem);
  // Percent-encoding expands each non-ASCII character to as many as nine characters.
  if (url.href.length > DESTINATION_LENGTH_MAX) return err("too_long");
  return ok({ text: sent, href: url.href });
}

/**
 * Returns the hosts of addresses, each once: exactly those for which `parseDestination` would ask
 * whether they are our own, in any policy.
 */
export function hostsNamedIn(texts: Iterable<string>): string[] {
  const hosts = new Set<string>();
  const isOwnHost = (hostname: string): boolean => {
    hosts.add(hostname);
    return false;
  };
  for (const text of texts) parseDestination(text, { deepLinks: true, isOwnHost });
  return [...hosts];
}

function isWeb(url: URL): boolean {
  return url.protocol === "https:" || url.protocol === "http:";
}

function webProblem(sent: string, url: URL, policy: DestinationPolicy): DestinationProblem | null {
  // Browsers read a host from `https:example.com` and `https:\\example.com`; other clients do not.
  if (!WEB_URL.test(sent) || BACKSLASH_BEFORE_QUERY.test(sent)) return "not_a_url";
  const hostname = url.hostname.replace(/\.+$/, "");
  if (hostname === "") return "not_a_url";
  return LOOPBACK.test(hostname) || policy.isOwnHost(hostname) ? "own_host" : null;
}

function appProblem(url: URL, policy: DestinationPolicy): DestinationProblem | null {
  const { protocol } = url;
  if (!policy.deepLinks || !SCHEME.test(protocol) || REFUSED_SCHEMES.has(protocol)) {
    return "scheme_refused";
  }
  return protocol === "intent:" ? intentProblem(url, policy) : null;
}

/**
 * Returns what is wrong with an intent's fallback. Android opens it when the app is missing, so it
 * must be a web page like any other destination.
 */
function intentProblem(url: URL, policy: DestinationPolicy): DestinationProblem | null {
  const fallbacks = url.hash
    .split(";")
    .filter((part) => part.startsWith("S.browser_fallback_url="))
    .map((part) => part.slice(part.indexOf("=") + 1));
  const [fallback] = fallbacks;
  if (fallback === undefined || fallbacks.length > 1) return "scheme_refused";
  try {
    const parsed = parseDestination(decodeURIComponent(fallback), { ...policy, deepLinks: false });
    return parsed.ok ? null : parsed.error;
  } catch {
    return "not_a_url"; // malformed percent-encoding
  }
}
