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
  /** The most that a conversion may be worth, in minor units; null for any amount. */
  readonly maxValue: number | null;
  /** Whether only a request with the goal's secret may report. */
  readonly serverOnly: boolean;
  /** Whether only a click token attributes a conversion. */
  readonly clickTokensOnly: boolean;
}

/** A goal, and its secret if one was just made: it cannot be read again. */
export type GoalWithSecret = Goal & { readonly secret?: string };

export interface NewGoal {
  readonly name: string;
  /** A decimal amount in the currency. */
  readonly value: string | number;
  /** A code that `isCurrency` accepts. */
  readonly currency: string;
  readonly clickIdParam: string | null;
  readonly isActive: boolean;
  /** A decimal amount in the currency; null for any amount. */
  readonly maxValue: string | number | null;
  readonly serverOnly: boolean;
  readonly clickTokensOnly: boolean;
}

/** An absent field keeps its value; changing only the currency keeps the decimal amounts. */
export type GoalChanges = { readonly [K in keyof NewGoal]?: NewGoal[K] | undefined };

export interface GoalNotFound {
  readonly reason: "goal_not_found";
}

export interface AmountRefused {
  readonly reason: "amount_refused";
  readonly field: "value" | "maxValue";
  readonly problem: AmountProblem;
}

/** An amount is above the goal's `maxValue`. */
export interface ValuePastMax {
  readonly reason: "value_past_max";
  /** A decimal amount. */
  readonly max: number;
  readonly currency: string;
}

export type GoalRefusal = GoalNotFound | AmountRefused | ValuePastMax | QuotaExceeded;
