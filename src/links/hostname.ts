/** Parses host names into the one form in which they are stored and compared. */

import type { Config } from "../config.ts";
import { err, ok, type Result } from "../platform/result.ts";

export type HostnameProblem =
  /**
   * Not a host name: it has a scheme, a port, a path or a character that host names cannot have.
   */
  | "malformed"
  | "address"
  /** A name such as `localhost`, which cannot be reached from the internet. */
  | "single_label"
  | "too_long"
  /** A name of this installation, or under a zone that all Cloudflare accounts share. */
  | "own";

/** The workspace has not verified the domain, or has lost it. */
export interface DomainUnavailable {
  readonly reason: "domain_unavailable";
  readonly hostname: string;
}

/** The 253 characters that DNS allows, less the prefix of the TXT record's name. */
export const HOSTNAME_LENGTH_MAX = 243;

/** Cloudflare assigns the names in these zones, so a TXT record cannot prove one. */
const SHARED_ZONES = ["workers.dev", "pages.dev"];

const NOT_IN_A_NAME = /[\s/\\:@?#[\]%]/;
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** Returns a host name's canonical form: lower case, IDN in ASCII, without the final dot. */
export function parseHostname(text: string): Result<string, HostnameProblem> {
  const hostname = NOT_IN_A_NAME.test(text) ? undefined : URL.parse(`http://${text}/`)?.hostname;
  if (hostname === undefined) return err("malformed");
  const name = hostname.endsWith(".") ? hostname.slice(0, -1) : hostname;
  const labels = name.split(".");
  // The URL parser turns a name that ends in a number into an IP address, or refuses it.
  if (/^\d+$/.test(labels.at(-1) ?? "")) return err("address");
  if (name.length > HOSTNAME_LENGTH_MAX) return err("too_long");
  if (!labels.every((label) => LABEL.test(label))) return err("malformed");
  return labels.length === 1 ? err("single_label") : ok(name);
}

/** Returns the canonical form of a host name that a workspace may claim. */
export function parseClaim(text: string, config: Config): Result<string, HostnameProblem> {
  const hostname = parseHostname(text);
  if (!hostname.ok) return hostname;
  const zones = [...SHARED_ZONES, config.publicUrl.hostname];
  const isOwn = zones.some(
    (zone) => hostname.value === zone || hostname.value.endsWith(`.${zone}`),
  );
  return isOwn ? err("own") : hostname;
}
