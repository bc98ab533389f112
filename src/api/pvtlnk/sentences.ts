/** Sentences for refusals by a workspace's plan. */

import type { QuotaExceeded } from "../../access/quotas.ts";

/** Explains what the plan does not include. */
export function planSentence({ quota, plan, limit }: QuotaExceeded): string {
  switch (quota) {
    case "variants":
      return "A/B testing requires the Pro or Enterprise plan";
    case "schedules":
      return "Scheduling requires the Pro or Enterprise plan";
    case "passwords":
      return `The plan "${plan}" does not include passwords`;
    case "bulk":
      return "Bulk import requires the Enterprise plan";
    case "linkBytes":
      return `The plan "${plan}" allows at most ${limit / 1_000_000} MB of links`;
    default:
      return `The plan "${plan}" allows at most ${limit} ${quota}`;
  }
}
