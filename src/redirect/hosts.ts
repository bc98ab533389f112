/** Tells the installation's own hosts from custom domains and from everybody else's. */

import type { Config } from "../config.ts";
import { DEFAULT_DOMAIN } from "../links/address.ts";

type Site = Pick<Config, "publicUrl">;

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Gives a host name's comparable form: lower case, without the root's dot. */
export function canonicalHostname(hostname: string): string {
  const lower = hostname.toLowerCase();
  return lower.endsWith(".") ? lower.slice(0, -1) : lower;
}

/** Tells whether the app, the API and the default domain's links are served on a host. */
export function isDefaultHost(hostname: string, config: Site): boolean {
  const host = canonicalHostname(hostname);
  return host === config.publicUrl.hostname || LOOPBACK.has(host) || host.endsWith(".workers.dev");
}

/**
 * Tells whether a destination on this host would lead back to us.
 *
 * Narrower than the default hosts: most of `*.workers.dev` is other people's, so of those only the
 * one that the request came to counts.
 */
export function isOwnHost(hostname: string, config: Site, requestHostname: string): boolean {
  const host = canonicalHostname(hostname);
  return (
    host === config.publicUrl.hostname ||
    host === canonicalHostname(requestHostname) ||
    LOOPBACK.has(host)
  );
}

/** Gives the domain whose links a host serves: empty for a default host, else the host itself. */
export function domainOf(hostname: string, config: Site): string {
  return isDefaultHost(hostname, config) ? DEFAULT_DOMAIN : canonicalHostname(hostname);
}
