/**
 * API tokens of the signed-in user: by browser session only, so that a token cannot create another.
 */

import { Hono } from "hono";

import { type TokenStore, tokenStore } from "../../../accounts/tokens.ts";
import { databaseOf } from "../../../db/database.ts";
import type { NativeEnvironment, NativeContext } from "../environment.ts";
import { refuse, validate } from "../errors.ts";
import { requires } from "../guard.ts";
import { newToken } from "./contract.ts";
import { wireToken } from "./translate.ts";

export const tokens = new Hono<NativeEnvironment>()
  .get("/", requires({ who: "session" }), async (c) => {
    const records = await storeOf(c).list();
    return c.json(records.map(wireToken));
  })
  .post("/", requires({ who: "session" }), validate.json(newToken), async (c) => {
    const { workspace } = c.get("access");
    const { name, scopes, expiresAt } = c.req.valid("json");
    const created = await storeOf(c).create({
      name,
      scopes,
      expiresAtMs: typeof expiresAt === "string" ? Date.parse(expiresAt) : null,
      workspaceId: workspace.id,
    });
    if (!created.ok) return refuse(c, created.error);
    const { token, record } = created.value;
    const { id, expiresAt: expires, createdAt } = wireToken(record);
    return c.json({ id, name, token, scopes: record.scopes, expiresAt: expires, createdAt }, 201);
  })
  .delete("/:id", requires({ who: "session" }), async (c) => {
    const id = c.req.param("id");
    const revoked = await storeOf(c).revoke(id);
    return revoked.ok ? c.json({ id, revoked: true }) : refuse(c, revoked.error);
  });

function storeOf(c: NativeContext): TokenStore {
  const { clock } = c.get("surroundings");
  return tokenStore(databaseOf(c.env.DB), c.get("access").userId, clock);
}
