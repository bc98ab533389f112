/** Tags and collections. Both are names on links, so they share their routes. */

import { Hono } from "hono";

import { databaseOf } from "../../../db/database.ts";
import { collections as collectionTable, tags as tagTable } from "../../../db/schema/index.ts";
import { type LabelKind, labelStore } from "../../../links/labels.ts";
import type { Label } from "../../../links/link.ts";
import { runOnce } from "../../shared/idempotency.ts";
import { onceRequestOf } from "../../shared/once-request.ts";
import type { NativeEnvironment, NativeContext } from "../environment.ts";
import { refuse, validate } from "../errors.ts";
import { requires } from "../guard.ts";
import { uuidOf } from "../request.ts";
import { newLabel } from "./contract.ts";
import { wireTag, wireCollection } from "./translate.ts";

interface LabelResource {
  readonly kind: LabelKind;
  readonly path: string;
  readonly wire: (label: Label) => Record<string, unknown>;
}

/**
 * Makes the routes of one kind. Members cannot rename or delete, since that affects others' links.
 */
function labelRoutes({ kind, path, wire }: LabelResource) {
  const table = kind === "tag" ? tagTable : collectionTable;
  const storeOf = (c: NativeContext) =>
    labelStore(databaseOf(c.env.DB), kind, c.get("access").workspace.id);

  return new Hono<NativeEnvironment>()
    .get("/", requires({ scope: "links:read" }), async (c) =>
      c.json((await storeOf(c).list()).map(wire)),
    )
    .post("/", requires({ scope: "links:create" }), validate.json(newLabel), async (c) => {
      const body = c.req.valid("json");
      const store = storeOf(c);
      const { plan } = c.get("access").workspace;
      const once = onceRequestOf(c, `POST ${path}`);
      const created = await runOnce(
        { ...once, db: databaseOf(c.env.DB), body },
        {
          table,
          change: (alongside) => store.create(body.name, { plan, nowMs: once.nowMs }, alongside),
          rebuild: async (ids) => (await store.findByIds(ids))[0] ?? null,
        },
      );
      if (!created.ok) return refuse(c, created.error);
      if (created.value.replayed) c.header("Idempotent-Replayed", "true");
      return c.json(wire(created.value.value), 201);
    })
    .patch(
      "/:id",
      requires({ scope: "links:update", role: "manager" }),
      validate.json(newLabel),
      async (c) => {
        const renamed = await storeOf(c).rename(uuidOf(c), c.req.valid("json").name);
        return renamed.ok ? c.json(wire(renamed.value)) : refuse(c, renamed.error);
      },
    )
    .delete("/:id", requires({ scope: "links:update", role: "manager" }), async (c) => {
      const deleted = await storeOf(c).delete(uuidOf(c));
      if (!deleted.ok) return refuse(c, deleted.error);
      return c.json({ success: true, id: deleted.value.uuid });
    });
}

export const tags = labelRoutes({ kind: "tag", path: "/api/tags", wire: wireTag });

export const collections = labelRoutes({
  kind: "collection",
  path: "/api/collections",
  wire: wireCollection,
});
