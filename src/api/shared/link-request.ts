/** What the routes of links need of a request, in every dialect. */

import type { Context } from "hono";

import { configOf } from "../../config.ts";
import { databaseOf } from "../../db/database.ts";
import type { LinkContext, LinkPolicy } from "../../links/context.ts";
import { isOwnHost } from "../../links/route/hosts.ts";
import { type LinkStore, linkStore } from "../../links/store.ts";
import type { OutboundPolicy } from "../../platform/safe-fetch.ts";
import { type DialectEnvironment, nowOf } from "./dialect.ts";

/** Where a dialect differs from others in what it lets a link be. */
export type DialectPolicy = Omit<LinkPolicy, "isOwnHost">;

export function linkContextOf<E extends DialectEnvironment>(
  c: Context<E>,
  policy: DialectPolicy,
): LinkContext {
  return {
    env: c.env,
    access: c.get("access"),
    nowMs: nowOf(c),
    policy: { ...policy, isOwnHost: ownHostsOf(c) },
  };
}

/** Returns the store of the links of the workspace that the request acts in. */
export function linkStoreOf<E extends DialectEnvironment>(c: Context<E>): LinkStore {
  return linkStore(databaseOf(c.env.DB), c.get("access").workspace.id);
}

/** Where logos may be fetched from. */
export function outboundPolicyOf<E extends DialectEnvironment>(c: Context<E>): OutboundPolicy {
  const { fetch } = c.get("surroundings");
  return {
    dohUrl: c.env.DOH_URL,
    // What ALLOW_PRIVATE_WEBHOOKS opens is for webhooks alone.
    allowPrivate: false,
    isOwnHost: ownHostsOf(c),
    ...(fetch !== undefined && { fetch }),
  };
}

function ownHostsOf<E extends DialectEnvironment>(c: Context<E>): (hostname: string) => boolean {
  const requestHostname = new URL(c.req.url).hostname;
  return (hostname) => isOwnHost(hostname, configOf(c.env), requestHostname);
}
