/** Tells the installation's own hosts from custom domains and from everybody else's. */

import { publicUrlOf, type Config } from "../../config.ts";
import { canonicalHostname } from "../../platform/canonical-hostname.ts";
import { DEFAULT_DOMAIN } from "./address.ts";

type Home = Pick<Config, "publicUrl">;

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Tells whether the app, the API and the default domain's links are served on a host. */
export function isDefaultHost(hostname: string, config: Home): boolean {
  const host = canonicalHostname(hostname);
  return host === config.publicUrl.hostname || LOOPBACK.has(host) || host.endsWith(".workers.dev");
}

/**
 * Tells whether a destination on this host would lead back to us.
 *
 * Narrower than the default hosts: most of `*.workers.dev` is other people's, so of those only the
 * one that the request came to counts.
 */
export function isOwnHost(hostname: string, config: Home, requestHostname: string): boolean {
  const host = canonicalHostname(hostname);
  return (
    host === config.publicUrl.hostname ||
    host === canonicalHostname(requestHostname) ||
    LOOPBACK.has(host)
  );
}

/** What is served on one of the hosts that requests come to. */
export interface Site {
  /** Whose links: empty for a default host, else the host itself. */
  readonly domain: string;
  /** The app and the APIs are served here too. */
  readonly isDefault: boolean;
}

const sites = new WeakMap<Cloudflare.Env, Map<string, Site>>();
/** An installation answers for few hosts; a full map is somebody making them up, and is dropped. */
const SITES_MAX = 1_000;

/** Gives the site of a request's origin; each is parsed once an isolate. */
export function siteOf(origin: string, env: Cloudflare.Env): Site {
  let known = sites.get(env);
  if (known === undefined) sites.set(env, (known = new Map<string, Site>()));
  let site = known.get(origin);
  if (site === undefined) {
    const hostname = URL.parse(origin)?.hostname ?? origin;
    const config = { publicUrl: publicUrlOf(env) };
    site = { domain: domainOf(hostname, config), isDefault: isDefaultHost(hostname, config) };
    if (known.size >= SITES_MAX) known.clear();
    known.set(origin, site);
  }
  return site;
}

/** Gives the domain whose links a host serves: empty for a default host, else the host itself. */
export function domainOf(hostname: string, config: Home): string {
  return isDefaultHost(hostname, config) ? DEFAULT_DOMAIN : canonicalHostname(hostname);
}
