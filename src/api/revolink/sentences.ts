/** Words for refusals that have many forms. */

import type { QuotaExceeded } from "../../access/quotas.ts";
import type { DestinationRefused } from "../../links/errors.ts";

/** Words what `targetCheck` lets through and the engine does not: nothing, as long as both agree. */
export function destinationSentence({ field }: DestinationRefused): string {
  // The default rule's target is what the engine calls the link's destination.
  return `${field === "destinationUrl" ? "targetUrl" : field} must be a valid URL.`;
}

export function quotaSentence({ quota, plan, limit }: QuotaExceeded): string {
  if (quota === "variants") return `The ${plan} plan does not include A/B tests.`;
  if (quota === "bulk") {
    return `The ${plan} plan does not include creating several links in one call.`;
  }
  const what = quota === "rules" ? "rules with conditions in one link" : `${quota} in a workspace`;
  return `The ${plan} plan allows at most ${limit} ${what}.`;
}
