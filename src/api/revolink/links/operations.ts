/** RevoLink's operations on single links: create, update, delete. */

import { createMiddleware } from "hono/factory";

import { configOf } from "../../../config.ts";
import { databaseOf } from "../../../db/database.ts";
import { links as linkTable } from "../../../db/schema/index.ts";
import { createLink } from "../../../links/create-link.ts";
import { deleteLink } from "../../../links/delete-link.ts";
import type { Link } from "../../../links/link.ts";
import { linkExists } from "../../../links/store.ts";
import { updateLink } from "../../../links/update-link.ts";
import { err } from "../../../platform/result.ts";
import { objectIdOf } from "../../../platform/uuid.ts";
import { announceLiveBy } from "../../shared/dialect.ts";
import { runOnce } from "../../shared/idempotency.ts";
import { linkStoreOf } from "../../shared/link-request.ts";
import { onceRequestOf } from "../../shared/once-request.ts";
import type { RevolinkContext, RevolinkEnvironment } from "../environment.ts";
import { refuse, type RevolinkRefusal } from "../errors.ts";
import { parseObjectId } from "../object-id.ts";
import { operation } from "../operation.ts";
import { completerFor } from "./complete.ts";
import { newLink, linkChanges } from "./contract.ts";
import { linkContextOf } from "./request.ts";
import { asSent, readChanges, readNewLink, wireCreated } from "./translate.ts";

/** Fits the engine's largest rules (256 kB) and a logo of 100 KB as a data URL. */
const LINK_BYTES_MAX = 512 * 1024;
const IN_BODY = { bodyBytesMax: LINK_BYTES_MAX };

/**
 * Loads the link that the fields name, so that only clients that may see it learn of an update's
 * other faults.
 */
const linkToEdit = createMiddleware<RevolinkEnvironment>(async (c, next) => {
  const objectId = parseObjectId(c.get("fields")["linkId"]);
  if (objectId === null) return refuse(c, { reason: "link_id_invalid" });
  const found = await linkStoreOf(c).find({ objectId });
  if (!found.ok) return refuse(c, await notHere(c, objectId, "edit"));
  c.set("link", found.value);
  await next();
  return undefined;
});

export const linkOperations = {
  createLink: operation({
    method: "POST",
    path: "/link/create",
    scope: "links:create",
    from: IN_BODY,
    fields: newLink,
    async answer(c, { body }) {
      const config = configOf(c.env);
      const db = databaseOf(c.env.DB);
      const store = linkStoreOf(c);
      const request = { ...onceRequestOf(c, "POST /apiv1/link/create"), db, body };
      const created = await runOnce<Link, RevolinkRefusal>(request, {
        table: linkTable,
        async change(alongside) {
          const wanted = readNewLink(body, config);
          if (!wanted.ok) return wanted;
          const complete = await completerFor(c, [wanted.value]);
          const input = await complete(wanted.value);
          if (!input.ok) return input;
          const made = await createLink(linkContextOf(c), input.value, alongside);
          return made.ok ? made : err(asSent(made.error, wanted.value));
        },
        rebuild: async (ids) => (await store.findByIds(ids))[0] ?? null,
      });
      if (!created.ok) return refuse(c, created.error);
      const { value: made, replayed } = created.value;
      if (replayed) c.header("Idempotent-Replayed", "true");
      announceLiveBy(c);
      return c.json({
        message: `Link "${made.title}" successfully created.`,
        ...wireCreated(made, config),
      });
    },
  }),
  updateLink: operation({
    method: "PUT",
    path: "/link/update",
    scope: "links:update",
    from: IN_BODY,
    before: [linkToEdit],
    fields: linkChanges,
    async answer(c, { body }) {
      const before = c.get("link");
      const wanted = readChanges(body, configOf(c.env));
      if (!wanted.ok) return refuse(c, wanted.error);
      const complete = await completerFor(c, [wanted.value]);
      const changes = await complete(wanted.value, before.qrSettings);
      if (!changes.ok) return refuse(c, changes.error);
      const updated = await updateLink(linkContextOf(c), { id: before.id }, changes.value);
      if (!updated.ok) return refuse(c, asSent(updated.error, wanted.value));
      announceLiveBy(c);
      return c.json({ message: "Link updated.", id: objectIdOf(updated.value.uuid) });
    },
  }),
  deleteLink: operation({
    method: "DELETE",
    path: "/link/delete",
    scope: "links:delete",
    from: "body_or_query",
    async answer(c) {
      const objectId = parseObjectId(c.get("fields")["linkId"]);
      if (objectId === null) return refuse(c, { reason: "link_id_invalid" });
      const deleted = await deleteLink(linkContextOf(c), { objectId });
      if (!deleted.ok) {
        const { error } = deleted;
        return refuse(
          c,
          error.reason === "link_not_found" ? await notHere(c, objectId, "delete") : error,
        );
      }
      announceLiveBy(c);
      return c.json({ message: "Link deleted." });
    },
  }),
};

/**
 * Distinguishes another workspace's link from one that does not exist, as the documented statuses
 * do.
 */
async function notHere(
  c: RevolinkContext,
  objectId: string,
  action: "edit" | "delete",
): Promise<RevolinkRefusal> {
  return (await linkExists(databaseOf(c.env.DB), objectId))
    ? { reason: "link_foreign", action }
    : { reason: "link_not_found" };
}
