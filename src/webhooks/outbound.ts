/** The outbound policy for webhooks: what this installation allows `safe-fetch` to reach. */

import { configOf } from "../config.ts";
import { canonicalHostname } from "../platform/canonical-hostname.ts";
import type { OutboundPolicy } from "../platform/safe-fetch.ts";

const LOOPBACK = /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\])$/;

/**
 * Returns the policy for posts to endpoints.
 *
 * A resolver that does not answer means a refusal, because a post can be retried, and so can the
 * request that sets an endpoint's URL.
 */
export function outboundPolicy(env: Cloudflare.Env): OutboundPolicy {
  const { allowPrivateWebhooks, publicUrl, workersDevHost } = configOf(env);
  return {
    dohUrl: env.DOH_URL,
    allowPrivate: allowPrivateWebhooks,
    whenDnsFails: "refuse",
    isOwnHost(hostname, port) {
      const host = canonicalHostname(hostname);
      if (host === workersDevHost) return host !== "";
      // Where private targets are allowed, other services listen on the same machine.
      if (allowPrivateWebhooks && port !== publicUrl.port) return false;
      const isLoopback = LOOPBACK.test(host) && LOOPBACK.test(publicUrl.hostname);
      return host === publicUrl.hostname || isLoopback;
    },
  };
}
