/** Explains to the client why a link is refused. */

import type { QuotaExceeded } from "../../../access/quotas.ts";
import type { DestinationProblem } from "../../../links/destination.ts";
import type { DestinationRefused } from "../../../links/errors.ts";
import { targetProblem } from "../../shared/wire/targets.ts";

/** What may be wrong with an address of any scheme. */
const PLAIN_PROBLEMS: ReadonlySet<DestinationProblem> = new Set([
  "too_long",
  "control_character",
  "credentials",
]);

/** Explains why a URL is refused, beginning with its field. */
export function destinationSentence(refusal: DestinationRefused): string {
  const { field, problem } = refusal;
  if (field === "social.image" && !PLAIN_PROBLEMS.has(problem)) {
    return `${field} must be a URL that begins with https://, or null`;
  }
  return field === "destinationUrl" && problem === "not_a_url"
    ? `${field} is required and must be a valid URL`
    : `${field} ${targetProblem(refusal)}`;
}

/** Explains why a URL that may only be of the web is refused. */
export function webUrlSentence(field: string, problem: DestinationProblem): string {
  return problem === "scheme_refused"
    ? `${field} must be a valid URL that begins with http:// or https://`
    : `${field} ${targetProblem({ problem })}`;
}

/** Explains which limit of the workspace's plan is exceeded. */
export function quotaSentence({ quota, plan, limit, used }: QuotaExceeded): string {
  switch (quota) {
    case "rules":
      return `The plan "${plan}" allows ${limit} rules on a link, and these are ${used}.`;
    case "variants":
      return `The plan "${plan}" has no A/B tests.`;
    case "schedules":
      return `The plan "${plan}" does not include scheduled links.`;
    case "passwords":
      return `The plan "${plan}" does not include passwords for links.`;
    case "clickLimits":
      return `The plan "${plan}" does not include click limits.`;
    case "bulk":
      return `The plan "${plan}" does not include creating several links in one call.`;
    case "workspaces":
      return `The plan "${plan}" allows ${limit} workspaces, and you own ${used}.`;
    case "tokens":
      return `The plan "${plan}" allows ${limit} tokens, and you have ${used}. Revoke one first.`;
    case "invitations":
      return `The plan "${plan}" allows ${limit} open invitations, and this workspace has ${used}. Withdraw one first.`;
    case "domainClaims":
      return `The plan "${plan}" allows ${limit} domains that are not verified, and there are ${used}. Verify or delete one first.`;
    case "linkBytes":
      return `The plan "${plan}" allows ${megabytes(limit)} of links, and this workspace has ${megabytes(used)}. Delete some first, or make them smaller.`;
    case "links":
    case "members":
    case "domains":
    case "webhooks":
    case "goals":
    case "tags":
    case "collections":
      return `The plan "${plan}" allows ${limit} ${quota}, and this workspace has ${used}.`;
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 10_000) / 100} MB`;
}
