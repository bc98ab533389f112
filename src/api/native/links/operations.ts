/** PrunePath's link routes, and Signpost's additions. */

import { freeSuggestions } from "../../../codes/suggestions.ts";
import { configOf } from "../../../config.ts";
import type { Alongside } from "../../../db/batch.ts";
import { databaseOf } from "../../../db/database.ts";
import { links as linkTable } from "../../../db/schema/index.ts";
import { NO_CLICKS } from "../../../links/activity.ts";
import { checkCode } from "../../../links/check-code.ts";
import { createLink, type LinkInput } from "../../../links/create-link.ts";
import { deleteLink } from "../../../links/delete-link.ts";
import { createUnlessExists, type EnsuredLink, upsertLink } from "../../../links/ensure-link.ts";
import type { Link } from "../../../links/link.ts";
import { resetCounts } from "../../../links/reset-counts.ts";
import { DEFAULT_DOMAIN } from "../../../links/route/address.ts";
import { updateLink } from "../../../links/update-link.ts";
import { err, ok, type Result } from "../../../platform/result.ts";
import { announceLiveBy } from "../../shared/dialect.ts";
import { runOnce } from "../../shared/idempotency.ts";
import { etagOf, hasVersion, versionsOf } from "../../shared/if-match.ts";
import { linkStoreOf } from "../../shared/link-request.ts";
import { onceRequestOf } from "../../shared/once-request.ts";
import { withoutShown } from "../../shared/without-shown.ts";
import type { NativeContext } from "../environment.ts";
import { type NativeRefusal, refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import { wantsText } from "../request.ts";
import {
  createdLink,
  createdLinkForm,
  linkChanges,
  linkQuery,
  lookUpQuery,
  type NewLink,
  newLink,
} from "./contract.ts";
import { answerList } from "./list.ts";
import {
  answerLink,
  answerNewLink,
  routingSurroundingsOf,
  linkContextOf,
  linkRefOf,
} from "./request.ts";
import { readRouting } from "./routing.ts";
import { toChanges, toDomain, toInput, toKey, wireLink } from "./translate.ts";

/** Fits 100 rules, and a logo as a data URL. */
const BODY_BYTES_MAX = 512 * 1024;

export const linkOperations = {
  listLinks: operation({
    method: "GET",
    path: "/links",
    requires: { scope: "links:read" },
    query: linkQuery,
    answer: async (c, { query }) => answerList(c, query),
  }),
  createLink: operation({
    method: "POST",
    path: "/links",
    requires: { scope: "links:create" },
    body: { schema: createdLink, form: createdLinkForm, limitBytes: BODY_BYTES_MAX },
    async answer(c, { body }) {
      const context = linkContextOf(c);
      const isReturned = body.ifExists === "return";
      // What exists is shown, and a token that may only create links reads none.
      if (isReturned && !context.access.scopes.has("links:read")) {
        return refuse(c, { reason: "scope_missing", scopes: ["links:read"] });
      }
      return answerEnsured(c, "POST /api/links", body, async (alongside) => {
        // Fetches a logo, and so only once per key.
        const routing = await readRouting(body, routingSurroundingsOf(c, null));
        if (!routing.ok) return routing;
        const input = toInput(body, routing.value, configOf(c.env));
        if (isReturned) return createUnlessExists(context, input, alongside);
        const created = await createLink(context, input, alongside);
        return created.ok ? ok({ link: created.value, isNew: true }) : created;
      });
    },
  }),
  upsertLink: operation({
    method: "PUT",
    path: "/links/upsert",
    requires: { scope: "links:update" },
    body: { schema: newLink, limitBytes: BODY_BYTES_MAX },
    async answer(c, { body }) {
      const context = linkContextOf(c);
      const config = configOf(c.env);
      const { externalId, destinationUrl } = body;
      const domain = toDomain(body.domain, config);
      const wanted = { externalId, destinationUrl, domain, code: body.shortCode ?? undefined };
      const upsert = {
        async changes({ qrSettings }: Link) {
          const routing = await readRouting(body, routingSurroundingsOf(c, qrSettings));
          if (!routing.ok) return routing;
          return ok(toChanges({ ...body, shortCode: wanted.code }, routing.value, config));
        },
        async input(): Promise<Result<LinkInput, NativeRefusal>> {
          if (!context.access.scopes.has("links:create")) {
            return err({ reason: "scope_missing", scopes: ["links:create"] });
          }
          const routing = await readRouting(body, routingSurroundingsOf(c, null));
          return routing.ok ? ok(toInput(body, routing.value, config)) : routing;
        },
      };
      return answerEnsured(c, "PUT /api/links/upsert", body, async (alongside) =>
        upsertLink<NativeRefusal>(context, wanted, upsert, alongside),
      );
    },
  }),
  checkCode: operation({
    method: "GET",
    path: "/links/check/:shortCode",
    requires: { scope: "links:read" },
    async answer(c) {
      const db = databaseOf(c.env.DB);
      const checked = await checkCode(db, linkContextOf(c), c.req.param("shortCode"));
      if (!checked.ok) return refuse(c, checked.error);
      const state = checked.value;
      if (state.kind === "free") return c.json({ available: true, suggestions: [] });
      const { kind, suggestions } = state;
      return c.json(
        kind === "taken"
          ? { available: false, suggestions }
          : { available: false, suggestions, reason: kind },
      );
    },
  }),
  getLink: operation({
    method: "GET",
    path: "/links/:id",
    requires: { scope: "links:read" },
    async answer(c) {
      const found = await linkStoreOf(c).find(linkRefOf(c));
      return found.ok ? answerUnlessKnown(c, found.value) : refuse(c, found.error);
    },
  }),
  lookUpLink: operation({
    method: "GET",
    path: "/links/lookup",
    requires: { scope: "links:read" },
    query: lookUpQuery,
    async answer(c, { query }) {
      const key = toKey(query, configOf(c.env));
      if (key === null) return refuse(c, { reason: "link_not_found" });
      const found = await linkStoreOf(c).findBy(key);
      return found.ok ? answerUnlessKnown(c, found.value) : refuse(c, found.error);
    },
  }),
  updateLink: operation({
    method: "PATCH",
    path: "/links/:id",
    requires: { scope: "links:update" },
    body: {
      schema: linkChanges,
      limitBytes: BODY_BYTES_MAX,
      async prepare(c, body) {
        const found = await linkStoreOf(c).find(linkRefOf(c));
        return found.ok
          ? withoutShown(body, wireLink(found.value, NO_CLICKS, configOf(c.env)))
          : body;
      },
    },
    async answer(c, { body }) {
      const ref = linkRefOf(c);
      // Absent QR settings keep the link's, so the link is read first only if the body has some.
      const before = body.qrSettings === undefined ? null : await linkStoreOf(c).find(ref);
      const routing = await readRouting(
        body,
        routingSurroundingsOf(c, before?.ok === true ? before.value.qrSettings : null),
      );
      if (!routing.ok) return refuse(c, routing.error);
      const changes = toChanges(body, routing.value, configOf(c.env));
      const expectedVersions = versionsOf(c.req.header("If-Match"));
      const updated = await updateLink(linkContextOf(c), ref, changes, { expectedVersions });
      if (!updated.ok) return refuse(c, await withSuggestions(c, updated.error, changes.domain));
      announceLiveBy(c);
      return answerLink(c, updated.value);
    },
  }),
  deleteLink: operation({
    method: "DELETE",
    path: "/links/:id",
    requires: { scope: "links:delete" },
    async answer(c) {
      const expected = versionsOf(c.req.header("If-Match"));
      const deleted = await deleteLink(linkContextOf(c), linkRefOf(c), expected);
      if (!deleted.ok) return refuse(c, deleted.error);
      announceLiveBy(c);
      return c.json({ success: true, id: deleted.value.uuid });
    },
  }),
  resetLinkCounts: operation({
    method: "POST",
    path: "/links/:id/reset-counts",
    requires: { scope: "links:delete" },
    async answer(c) {
      const reset = await resetCounts(linkContextOf(c), linkRefOf(c));
      return reset.ok ? c.json({ success: true, id: reset.value.uuid }) : refuse(c, reset.error);
    },
  }),
};

/** Makes or finds a link, once for each `Idempotency-Key`, and answers with it: 201 if it is new. */
async function answerEnsured(
  c: NativeContext,
  name: string,
  body: NewLink,
  change: (alongside: Alongside) => Promise<Result<EnsuredLink, NativeRefusal>>,
): Promise<Response> {
  const config = configOf(c.env);
  const request = { ...onceRequestOf(c, name), db: databaseOf(c.env.DB), body };
  const ensured = await runOnce<EnsuredLink, NativeRefusal>(request, {
    table: linkTable,
    change,
    async rebuild([made = 0, found = 0]) {
      const [link] = await linkStoreOf(c).findByIds([made === 0 ? found : made]);
      return link === undefined ? null : { link, isNew: made !== 0 };
    },
  });
  if (!ensured.ok) {
    return refuse(c, await withSuggestions(c, ensured.error, toDomain(body.domain, config)));
  }
  const { replayed } = ensured.value;
  const { link, isNew } = ensured.value.value;
  announceLiveBy(c);
  if (replayed) c.header("Idempotent-Replayed", "true");
  c.header("Location", `/api/links/${link.uuid}`);
  if (wantsText(c)) {
    return c.text(wireLink(link, NO_CLICKS, config).shortUrl, isNew ? 201 : 200);
  }
  return isNew ? answerNewLink(c, link, { replayed }) : answerLink(c, link);
}

/** Answers with a link, or that the client has this version of it. */
async function answerUnlessKnown(c: NativeContext, link: Link): Promise<Response> {
  if (!hasVersion(c.req.header("If-None-Match"), link.version)) return answerLink(c, link);
  c.header("ETag", etagOf(link.version));
  return c.body(null, 304);
}

/** Adds free codes to the refusal of a code that is taken. */
async function withSuggestions<E extends NativeRefusal>(
  c: NativeContext,
  refusal: E,
  domain = DEFAULT_DOMAIN,
) {
  if (refusal.reason !== "code_taken") return refusal;
  const { access, nowMs } = linkContextOf(c);
  const suggestions = await freeSuggestions(databaseOf(c.env.DB), {
    domain,
    code: refusal.code,
    workspaceId: access.workspace.id,
    userId: access.userId,
    nowMs,
  });
  return { ...refusal, suggestions };
}
