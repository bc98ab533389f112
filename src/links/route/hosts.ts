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

interface Sites {
  readonly byOrigin: Map<string, Site>;
  /** By destination; null for one that is elsewhere. */
  readonly byAddress: Map<string, Site | null>;
}

const sitesOf = new WeakMap<Cloudflare.Env, Sites>();
/**
 * An installation serves few hosts, so a full map is caused by a client that makes them up, and is
 * cleared.
 */
const SITES_MAX = 1_000;
/** A few megabytes, if all are as long as they may be. */
const ADDRESSES_MAX = 500;

/** Returns the site of a request's origin; each origin is parsed once per isolate. */
export function siteOf(origin: string, env: Cloudflare.Env): Site {
  let sites = sitesOf.get(env);
  if (sites === undefined)
    sitesOf.set(env, (sites = { byOrigin: new Map(), byAddress: new Map() }));
  const { byOrigin, byAddress } = sites;
  let site = byOrigin.get(origin);
  if (site === undefined) {
    const url = URL.parse(origin);
    const hostname = url?.hostname ?? origin;
    const config = { publicUrl: publicUrlOf(env) };
    site = {
      domain: domainOf(hostname, config),
      isDefault: isDefaultHost(hostname, config),
      transport: transportOf(hostname, url?.protocol, config),
    };
    if (byOrigin.size >= SITES_MAX) byOrigin.clear();
    byOrigin.set(origin, site);
    byAddress.clear();
  }
  return site;
}

/**
 * Returns the site of a destination on an origin that this isolate has answered for, or null.
 *
 * Destinations are kept, since V8 knows the hash of a text that it has met: to cut the origin off
 * would take five times as long.
 */
export function knownSite(destination: string, env: Cloudflare.Env): Site | null {
  const sites = sitesOf.get(env);
  if (sites === undefined) return null;
  const { byOrigin, byAddress } = sites;
  const known = byAddress.get(destination);
  if (known !== undefined) return known;
  const end = destination.indexOf("/", SCHEME_CHARS);
  const site = byOrigin.get(destination.slice(0, end)) ?? null;
  if (byAddress.size >= ADDRESSES_MAX) byAddress.clear();
  byAddress.set(destination, site);
  return site;
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
