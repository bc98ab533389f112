/** Distinguishes the installation's own hosts from custom domains and from all others. */

import { publicUrlOf, type Config } from "../../config.ts";
import { canonicalHostname } from "../../platform/canonical-hostname.ts";
import { DEFAULT_DOMAIN } from "./address.ts";

type Home = Pick<Config, "publicUrl">;

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Whether a host serves the app, the API and the default domain's links. */
export function isDefaultHost(hostname: string, config: Home): boolean {
  const host = canonicalHostname(hostname);
  return host === config.publicUrl.hostname || LOOPBACK.has(host) || host.endsWith(".workers.dev");
}

/**
 * How an origin treats the visitor's connection: `upgrade` answers http with https, `strict` tells
 * browsers to use only https from now on, and `any` does neither.
 *
 * Custom domains are `any`: their certificate may be pending, and their owner may serve something
 * else on them one day.
 */
export type Transport = "upgrade" | "strict" | "any";

/** What one of the hosts that receive requests serves. */
export interface Site {
  /** The domain whose links it serves: empty for a default host, otherwise the host itself. */
  readonly domain: string;
  /** Whether the app and the APIs are served here too. */
  readonly isDefault: boolean;
  readonly transport: Transport;
}

const sites = new WeakMap<Cloudflare.Env, Map<string, Site>>();
/**
 * An installation serves few hosts, so a full map is caused by a client that makes them up, and is
 * cleared.
 */
const SITES_MAX = 1_000;

/** Returns the site of a request's origin; each origin is parsed once per isolate. */
export function siteOf(origin: string, env: Cloudflare.Env): Site {
  let known = sites.get(env);
  if (known === undefined) sites.set(env, (known = new Map<string, Site>()));
  let site = known.get(origin);
  if (site === undefined) {
    const url = URL.parse(origin);
    const hostname = url?.hostname ?? origin;
    const config = { publicUrl: publicUrlOf(env) };
    site = {
      domain: domainOf(hostname, config),
      isDefault: isDefaultHost(hostname, config),
      transport: transportOf(hostname, url?.protocol, config),
    };
    if (known.size >= SITES_MAX) known.clear();
    known.set(origin, site);
  }
  return site;
}

/** Returns the site of an address (`URL.href`) on an origin that this isolate has answered for. */
export function knownSite(address: string, env: Cloudflare.Env): Site | undefined {
  return sites.get(env)?.get(address.slice(0, address.indexOf("/", SCHEME_CHARS)));
}

/** At least the length of `https://`, and before any slash of a path. */
const SCHEME_CHARS = 8;

/**
 * Returns the domain whose links a host serves: empty for a default host, otherwise the host
 * itself.
 */
export function domainOf(hostname: string, config: Home): string {
  return isDefaultHost(hostname, config) ? DEFAULT_DOMAIN : canonicalHostname(hostname);
}

/** A development server has no certificate, whatever PUBLIC_URL is. */
function transportOf(hostname: string, protocol: string | undefined, config: Home): Transport {
  const isOurs = isDefaultHost(hostname, config) && !LOOPBACK.has(canonicalHostname(hostname));
  if (!isOurs || config.publicUrl.protocol !== "https:") return "any";
  return protocol === "http:" ? "upgrade" : "strict";
}
