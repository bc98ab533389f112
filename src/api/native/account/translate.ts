/** API tokens in the native API's format. */

import type { TokenRecord } from "../../../accounts/tokens.ts";
import type { AnswerOf } from "../../shared/reference.ts";
import { isoOf } from "../wire-values.ts";
import type { token } from "./answers.ts";

export function wireToken({
  uuid,
  name,
  hint,
  scopes,
  workspaceOnly,
  parentUuid,
  ...times
}: TokenRecord): AnswerOf<typeof token> {
  return {
    id: uuid,
    name,
    hint,
    scopes,
    workspaceOnly,
    parentId: parentUuid,
    expiresAt: isoOf(times.expiresAtMs),
    lastUsedAt: isoOf(times.lastUsedAtMs),
    createdAt: isoOf(times.createdAtMs),
  };
}
