/** Where webhooks may go: what safe-fetch is told about this installation. */

import { configOf } from "../config.ts";
import { canonicalHostname } from "../platform/canonical-hostname.ts";
import type { OutboundPolicy } from "../platform/safe-fetch.ts";

/**
 * Gives the policy for endpoints.
 *
 * A resolver that does not answer refuses: a post can be tried again, and so can an endpoint's URL.
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
