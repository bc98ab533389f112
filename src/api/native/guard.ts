/**
 * The guard of native routes: every route that is not public begins with `requires(…)`, before its
 * validators.
 */

import { guardsFor, type Requirement } from "../shared/guard.ts";
import { refuse } from "./errors.ts";

const guard = guardsFor({
  refuse,
  order: ["origin", "rate", "session", "scope", "role", "features"],
});

/** Requires a scope, a role, features of the plan or a kind of credential; by default any credential of an account. */
export function requires(requirement: Partial<Requirement>) {
  return guard({ who: "account", ...requirement });
}
