/** What the link routes of every dialect need from a request. */

import type { Context } from "hono";

import { configOf } from "../../config.ts";
import { databaseOf } from "../../db/database.ts";
import type { LinkContext, LinkPolicy } from "../../links/context.ts";
import { isOwnHost } from "../../links/route/hosts.ts";
import { type LinkStore, linkStore } from "../../links/store.ts";
import type { OutboundPolicy } from "../../platform/safe-fetch.ts";
import { type DialectEnvironment, nowOf } from "./dialect.ts";

/** Where a dialect's rules for links differ from those of the others. */
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

/** Returns the link store of the workspace that the request acts in. */
export function linkStoreOf<E extends DialectEnvironment>(c: Context<E>): LinkStore {
  return linkStore(databaseOf(c.env.DB), c.get("access").workspace.id);
}

/** Returns the policy for hosts from which logos may be fetched. */
export function outboundPolicyOf<E extends DialectEnvironment>(c: Context<E>): OutboundPolicy {
  const { fetch } = c.get("surroundings");
  return {
    dohUrl: c.env.DOH_URL,
    // ALLOW_PRIVATE_WEBHOOKS applies to webhooks only.
    allowPrivate: false,
    isOwnHost: ownHostsOf(c),
    ...(fetch !== undefined && { fetch }),
  };
}

function ownHostsOf<E extends DialectEnvironment>(c: Context<E>): (hostname: string) => boolean {
  const requestHostname = new URL(c.req.url).hostname;
  return (hostname) => isOwnHost(hostname, configOf(c.env), requestHostname);
}
