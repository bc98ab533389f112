/**
 * API tokens of the signed-in user: by browser session only, so that a token cannot create another.
 */

import { Hono } from "hono";

import { createToken } from "../../../accounts/create-token.ts";
import { type TokenStore, tokenStore } from "../../../accounts/tokens.ts";
import { databaseOf } from "../../../db/database.ts";
import { nowOf } from "../../shared/dialect.ts";
import type { NativeEnvironment, NativeContext } from "../environment.ts";
import { refuse, validate } from "../errors.ts";
import { requires } from "../guard.ts";
import { newToken, revocation } from "./contract.ts";
import { wireToken } from "./translate.ts";

export const tokens = new Hono<NativeEnvironment>()
  .get("/", requires({ who: "session" }), async (c) => {
    const records = await storeOf(c).list();
    return c.json(records.map(wireToken));
  })
  .post("/", requires({ who: "session" }), validate.json(newToken), async (c) => {
    const { userId, workspace } = c.get("access");
    const { name, scopes, expiresAt, workspaceOnly = false } = c.req.valid("json");
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
  })
  .delete("/:id", requires({ who: "session" }), validate.query(revocation), async (c) => {
    const id = c.req.param("id");
    if (c.req.valid("query").descendants === true) {
      const ended = await storeOf(c).revokeTree(id);
      return ended.ok ? c.json({ id, revoked: true, ended: ended.value }) : refuse(c, ended.error);
    }
    const revoked = await storeOf(c).revoke(id);
    if (!revoked.ok) return refuse(c, revoked.error);
    // Tokens that it made still work: `?descendants=true` ends them too.
    const descendants = revoked.value;
    return c.json({ id, revoked: true, ...(descendants.length > 0 && { descendants }) });
  });

function storeOf(c: NativeContext): TokenStore {
  const { clock } = c.get("surroundings");
  return tokenStore(databaseOf(c.env.DB), c.get("access").userId, clock);
}
