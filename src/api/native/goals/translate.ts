/** Conversion goals in the native API's format. */

import type { GoalWithSecret } from "../../../conversions/goal.ts";
import { decimalOf } from "../../../conversions/money.ts";
import type { AnswerOf } from "../../shared/reference.ts";
import type { goal as goalAnswer } from "./answers.ts";

/** Converts a goal; `origin` is the one that its postback URL uses. */
export function wireGoal(
  { uuid, token, value, currency, secret, ...goal }: GoalWithSecret,
  origin: string,
): AnswerOf<typeof goalAnswer> {
  return {
    id: uuid,
    name: goal.name,
    token,
    postbackUrl: `${origin}/api/conversions/track/${token}`,
    value: decimalOf(value, currency),
    currency,
    clickIdParam: goal.clickIdParam,
    isActive: goal.isActive,
    maxValue: goal.maxValue === null ? null : decimalOf(goal.maxValue, currency),
    serverOnly: goal.serverOnly,
    clickTokensOnly: goal.clickTokensOnly,
    ...(secret !== undefined && { secret }),
  };
}
