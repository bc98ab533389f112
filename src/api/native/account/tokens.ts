/** API tokens of the signed-in person: by browser session only, so that a token cannot beget one. */

import { Hono } from "hono";
import * as z from "zod";

import { SCOPES } from "../../../access/access.ts";
import { type TokenRecord, type TokenStore, tokenStore } from "../../../accounts/tokens.ts";
import { databaseOf } from "../../../db/database.ts";
import type { NativeEnvironment, NativeContext } from "../environment.ts";
import { refuse, validate } from "../errors.ts";
import { requires } from "../guard.ts";

const newToken = z.object({
  name: z
    .string({ error: "name is required and must be a text" })
    .trim()
    .min(1, "name must not be empty")
    .max(100, "name must be at most 100 characters"),
  scopes: z
    .array(z.enum(SCOPES, { error: `scopes must each be one of ${SCOPES.join(", ")}` }), {
      error: "scopes is required and must be a list",
    })
    .min(1, "scopes must name at least one scope"),
  expiresAt: z.iso
    .datetime({ offset: true, error: "expiresAt must be an ISO 8601 date and time, or null" })
    .nullish(),
});

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

function wireToken({ uuid, name, hint, scopes, ...times }: TokenRecord) {
  return {
    id: uuid,
    name,
    hint,
    scopes,
    expiresAt: isoOf(times.expiresAtMs),
    lastUsedAt: isoOf(times.lastUsedAtMs),
    createdAt: new Date(times.createdAtMs).toISOString(),
  };
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
