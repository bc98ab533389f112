/** The operator's routes, opened by ADMIN_TOKEN only: no account's credential reaches them. */

import { Hono } from "hono";

import { objectIdOf, parseUuid } from "../../../platform/uuid.ts";
import { listDeadLetters, replayDeadLetter } from "../../../upkeep/dead-letters.ts";
import { changePlan } from "../../../workspaces/administration.ts";
import { nowOf } from "../../shared/dialect.ts";
import type { NativeEnvironment } from "../environment.ts";
import { refuse, validate } from "../errors.ts";
import { requires } from "../guard.ts";
import { newPlan, deadLetterId, deadLetterPage } from "./contract.ts";
import { wireDeadLetter } from "./translate.ts";

const operatorOnly = requires({ who: "operator" });

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
    return c.json(letters.map(wireDeadLetter));
  })
  .post("/dead-letters/:id/replay", operatorOnly, async (c) => {
    const id = deadLetterId.safeParse(c.req.param("id"));
    if (!id.success) return refuse(c, { reason: "dead_letter_not_found" });
    const replayed = await replayDeadLetter(c.env, id.data);
    return replayed.ok ? c.json({ id: id.data, replayed: true }) : refuse(c, replayed.error);
  })
  .put("/workspaces/:id/plan", operatorOnly, validate.json(newPlan), async (c) => {
    const uuid = parseUuid(c.req.param("id"));
    if (uuid === null) return refuse(c, { reason: "workspace_not_found" });
    const changed = await changePlan(c.env, uuid, c.req.valid("json").plan, nowOf(c));
    if (!changed.ok) return refuse(c, changed.error);
    const { name, plan } = changed.value;
    return c.json({ id: uuid, objectId: objectIdOf(uuid), name, plan });
  });
