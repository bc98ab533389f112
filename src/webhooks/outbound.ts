/** The outbound policy for webhooks: what this installation allows `safe-fetch` to reach. */

import { configOf } from "../config.ts";
import { canonicalHostname } from "../platform/canonical-hostname.ts";
import type { OutboundPolicy } from "../platform/safe-fetch.ts";

/**
 * Returns the policy for endpoints.
 *
 * A resolver that does not answer means a refusal, because a post can be retried, and so can the
 * request that sets an endpoint's URL.
 */
export function outboundPolicy(env: Cloudflare.Env): OutboundPolicy {
  const { allowPrivateWebhooks, publicUrl } = configOf(env);
  return {
    dohUrl: env.DOH_URL,
    allowPrivate: allowPrivateWebhooks,
    whenDnsFails: "refuse",
    isOwnHost: (hostname) => canonicalHostname(hostname) === publicUrl.hostname,
  };
}
