/**
 * The guard of PVTLNK's routes: a token with the route's scope and role, in a workspace whose plan
 * includes this API.
 */

import { guardsFor, type Requirement } from "../shared/guard.ts";
import { refuse } from "./errors.ts";

const guard = guardsFor({ refuse, order: ["rate", "features", "scope", "role"] });

interface Requirements extends Pick<Requirement, "scope" | "role" | "features"> {
  /** Passes even if the plan no longer includes this API, so that a token can always be revoked. */
  readonly onAnyPlan?: true;
}

/** Requires a token that meets the requirements. */
export function requires({ onAnyPlan, features = [], ...wanted }: Requirements) {
  return guard({
    who: "token",
    ...wanted,
    features: onAnyPlan === true ? features : ["enterpriseApi", ...features],
  });
}
