/** What the operator sees. */

import type { DeadLetter } from "../../../upkeep/dead-letters.ts";
import type { AnswerOf } from "../../shared/reference.ts";
import { isoOf } from "../wire-values.ts";
import type { deadLetter } from "./answers.ts";

export function wireDeadLetter({
  createdAtMs,
  ...letter
}: DeadLetter): AnswerOf<typeof deadLetter> {
  return { ...letter, createdAt: isoOf(createdAtMs) };
}
