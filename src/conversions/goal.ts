/** A conversion goal: what a shop reports to, by a token of its own. */

import type { QuotaExceeded } from "../access/quotas.ts";
import type { AmountProblem } from "./money.ts";

export interface Goal {
  readonly uuid: string;
  readonly name: string;
  /** Opens the postback, and nothing else. */
  readonly token: string;
  /** What a conversion is worth that names no value of its own, in minor units of the currency. */
  readonly value: number;
  readonly currency: string;
  /** The query parameter in which destinations get a click token; null appends none. */
  readonly clickIdParam: string | null;
  readonly isActive: boolean;
}

export interface NewGoal {
  readonly name: string;
  /** A decimal in the currency. */
  readonly value: string | number;
  /** A code that `isCurrency` knows. */
  readonly currency: string;
  readonly clickIdParam: string | null;
  readonly isActive: boolean;
}

/** An absent field keeps its value; a new currency alone keeps the decimal. */
export type GoalChanges = { readonly [K in keyof NewGoal]?: NewGoal[K] | undefined };

export interface GoalNotFound {
  readonly reason: "goal_not_found";
}

export interface AmountRefused {
  readonly reason: "amount_refused";
  readonly problem: AmountProblem;
}

export type GoalRefusal = GoalNotFound | AmountRefused | QuotaExceeded;
