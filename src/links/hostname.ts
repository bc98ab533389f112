/** Host names as people write them, in the one form in which they are stored and compared. */

import type { Config } from "../config.ts";
import { err, ok, type Result } from "../platform/result.ts";

export type HostnameProblem =
  /** Not a name at all: a scheme, a port, a path, a character that no host name has. */
  | "malformed"
  | "address"
  /** Like `localhost`: nobody on the internet can reach it. */
  | "single_label"
  | "too_long"
  /** A name of this installation, or of those that every Cloudflare account shares. */
  | "own";

/** The workspace has not proved the domain, or has lost it. */
export interface DomainUnavailable {
  readonly reason: "domain_unavailable";
  readonly hostname: string;
}

/** 253 that DNS allows, less what the name of the TXT record puts before it. */
export const HOSTNAME_LENGTH_MAX = 243;

/** Cloudflare gives out what is below these: nobody proves a name there by a TXT record. */
const SHARED_ZONES = ["workers.dev", "pages.dev"];

const NOT_IN_A_NAME = /[\s/\\:@?#[\]%]/;
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** Gives the canonical form of a host name: lower case, IDN in ASCII, without the root's dot. */
export function parseHostname(text: string): Result<string, HostnameProblem> {
  const hostname = NOT_IN_A_NAME.test(text) ? undefined : URL.parse(`http://${text}/`)?.hostname;
  if (hostname === undefined) return err("malformed");
  const name = hostname.endsWith(".") ? hostname.slice(0, -1) : hostname;
  const labels = name.split(".");
  // The URL parser makes an address of whatever ends in a number, and refuses the rest of those.
  if (/^\d+$/.test(labels.at(-1) ?? "")) return err("address");
  if (name.length > HOSTNAME_LENGTH_MAX) return err("too_long");
  if (!labels.every((label) => LABEL.test(label))) return err("malformed");
  return labels.length === 1 ? err("single_label") : ok(name);
}

/** Gives the canonical form of a host name that a workspace may claim. */
export function parseClaim(text: string, config: Config): Result<string, HostnameProblem> {
  const hostname = parseHostname(text);
  if (!hostname.ok) return hostname;
  const zones = [...SHARED_ZONES, config.publicUrl.hostname];
  const isOwn = zones.some(
    (zone) => hostname.value === zone || hostname.value.endsWith(`.${zone}`),
  );
  return isOwn ? err("own") : hostname;
}
