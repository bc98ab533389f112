/** Tags and collections. Both are names on links, so they share their operations. */

import { databaseOf } from "../../../db/database.ts";
import { collections as collectionTable, tags as tagTable } from "../../../db/schema/index.ts";
import { type LabelKind, labelStore } from "../../../links/labels.ts";
import type { Label } from "../../../links/link.ts";
import { runOnce } from "../../shared/idempotency.ts";
import { onceRequestOf } from "../../shared/once-request.ts";
import type { NativeContext } from "../environment.ts";
import { refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import { uuidOf } from "../request.ts";
import { newLabel } from "./contract.ts";
import { wireTag, wireCollection } from "./translate.ts";

interface LabelResource {
  readonly kind: LabelKind;
  readonly path: string;
  readonly wire: (label: Label) => Record<string, unknown>;
}

/** Makes the operations of one kind. Members cannot rename or delete, since others' links change. */
function operationsOf({ kind, path, wire }: LabelResource) {
  const table = kind === "tag" ? tagTable : collectionTable;
  const storeOf = (c: NativeContext) =>
    labelStore(databaseOf(c.env.DB), kind, c.get("access").workspace.id);

  return {
    list: operation({
      method: "GET",
      path,
      requires: { scope: "links:read" },
      answer: async (c) => c.json((await storeOf(c).list()).map(wire)),
    }),
    create: operation({
      method: "POST",
      path,
      requires: { scope: "links:create" },
      body: { schema: newLabel },
      async answer(c, { body }) {
        const store = storeOf(c);
        const { plan } = c.get("access").workspace;
        const once = onceRequestOf(c, `POST /api${path}`);
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
      },
    }),
    rename: operation({
      method: "PATCH",
      path: `${path}/:id`,
      requires: { scope: "links:update", role: "manager" },
      body: { schema: newLabel },
      async answer(c, { body }) {
        const renamed = await storeOf(c).rename(uuidOf(c), body.name);
        return renamed.ok ? c.json(wire(renamed.value)) : refuse(c, renamed.error);
      },
    }),
    delete: operation({
      method: "DELETE",
      path: `${path}/:id`,
      requires: { scope: "links:update", role: "manager" },
      async answer(c) {
        const deleted = await storeOf(c).delete(uuidOf(c));
        if (!deleted.ok) return refuse(c, deleted.error);
        return c.json({ success: true, id: deleted.value.uuid });
      },
    }),
  };
}

const tag = operationsOf({ kind: "tag", path: "/tags", wire: wireTag });
const collection = operationsOf({ kind: "collection", path: "/collections", wire: wireCollection });

export const labelOperations = {
  listTags: tag.list,
  createTag: tag.create,
  renameTag: tag.rename,
  deleteTag: tag.delete,
  listCollections: collection.list,
  createCollection: collection.create,
  renameCollection: collection.rename,
  deleteCollection: collection.delete,
};
