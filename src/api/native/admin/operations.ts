/** The operator's routes, opened by ADMIN_TOKEN only: no account's credential reaches them. */

import { objectIdOf, parseUuid } from "../../../platform/uuid.ts";
import { listDeadLetters, replayDeadLetter } from "../../../upkeep/dead-letters.ts";
import { changePlan } from "../../../workspaces/administration.ts";
import { nowOf } from "../../shared/dialect.ts";
import { refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import { newPlan, deadLetterId, deadLetterPage } from "./contract.ts";
import { wireDeadLetter } from "./translate.ts";

export const adminOperations = {
  listDeadLetters: operation({
    method: "GET",
    path: "/admin/dead-letters",
    requires: { who: "operator" },
    query: deadLetterPage,
    async answer(c, { query }) {
      const { queue = null, cursor = null, limit } = query;
      const letters = await listDeadLetters(c.env, { queue, beforeId: cursor, limit });
      const last = letters.at(-1);
      if (last !== undefined && letters.length === limit) {
        const next = new URL(c.req.url);
        next.searchParams.set("cursor", String(last.id));
        c.header("Link", `<${next.href}>; rel="next"`);
      }
      return c.json(letters.map(wireDeadLetter));
    },
  }),
  replayDeadLetter: operation({
    method: "POST",
    path: "/admin/dead-letters/:id/replay",
    requires: { who: "operator" },
    async answer(c) {
      const id = deadLetterId.safeParse(c.req.param("id"));
      if (!id.success) return refuse(c, { reason: "dead_letter_not_found" });
      const replayed = await replayDeadLetter(c.env, id.data);
      return replayed.ok ? c.json({ id: id.data, replayed: true }) : refuse(c, replayed.error);
    },
  }),
  setPlan: operation({
    method: "PUT",
    path: "/admin/workspaces/:id/plan",
    requires: { who: "operator" },
    body: { schema: newPlan },
    async answer(c, { body }) {
      const uuid = parseUuid(c.req.param("id"));
      if (uuid === null) return refuse(c, { reason: "workspace_not_found" });
      const changed = await changePlan(c.env, uuid, body.plan, nowOf(c));
      if (!changed.ok) return refuse(c, changed.error);
      const { name, plan } = changed.value;
      return c.json({ id: uuid, objectId: objectIdOf(uuid), name, plan });
    },
  }),
};
