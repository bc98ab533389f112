/** Answers a visit that leads nowhere. Loaded with the first of them. */

import { notice } from "./pages/answer.ts";
import {
  GONE,
  LOOP,
  METHOD_NOT_ALLOWED,
  NOT_FOUND,
  TOO_MANY_MISSES,
  UNAVAILABLE,
} from "./pages/notices.ts";
import type { Asker } from "./respond.ts";

const NOTICES = { GONE, LOOP, METHOD_NOT_ALLOWED, NOT_FOUND, TOO_MANY_MISSES, UNAVAILABLE };

export type Refusal = keyof typeof NOTICES;

/** Answers with the notice of this name; `more` are headers beside its own. */
export function refuse(
  asker: Asker,
  refusal: Refusal,
  more?: Readonly<Record<string, string>>,
): Response {
  return notice(asker, NOTICES[refusal], more);
}
