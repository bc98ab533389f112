/** Changes or deletes up to 1,000 links per call, each independently of the others. */

import { configOf } from "../../../config.ts";
import {
  changeMany,
  deleteMany,
  type ManyOutcome,
  type Selection,
} from "../../../links/change-many.ts";
import { cursorText, parseCursor } from "../../../links/lists.ts";
import type { CursorInvalid } from "../../../links/lists.ts";
import { ok, type Result } from "../../../platform/result.ts";
import { parseUuid } from "../../../platform/uuid.ts";
import { announceLiveBy } from "../../shared/dialect.ts";
import type { AnswerOf } from "../../shared/reference.ts";
import type { NativeContext } from "../environment.ts";
import { refuse, wireFailure } from "../errors.ts";
import { operation } from "../operation.ts";
import type { manyOutcome } from "./answers.ts";
import { changedLinks, deletedLinks, type SelectedLinks } from "./contract.ts";
import { linkContextOf } from "./request.ts";
import { toFilter } from "./translate.ts";

export const manyLinksOperations = {
  changeLinks: operation({
    method: "PATCH",
    path: "/links/bulk",
    requires: { scope: "links:update" },
    body: { schema: changedLinks },
    async answer(c, { body: { changes, dryRun, ...selected } }) {
      const selection = toSelection(c, selected);
      if (!selection.ok) return refuse(c, selection.error);
      const { collectionId: collection, expiresAt: expiresAtMs, ...same } = changes;
      const wanted = { ...same, collection, expiresAtMs };
      const changed = await changeMany(linkContextOf(c), selection.value, wanted, { dryRun });
      return changed.ok ? answerOutcome(c, changed.value, dryRun) : refuse(c, changed.error);
    },
  }),
  deleteLinks: operation({
    method: "DELETE",
    path: "/links/bulk",
    requires: { scope: "links:delete" },
    body: { schema: deletedLinks },
    async answer(c, { body: { dryRun, ...selected } }) {
      const selection = toSelection(c, selected);
      if (!selection.ok) return refuse(c, selection.error);
      const deleted = await deleteMany(linkContextOf(c), selection.value, { dryRun });
      return answerOutcome(c, deleted, dryRun);
    },
  }),
};

function toSelection(
  c: NativeContext,
  { ids, filter = {}, cursor }: SelectedLinks,
): Result<Selection, CursorInvalid> {
  // What is no UUID names nothing, and is reported as it was sent.
  if (ids !== undefined) return ok({ uuids: ids.map((id) => parseUuid(id) ?? id) });
  const after = cursor === undefined ? ok(null) : parseCursor(cursor);
  return after.ok ? ok({ filter: toFilter(filter, configOf(c.env)), after: after.value }) : after;
}

function answerOutcome(c: NativeContext, outcome: ManyOutcome, dryRun: boolean): Response {
  const { matched, uuids, failed, next, isLiveSoon } = outcome;
  if (!dryRun && isLiveSoon) announceLiveBy(c);
  const answer: AnswerOf<typeof manyOutcome> = {
    dryRun,
    matched,
    ids: uuids,
    failed: failed.map(({ uuid, error }) => ({ id: uuid, error: wireFailure(error) })),
    next: next === null ? null : cursorText(next),
  };
  return c.json(answer);
}
