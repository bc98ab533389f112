/** The operator's routes, opened by ADMIN_TOKEN alone: no account's credential reaches them. */

import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import * as z from "zod";

import { PLANS } from "../../../access/plans.ts";
import { tokenOf } from "../../../accounts/credentials.ts";
import { isOperator } from "../../../accounts/operator.ts";
import { systemClock } from "../../../platform/clock.ts";
import { objectIdOf, parseUuid } from "../../../platform/uuid.ts";
import { listDeadLetters, replayDeadLetter } from "../../../upkeep/dead-letters.ts";
import { changePlan } from "../../../workspaces/administration.ts";
import type { NativeEnvironment } from "../environment.ts";
import { refuse, validate } from "../errors.ts";

const PAGE_MAX = 100;

const operatorOnly = createMiddleware<NativeEnvironment>(async (c, next) => {
  if (!(await isOperator(tokenOf(c.req.raw.headers), c.env.ADMIN_TOKEN))) {
    return refuse(c, { code: "unauthenticated" });
  }
  await next();
  return undefined;
});

const newPlan = z.object({
  plan: z.enum(["free", "pro", "enterprise"], {
    error: `plan must be one of ${Object.keys(PLANS).join(", ")}`,
  }),
});

const positive = z.coerce.number().int().positive();

const deadLetterPage = z.object({
  queue: z.string().max(100).optional(),
  cursor: positive.optional(),
  limit: positive.max(PAGE_MAX).default(PAGE_MAX),
});

export const admin = new Hono<NativeEnvironment>()
  .get("/dead-letters", operatorOnly, validate.query(deadLetterPage), async (c) => {
    const { queue = null, cursor = null, limit } = c.req.valid("query");
    const letters = await listDeadLetters(c.env, { queue, beforeId: cursor, limit });
    const last = letters.at(-1);
    if (last !== undefined && letters.length === limit) {
      const next = new URL(c.req.url);
      next.searchParams.set("cursor", String(last.id));
      c.header("Link", `<${next.href}>; rel="next"`);
    }
    return c.json(
      letters.map(({ createdAtMs, ...letter }) => ({
        ...letter,
        createdAt: new Date(createdAtMs).toISOString(),
      })),
    );
  })
  .post("/dead-letters/:id/replay", operatorOnly, async (c) => {
    const id = positive.safeParse(c.req.param("id"));
    if (!id.success) return refuse(c, { code: "dead_letter_not_found" });
    const replayed = await replayDeadLetter(c.env, id.data);
    return replayed.ok ? c.json({ id: id.data, replayed: true }) : refuse(c, replayed.error);
  })
  .put("/workspaces/:id/plan", operatorOnly, validate.json(newPlan), async (c) => {
    const uuid = parseUuid(c.req.param("id"));
    if (uuid === null) return refuse(c, { code: "workspace_unknown" });
    const changed = await changePlan(c.env, uuid, c.req.valid("json").plan, systemClock());
    if (!changed.ok) return refuse(c, changed.error);
    const { name, plan } = changed.value;
    return c.json({ id: uuid, objectId: objectIdOf(uuid), name, plan });
  });
