/** Words for refusals that have many forms. */
import type { DestinationRefused } from "../../links/errors.ts";
import type { Quota, QuotaExceeded } from "../../workspaces/quotas.ts";

const QUOTAS: Readonly<Record<Quota, string>> = {
  links: "links in this workspace",
  rules: "rules with conditions in one link",
  variants: "A/B variants",
  bulk: "links in one call",
  members: "members in this workspace",
  domains: "custom domains in this workspace",
  webhooks: "webhooks in this workspace",
};

/** Words what `targetCheck` lets through and the engine does not: nothing, as long as both agree. */
export function destinationSentence({ field }: DestinationRefused): string {
  // The default rule's target is what the engine calls the link's destination.
  return `${field === "destinationUrl" ? "targetUrl" : field} must be a valid URL.`;
}

export function quotaSentence({ quota, plan, limit }: QuotaExceeded): string {
  return `The ${plan} plan allows ${limit === 0 ? "no" : `at most ${limit}`} ${QUOTAS[quota]}.`;
}
