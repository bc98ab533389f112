/** PVTLNK's links. */

import { configOf } from "../../../config.ts";
import { databaseOf } from "../../../db/database.ts";
import { links as linkTable } from "../../../db/schema/index.ts";
import { ledgerFor } from "../../../ledger/stub.ts";
import { activitiesOf, activityIn } from "../../../links/activity.ts";
import { createLink } from "../../../links/create-link.ts";
import type { Link } from "../../../links/link.ts";
import { updateLink } from "../../../links/update-link.ts";
import { err } from "../../../platform/result.ts";
import { announceLiveBy } from "../../shared/dialect.ts";
import { runOnce } from "../../shared/idempotency.ts";
import { linkStoreOf } from "../../shared/link-request.ts";
import { onceRequestOf } from "../../shared/once-request.ts";
import { type PvtlnkRefusal, refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import { linkChanges, listQuery, newLink } from "./contract.ts";
import { onlyOthersThanShown, withAllFaults } from "./params.ts";
import { linkContextOf, linkInPath } from "./request.ts";
import { toChanges, toFilter, toInput, wireAnalytics, wireLink } from "./translate.ts";

export const linkOperations = {
  listLinks: operation({
    method: "GET",
    path: "/links",
    requires: { scope: "links:read" },
    query: listQuery,
    async answer(c, { query }) {
      const { page, per_page: perPage } = query;
      const found = await linkStoreOf(c).page(toFilter(query), { page, perPage });
      const { total } = found;
      const activities = await activitiesOf(
        linkContextOf(c),
        found.links.map((link) => link.id),
      );
      const config = configOf(c.env);
      return c.json({
        success: true,
        links: found.links.map((link) => wireLink(link, activityIn(activities, link), config)),
        pagination: { page, per_page: perPage, total, total_pages: Math.ceil(total / perPage) },
      });
    },
  }),
  createLink: operation({
    method: "POST",
    path: "/links",
    requires: { scope: "links:create" },
    params: { name: "link", schema: newLink },
    async answer(c, { body }) {
      const db = databaseOf(c.env.DB);
      const store = linkStoreOf(c);
      const request = { ...onceRequestOf(c, "POST /api/v1/links"), db, body };
      const created = await runOnce<Link, PvtlnkRefusal>(request, {
        table: linkTable,
        async change(alongside) {
          const made = await createLink(linkContextOf(c), toInput(body), alongside);
          return made.ok ? made : err(await withAllFaults(c, made.error));
        },
        rebuild: async (ids) => (await store.findByIds(ids))[0] ?? null,
      });
      if (!created.ok) return refuse(c, created.error);
      const { value: made, replayed } = created.value;
      announceLiveBy(c);
      if (replayed) c.header("Idempotent-Replayed", "true");
      const link = wireLink(
        made,
        activityIn(await activitiesOf(linkContextOf(c), replayed ? [made.id] : []), made),
        configOf(c.env),
      );
      return c.json({ success: true, link }, 201);
    },
  }),
  getLink: operation({
    method: "GET",
    path: "/links/:id",
    requires: { scope: "links:read" },
    before: [linkInPath("id")],
    async answer(c) {
      const link = c.get("link");
      const { scopes, workspace } = c.get("access");
      const state = await ledgerFor(c.env, workspace.ledger).linkState(link.id);
      const activity = {
        linkId: link.id,
        clicks: state.clicks,
        lastClickAtMs: state.lastClickAtMs,
      };
      return c.json({
        success: true,
        link: {
          ...wireLink(link, activity, configOf(c.env)),
          // Recent clicks are a report, and need its scope.
          ...(scopes.has("links:read:analytics") && { analytics: wireAnalytics(state) }),
        },
      });
    },
  }),
  updateLink: operation({
    method: "PATCH",
    path: "/links/:id",
    requires: { scope: "links:update" },
    params: { name: "link", schema: linkChanges },
    before: [linkInPath("id"), onlyOthersThanShown],
    async answer(c, { body }) {
      const { id } = c.get("link");
      // Read before the change: a failure afterwards would look as if the change had not been made.
      const activities = await activitiesOf(linkContextOf(c), [id]);
      const updated = await updateLink(linkContextOf(c), { id }, toChanges(body));
      if (!updated.ok) return refuse(c, await withAllFaults(c, updated.error));
      const link = updated.value;
      announceLiveBy(c);
      return c.json({
        success: true,
        link: wireLink(link, activityIn(activities, link), configOf(c.env)),
      });
    },
  }),
  archiveLink: operation({
    method: "DELETE",
    path: "/links/:id",
    requires: { scope: "links:delete" },
    before: [linkInPath("id")],
    async answer(c) {
      const { id, userId: ownerId } = c.get("link");
      const { role, userId } = c.get("access");
      if (role === "member" && ownerId !== userId) return refuse(c, { reason: "not_link_owner" });
      const archived = await updateLink(linkContextOf(c), { id }, { isArchived: true });
      if (!archived.ok) return refuse(c, archived.error);
      announceLiveBy(c);
      return c.json({ success: true, message: "Link archived successfully" });
    },
  }),
};
