/** A token's rotation and revocation. */

import { createToken } from "../../../accounts/create-token.ts";
import { tokenOf } from "../../../accounts/credentials.ts";
import { type TokenStore, tokenStore } from "../../../accounts/tokens.ts";
import { databaseOf } from "../../../db/database.ts";
import { yearsAfter } from "../../../platform/clock.ts";
import { nowOf } from "../../shared/dialect.ts";
import type { PvtlnkContext } from "../environment.ts";
import { refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import { wireTime } from "../wire-values.ts";

const NAME_LENGTH_MAX = 100;

export const tokenOperations = {
  generateToken: operation({
    method: "POST",
    path: "/tokens/generate",
    requires: {},
    async answer(c) {
      const store = storeOf(c);
      const nowMs = nowOf(c);
      const parent = await store.find(tokenOf(c.req.raw.headers) ?? "");
      // The token existed a moment ago, so it has been revoked concurrently.
      if (parent === null) return refuse(c, { reason: "unauthenticated" });
      const yearOn = yearsAfter(nowMs, 1);
      const expiresAtMs = Math.min(yearOn, parent.expiresAtMs ?? yearOn);
      const created = await createToken(
        databaseOf(c.env.DB),
        c.get("access").userId,
        {
          name: `Made by ${parent.name}`.slice(0, NAME_LENGTH_MAX),
          scopes: parent.scopes,
          expiresAtMs,
          workspaceId: parent.workspaceId,
          workspaceOnly: parent.workspaceOnly,
          parentId: parent.id,
        },
        nowMs,
      );
      if (!created.ok) return refuse(c, created.error);
      return c.json(
        {
          success: true,
          api_token: created.value.token,
          expires_at: wireTime(expiresAtMs),
          message:
            "API token generated successfully. Store this token securely - it will not be shown again.",
        },
        201,
      );
    },
  }),
  revokeToken: operation({
    method: "DELETE",
    path: "/tokens/revoke",
    requires: { onAnyPlan: true },
    async answer(c) {
      const store = storeOf(c);
      const token = await store.find(tokenOf(c.req.raw.headers) ?? "");
      const revoked = token === null ? null : await store.revoke(token.uuid);
      if (revoked?.ok === false) return refuse(c, revoked.error);
      return c.json({ success: true, message: "API token revoked successfully" });
    },
  }),
};

function storeOf(c: PvtlnkContext): TokenStore {
  const { clock } = c.get("surroundings");
  return tokenStore(databaseOf(c.env.DB), c.get("access").userId, clock);
}
