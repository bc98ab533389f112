/** What the routes of links need of a request besides its fields. */

import type { Context } from "hono";

import { configOf } from "../../../config.ts";
import { databaseOf } from "../../../db/database.ts";
import type { LinkContext } from "../../../links/context.ts";
import { isOwnHost } from "../../../links/route/hosts.ts";
import { LIVE_AFTER_MS } from "../../../links/route/publish.ts";
import { type LinkStore, linkStore } from "../../../links/store.ts";
import type { OutboundPolicy } from "../../../platform/safe-fetch.ts";
import type { RevolinkEnvironment } from "../environment.ts";

export type RevolinkContext = Context<RevolinkEnvironment>;

/** RevoLink's links may open apps, and are not born expired. */
export function linkContextOf(c: RevolinkContext): LinkContext {
  return {
    env: c.env,
    access: c.get("access"),
    nowMs: c.get("surroundings").clock(),
    policy: { deepLinks: true, pastExpiry: false, isOwnHost: ownHostsOf(c) },
  };
}

export function storeOf(c: RevolinkContext): LinkStore {
  return linkStore(databaseOf(c.env.DB), c.get("access").workspace.id);
}

/** Where logos may be fetched from. */
export function outboundPolicyOf(c: RevolinkContext): OutboundPolicy {
  const { fetch } = c.get("surroundings");
  return {
    dohUrl: c.env.DOH_URL,
    // What ALLOW_PRIVATE_WEBHOOKS opens is for webhooks alone.
    allowPrivate: false,
    isOwnHost: ownHostsOf(c),
    ...(fetch !== undefined && { fetch }),
  };
}

/** Says when a change is expected to be live everywhere. */
export function announceLiveBy(c: RevolinkContext): void {
  const atMs = c.get("surroundings").clock() + LIVE_AFTER_MS;
  c.header("Signpost-Live-By", new Date(atMs).toISOString());
}

function ownHostsOf(c: RevolinkContext): (hostname: string) => boolean {
  const requestHostname = new URL(c.req.url).hostname;
  return (hostname) => isOwnHost(hostname, configOf(c.env), requestHostname);
}
