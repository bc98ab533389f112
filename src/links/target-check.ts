/** Checks where rules and variants lead, in words that every dialect can send. */

import { err, ok } from "../platform/result.ts";
import type { LinkPolicy } from "./context.ts";
import {
  DESTINATION_LENGTH_MAX,
  parseDestination,
  type DestinationPolicy,
  type DestinationProblem,
} from "./destination.ts";
import type { UrlCheck } from "./rules/validate.ts";

const PROBLEMS: Readonly<Record<DestinationProblem, string>> = {
  not_a_url: "must be a valid URL",
  too_long: `must be a URL of at most ${DESTINATION_LENGTH_MAX} characters`,
  control_character: "must be a valid URL without control characters",
  scheme_refused: "must be a URL of the web or of an app: this scheme is not allowed",
  credentials: "must be a valid URL without a user name or password",
  own_host: "must lead elsewhere: this host serves short links itself",
};

/** Gives the policy for the targets of rules and variants. */
export function targetPolicy(policy: LinkPolicy): DestinationPolicy {
  return { ...policy, deepLinks: policy.deepLinks || policy.deepTargets === true };
}

/** Makes the check that `validateRules` and `validateAbTest` ask for. */
export function targetCheck(policy: LinkPolicy): UrlCheck {
  const wanted = targetPolicy(policy);
  return (text) => {
    const parsed = parseDestination(text, wanted);
    return parsed.ok ? ok(parsed.value.text) : err(PROBLEMS[parsed.error]);
  };
}
