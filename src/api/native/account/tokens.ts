/**
 * API tokens of the signed-in user: by browser session only, so that a token cannot create another.
 */

import { createToken } from "../../../accounts/create-token.ts";
import { type TokenStore, tokenStore } from "../../../accounts/tokens.ts";
import { databaseOf } from "../../../db/database.ts";
import { nowOf } from "../../shared/dialect.ts";
import type { NativeContext } from "../environment.ts";
import { refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import { newToken, revocation } from "./contract.ts";
import { wireToken } from "./translate.ts";

export const tokenOperations = {
  listTokens: operation({
    method: "GET",
    path: "/tokens",
    requires: { who: "session" },
    async answer(c) {
      const records = await storeOf(c).list();
      return c.json(records.map(wireToken));
    },
  }),
  createToken: operation({
    method: "POST",
    path: "/tokens",
    requires: { who: "session" },
    body: { schema: newToken },
    async answer(c, { body }) {
      const { userId, workspace } = c.get("access");
      const { name, scopes, expiresAt, workspaceOnly = false } = body;
      const created = await createToken(
        databaseOf(c.env.DB),
        userId,
        {
          name,
          scopes,
          expiresAtMs: typeof expiresAt === "string" ? Date.parse(expiresAt) : null,
          workspaceId: workspace.id,
          workspaceOnly,
          parentId: null,
        },
        nowOf(c),
      );
      if (!created.ok) return refuse(c, created.error);
      const { token, record } = created.value;
      const { id, expiresAt: expires, createdAt } = wireToken({ ...record, parentUuid: null });
      return c.json({ id, name, token, scopes: record.scopes, expiresAt: expires, createdAt }, 201);
    },
  }),
  revokeToken: operation({
    method: "DELETE",
    path: "/tokens/:id",
    requires: { who: "session" },
    query: revocation,
    async answer(c, { query }) {
      const id = c.req.param("id");
      if (query.descendants === true) {
        const ended = await storeOf(c).revokeTree(id);
        return ended.ok
          ? c.json({ id, revoked: true, ended: ended.value })
          : refuse(c, ended.error);
      }
      const revoked = await storeOf(c).revoke(id);
      if (!revoked.ok) return refuse(c, revoked.error);
      // Tokens that it made still work: `?descendants=true` ends them too.
      const descendants = revoked.value;
      return c.json({ id, revoked: true, ...(descendants.length > 0 && { descendants }) });
    },
  }),
};

function storeOf(c: NativeContext): TokenStore {
  const { clock } = c.get("surroundings");
  return tokenStore(databaseOf(c.env.DB), c.get("access").userId, clock);
}
