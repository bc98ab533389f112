/** PVTLNK's links. */

import { Hono } from "hono";

import { configOf } from "../../../config.ts";
import { ledgerFor } from "../../../ledger/stub.ts";
import { createLink } from "../../../links/create-link.ts";
import { updateLink } from "../../../links/update-link.ts";
import { announceLiveBy } from "../../shared/dialect.ts";
import { linkStoreOf } from "../../shared/link-request.ts";
import type { PvtlnkEnvironment } from "../environment.ts";
import { refuse, validate } from "../errors.ts";
import { requires } from "../guard.ts";
import { linkChanges, listQuery, newLink } from "./contract.ts";
import { checkLink, paramsOf, refusalWithAll, withAllFaults } from "./params.ts";
import { activityIn, activityOf, linkContextOf, numberOf } from "./request.ts";
import { toChanges, toFilter, toInput, wireAnalytics, wireLink } from "./translate.ts";

export const links = new Hono<PvtlnkEnvironment>()
  .get("/", requires({ scope: "links:read" }), validate.query(listQuery), async (c) => {
    const query = c.req.valid("query");
    const { page, per_page: perPage } = query;
    const found = await linkStoreOf(c).page(toFilter(query), { page, perPage });
    const { total } = found;
    const activities = await activityOf(
      c,
      found.links.map((link) => link.id),
    );
    const config = configOf(c.env);
    return c.json({
      success: true,
      links: found.links.map((link) => wireLink(link, activityIn(activities, link), config)),
      pagination: { page, per_page: perPage, total, total_pages: Math.ceil(total / perPage) },
    });
  })
  .post("/", requires({ scope: "links:create" }), async (c) => {
    const raw = await paramsOf(c, "link");
    if (!raw.ok) return refuse(c, raw.error);
    const context = linkContextOf(c);
    const body = checkLink(newLink, raw.value, null);
    if (!body.ok) return refuse(c, await refusalWithAll(context, raw.value, null, body.error));
    const created = await createLink(context, toInput(body.value));
    if (!created.ok) return refuse(c, await withAllFaults(context, raw.value, null, created.error));
    announceLiveBy(c);
    const link = wireLink(created.value, activityIn(new Map(), created.value), configOf(c.env));
    return c.json({ success: true, link }, 201);
  })
  .get("/:id", requires({ scope: "links:read" }), async (c) => {
    const found = await linkStoreOf(c).find({ id: numberOf(c.req.param("id")) });
    if (!found.ok) return refuse(c, found.error);
    const { scopes, workspace } = c.get("access");
    const state = await ledgerFor(c.env, workspace.ledger).linkState(found.value.id);
    const activity = {
      linkId: found.value.id,
      clicks: state.clicks,
      lastClickAtMs: state.lastClickAtMs,
    };
    return c.json({
      success: true,
      link: {
        ...wireLink(found.value, activity, configOf(c.env)),
        // Who clicked is a report, and needs a report's scope.
        ...(scopes.has("links:read:analytics") && { analytics: wireAnalytics(state) }),
      },
    });
  })
  .patch("/:id", requires({ scope: "links:update" }), async (c) => {
    const raw = await paramsOf(c, "link");
    if (!raw.ok) return refuse(c, raw.error);
    const ref = { id: numberOf(c.req.param("id")) };
    const found = await linkStoreOf(c).find(ref);
    if (!found.ok) return refuse(c, found.error);
    const before = found.value;
    const context = linkContextOf(c);
    const body = checkLink(linkChanges, raw.value, before);
    if (!body.ok) return refuse(c, await refusalWithAll(context, raw.value, before, body.error));
    // Asked first: a change whose answer fails would look like one that was not made.
    const activities = await activityOf(c, [before.id]);
    const updated = await updateLink(context, ref, toChanges(body.value));
    if (!updated.ok)
      return refuse(c, await withAllFaults(context, raw.value, before, updated.error));
    const link = updated.value;
    announceLiveBy(c);
    return c.json({
      success: true,
      link: wireLink(link, activityIn(activities, link), configOf(c.env)),
    });
  })
  .delete("/:id", requires({ scope: "links:delete" }), async (c) => {
    const ref = { id: numberOf(c.req.param("id")) };
    const found = await linkStoreOf(c).find(ref);
    if (!found.ok) return refuse(c, found.error);
    const { role, userId } = c.get("access");
    if (role === "member" && found.value.userId !== userId) {
      return refuse(c, { code: "not_link_owner" });
    }
    const archived = await updateLink(linkContextOf(c), ref, { isArchived: true });
    if (!archived.ok) return refuse(c, archived.error);
    announceLiveBy(c);
    return c.json({ success: true, message: "Link archived successfully" });
  });
