/** API tokens in the native API's format. */

import type { TokenRecord } from "../../../accounts/tokens.ts";
import { isoOf } from "../wire-values.ts";

export function wireToken({
  uuid,
  name,
  hint,
  scopes,
  workspaceOnly,
  parentUuid,
  ...times
}: TokenRecord) {
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
