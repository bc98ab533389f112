/** Who may pass: a token with the route's scope and role, in a workspace whose plan has this API. */

import { guardsFor, type Requirement } from "../shared/guard.ts";
import { refuse } from "./errors.ts";

const guard = guardsFor({ refuse, order: ["feature", "scope", "role", "writes"] });

interface Requirements extends Pick<Requirement, "scope" | "role"> {
  /** Also where the plan no longer has this API: a token can always be given up. */
  readonly onAnyPlan?: true;
}

/** Lets in tokens that meet the requirements. */
export function requires({ onAnyPlan, ...wanted }: Requirements) {
  return guard({
    who: "token",
    ...wanted,
    ...(onAnyPlan !== true && { feature: "enterpriseApi" }),
  });
}
