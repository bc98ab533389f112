/** The conversions that a workspace has counted. Managers see and change them. */

import * as z from "zod";

import {
  deleteConversion,
  listConversions,
  type RecordedConversion,
  refundConversion,
} from "../../../conversions/recorded-conversions.ts";
import { timeText } from "../../shared/plain-values.ts";
import type { AnswerOf } from "../../shared/reference.ts";
import type { NativeContext } from "../environment.ts";
import { refuse } from "../errors.ts";
import { announceNext } from "../links/list.ts";
import { operation } from "../operation.ts";
import { workspaceContextOf } from "../request.ts";
import { isoOf } from "../wire-values.ts";
import type { conversion as conversionAnswer } from "./answers.ts";

const PAGE_MAX = 1_000;
const ID = /^[1-9]\d{0,14}$/;

const conversionQuery = z.object({
  goal: uuid("goal"),
  link: uuid("link"),
  from: time("from"),
  to: time("to"),
  cursor: z
    .string()
    .regex(ID, { error: "cursor must come from the Link header of the page before" })
    .transform(Number)
    .optional(),
  limit: z.coerce
    .number({ error: `limit must be a whole number from 1 to ${PAGE_MAX}` })
    .int({ error: `limit must be a whole number from 1 to ${PAGE_MAX}` })
    .min(1, { error: `limit must be a whole number from 1 to ${PAGE_MAX}` })
    .max(PAGE_MAX, { error: `limit must be a whole number from 1 to ${PAGE_MAX}` })
    .default(100),
});

function uuid(field: string) {
  return z
    .guid({ error: `${field} must be the id of a ${field}` })
    .toLowerCase()
    .optional();
}

function time(field: string) {
  return timeText(`${field} must be an ISO 8601 date, or date and time`).optional();
}

export const conversionOperations = {
  listConversions: operation({
    method: "GET",
    path: "/conversions",
    requires: { scope: "links:read:analytics", role: "manager" },
    query: conversionQuery,
    async answer(c, { query }) {
      const page = await listConversions(workspaceContextOf(c), {
        goal: query.goal ?? null,
        link: query.link ?? null,
        fromMs: query.from ?? 0,
        toMs: query.to ?? Number.MAX_SAFE_INTEGER,
        beforeId: query.cursor ?? null,
        max: query.limit,
      });
      if (!page.ok) return refuse(c, page.error);
      const { conversions, next } = page.value;
      if (next !== null) announceNext(c, String(next));
      return c.json(conversions.map(wireConversion));
    },
  }),
  refundConversion: operation({
    method: "POST",
    path: "/conversions/:id/refund",
    requires: { scope: "links:update", role: "manager" },
    async answer(c) {
      const refunded = await refundConversion(workspaceContextOf(c), idOf(c));
      return refunded.ok ? c.json(wireConversion(refunded.value)) : refuse(c, refunded.error);
    },
  }),
  deleteConversion: operation({
    method: "DELETE",
    path: "/conversions/:id",
    requires: { scope: "links:update", role: "manager" },
    async answer(c) {
      const id = idOf(c);
      const deleted = await deleteConversion(workspaceContextOf(c), id);
      return deleted.ok ? c.json({ success: true, id }) : refuse(c, deleted.error);
    },
  }),
};

/** Converts a conversion. */
export function wireConversion(conversion: RecordedConversion): AnswerOf<typeof conversionAnswer> {
  const { id, orderId, value, currency, goal, link, clickId, variant } = conversion;
  return {
    id,
    goal: goal === null ? null : { id: goal.uuid, name: goal.name },
    orderId,
    value,
    currency,
    linkId: link,
    clickId,
    variant,
    clickedAt: isoOf(conversion.clickedAtMs),
    convertedAt: isoOf(conversion.atMs),
    refundedAt: isoOf(conversion.refundedAtMs),
  };
}

/** Reads the id of a conversion; 0, which none has, for another text. */
function idOf(c: NativeContext): number {
  const id = c.req.param("id") ?? "";
  return ID.test(id) ? Number(id) : 0;
}
