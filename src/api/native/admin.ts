/** The operator's routes, opened by ADMIN_TOKEN alone: no account's credential reaches them. */
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import * as z from "zod";

import { tokenOf } from "../../accounts/credentials.ts";
import { isOperator } from "../../accounts/operator.ts";
import { databaseOf } from "../../db/database.ts";
import { objectIdOf, parseUuid } from "../../platform/uuid.ts";
import { changePlan } from "../../workspaces/administration.ts";
import { PLANS } from "../../workspaces/plans.ts";
import type { NativeEnvironment } from "./environment.ts";
import { refuse, validate } from "./errors.ts";

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

export const admin = new Hono<NativeEnvironment>().put(
  "/workspaces/:id/plan",
  operatorOnly,
  validate.json(newPlan),
  async (c) => {
    const uuid = parseUuid(c.req.param("id"));
    if (uuid === null) return refuse(c, { code: "workspace_unknown" });
    const changed = await changePlan(databaseOf(c.env.DB), uuid, c.req.valid("json").plan);
    if (!changed.ok) return refuse(c, changed.error);
    const { name, plan } = changed.value;
    return c.json({ id: uuid, objectId: objectIdOf(uuid), name, plan });
  },
);
