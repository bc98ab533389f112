/** Conversion goals as the native API shows them. */

import type { Goal } from "../../../conversions/goal.ts";
import { decimalOf } from "../../../conversions/money.ts";

/** `origin` is where shops report to. */
export function wireGoal({ uuid, token, value, currency, ...goal }: Goal, origin: string) {
  return {
    id: uuid,
    name: goal.name,
    token,
    postbackUrl: `${origin}/api/conversions/track/${token}`,
    value: decimalOf(value, currency),
    currency,
    clickIdParam: goal.clickIdParam,
    isActive: goal.isActive,
  };
}
