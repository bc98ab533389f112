/**
 * Conversion goals, to which shops report. All members of a workspace see them; managers change
 * them.
 */

import { configOf } from "../../../config.ts";
import {
  createGoal,
  deleteGoal,
  rotateGoalSecret,
  updateGoal,
} from "../../../conversions/change-goals.ts";
import type { GoalWithSecret } from "../../../conversions/goal.ts";
import { goalStore } from "../../../conversions/goals.ts";
import { databaseOf } from "../../../db/database.ts";
import { conversionGoals as goalTable } from "../../../db/schema/index.ts";
import { runOnce } from "../../shared/idempotency.ts";
import { onceRequestOf } from "../../shared/once-request.ts";
import type { NativeContext } from "../environment.ts";
import { refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import { uuidOf, workspaceContextOf } from "../request.ts";
import { goalChanges, newGoal } from "./contract.ts";
import { wireGoal } from "./translate.ts";

const PATH = "/api/conversion-goals";

export const goalOperations = {
  listGoals: operation({
    method: "GET",
    path: "/conversion-goals",
    requires: { scope: "links:read" },
    async answer(c) {
      const goals = await storeOf(c).list();
      return c.json(goals.map((goal) => wireGoal(goal, originOf(c))));
    },
  }),
  createGoal: operation({
    method: "POST",
    path: "/conversion-goals",
    requires: { scope: "links:update", role: "manager" },
    body: { schema: newGoal },
    async answer(c, { body }) {
      const store = storeOf(c);
      const once = onceRequestOf(c, `POST ${PATH}`);
      const created = await runOnce(
        { ...once, db: databaseOf(c.env.DB), body },
        {
          table: goalTable,
          change: (alongside) => createGoal(workspaceContextOf(c), body, alongside),
          // A secret is shown once: whoever missed it makes another.
          rebuild: async (ids): Promise<GoalWithSecret | null> =>
            (await store.findByIds(ids))[0] ?? null,
        },
      );
      if (!created.ok) return refuse(c, created.error);
      const { value: goal, replayed } = created.value;
      if (replayed) c.header("Idempotent-Replayed", "true");
      c.header("Location", `${PATH}/${goal.uuid}`);
      return c.json(wireGoal(goal, originOf(c)), 201);
    },
  }),
  getGoal: operation({
    method: "GET",
    path: "/conversion-goals/:id",
    requires: { scope: "links:read" },
    async answer(c) {
      const found = await storeOf(c).find(uuidOf(c));
      return found.ok ? c.json(wireGoal(found.value, originOf(c))) : refuse(c, found.error);
    },
  }),
  updateGoal: operation({
    method: "PATCH",
    path: "/conversion-goals/:id",
    requires: { scope: "links:update", role: "manager" },
    body: { schema: goalChanges },
    async answer(c, { body }) {
      const updated = await updateGoal(workspaceContextOf(c), uuidOf(c), body);
      return updated.ok ? c.json(wireGoal(updated.value, originOf(c))) : refuse(c, updated.error);
    },
  }),
  rotateGoalSecret: operation({
    method: "POST",
    path: "/conversion-goals/:id/rotate-secret",
    requires: { scope: "links:update", role: "manager" },
    async answer(c) {
      const rotated = await rotateGoalSecret(workspaceContextOf(c), uuidOf(c));
      return rotated.ok ? c.json(wireGoal(rotated.value, originOf(c))) : refuse(c, rotated.error);
    },
  }),
  deleteGoal: operation({
    method: "DELETE",
    path: "/conversion-goals/:id",
    requires: { scope: "links:update", role: "manager" },
    async answer(c) {
      const id = uuidOf(c);
      const deleted = await deleteGoal(workspaceContextOf(c), id);
      return deleted.ok ? c.json({ success: true, id }) : refuse(c, deleted.error);
    },
  }),
};

function storeOf(c: NativeContext) {
  return goalStore(workspaceContextOf(c));
}

function originOf(c: NativeContext): string {
  return configOf(c.env).publicUrl.origin;
}
