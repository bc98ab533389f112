/** Sentences for refusals that have several forms. */

import type { QuotaExceeded } from "../../access/quotas.ts";
import type { DestinationRefused } from "../../links/errors.ts";
import { targetProblem } from "../shared/wire/targets.ts";

export function destinationSentence(refusal: DestinationRefused): string {
  return `${refusal.field} ${targetProblem(refusal)}.`;
}

export function quotaSentence({ quota, plan, limit }: QuotaExceeded): string {
  if (quota === "variants") return `The ${plan} plan does not include A/B tests.`;
  if (quota === "bulk") {
    return `The ${plan} plan does not include creating several links in one call.`;
  }
  if (quota === "clickLimits") return `The ${plan} plan does not include click limits.`;
  if (quota === "linkBytes") {
    return `The ${plan} plan allows at most ${limit / 1_000_000} MB of links in a workspace.`;
  }
  const what = quota === "rules" ? "rules with conditions in one link" : `${quota} in a workspace`;
  return `The ${plan} plan allows at most ${limit} ${what}.`;
}
