/** What the link routes of every dialect need from a request. */

import type { Context } from "hono";

import { configOf } from "../../config.ts";
import { databaseOf } from "../../db/database.ts";
import { isConfiguredHost, isOwnHost } from "../../db/own-hosts.ts";
import type { LinkContext, LinkPolicy } from "../../links/context.ts";
import { type LinkStore, linkStore } from "../../links/store.ts";
import { canonicalHostname } from "../../platform/canonical-hostname.ts";
import type { OutboundPolicy } from "../../platform/safe-fetch.ts";
import { type DialectEnvironment, nowOf } from "./dialect.ts";

/** Where a dialect's rules for links differ from those of the others. */
export type DialectPolicy = Omit<LinkPolicy, "isOwnHost">;

export function linkContextOf<E extends DialectEnvironment>(
  c: Context<E>,
  policy: DialectPolicy,
): LinkContext {
  const config = configOf(c.env);
  return {
    env: c.env,
    access: c.get("access"),
    nowMs: nowOf(c),
    policy: {
      ...policy,
      isOwnHost: (hostname) => isConfiguredHost(hostname, config) || isAsked(hostname, c),
    },
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
    isOwnHost: async (hostname) => isAsked(hostname, c) || (await isOwnHost(hostname, c.env)),
    ...(fetch !== undefined && { fetch }),
  };
}

/** Whether the request came to this host: a preview of the Worker, or a name yet unknown to it. */
function isAsked<E extends DialectEnvironment>(hostname: string, c: Context<E>): boolean {
  return canonicalHostname(hostname) === canonicalHostname(new URL(c.req.url).hostname);
}
