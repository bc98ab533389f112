/** What the URL of an endpoint may be when it is stored. Apart, because a post needs no database. */

import { isOwnHost } from "../db/own-hosts.ts";
import type { OutboundPolicy } from "../platform/safe-fetch.ts";
import { outboundPolicy } from "./outbound.ts";

/** Returns the policy for storing endpoints: that for posts, without any verified custom domain. */
export function endpointPolicy(env: Cloudflare.Env): OutboundPolicy {
  const policy = outboundPolicy(env);
  return {
    ...policy,
    isOwnHost: async (hostname, port) => {
      if (await policy.isOwnHost(hostname, port)) return true;
      // Locally, PUBLIC_URL's name is also that of other services, on other ports.
      return !(policy.allowPrivate && port !== "") && isOwnHost(hostname, env);
    },
  };
}
