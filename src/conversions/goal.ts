/** A conversion goal: shops report conversions to it with its own token. */

import type { QuotaExceeded } from "../access/quotas.ts";
import type { AmountProblem } from "./money.ts";

export interface Goal {
  readonly uuid: string;
  readonly name: string;
  /** Authorises postbacks to this goal, and nothing else. */
  readonly token: string;
  /** The value of a conversion that is reported without one, in minor units of the currency. */
  readonly value: number;
  readonly currency: string;
  /** The query parameter of destinations that carries the click token; null appends none. */
  readonly clickIdParam: string | null;
  readonly isActive: boolean;
}

export interface NewGoal {
  readonly name: string;
  /** A decimal amount in the currency. */
  readonly value: string | number;
  /** A code that `isCurrency` accepts. */
  readonly currency: string;
  readonly clickIdParam: string | null;
  readonly isActive: boolean;
}

/** An absent field keeps its value; changing only the currency keeps the decimal amount. */
export type GoalChanges = { readonly [K in keyof NewGoal]?: NewGoal[K] | undefined };

export interface GoalNotFound {
  readonly reason: "goal_not_found";
}

export interface AmountRefused {
  readonly reason: "amount_refused";
  readonly problem: AmountProblem;
}

export type GoalRefusal = GoalNotFound | AmountRefused | QuotaExceeded;
