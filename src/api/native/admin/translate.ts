/** What the operator sees. */

import type { DeadLetter } from "../../../upkeep/dead-letters.ts";
import { isoOf } from "../wire-values.ts";

export function wireDeadLetter({ createdAtMs, ...letter }: DeadLetter) {
  return { ...letter, createdAt: isoOf(createdAtMs) };
}
