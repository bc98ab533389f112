/** The postback: checks who reports, and counts a conversion. */

import { createMiddleware } from "hono/factory";
import type * as z from "zod";

import {
  type Admission,
  admitReport,
  findPostbackGoal,
  type PostbackGoal,
} from "../../../conversions/postback-goal.ts";
import { type Postback, trackConversion } from "../../../conversions/track-conversion.ts";
import type { TrackedConversion } from "../../../conversions/tracked-conversion.ts";
import { databaseOf } from "../../../db/database.ts";
import { sha256Hex } from "../../../platform/bytes.ts";
import { tolerate } from "../../../platform/log.ts";
import { USER_AGENT } from "../../../platform/safe-fetch.ts";
import { visitorOf } from "../../../redirect/visitor.ts";
import { type DialectEnvironment, nowOf } from "../../shared/dialect.ts";
import { answering, type Operations } from "../../shared/operation.ts";
import type { AnswerOf } from "../../shared/reference.ts";
import { timeInWords } from "../analytics/time-in-words.ts";
import type { conversion } from "./answers.ts";
import { postback, reportedFields } from "./contract.ts";
import { refuse, validate } from "./errors.ts";

const SECRET_HEADER = "X-Goal-Secret";
const LIMIT_SECONDS = 60; // the period of CONVERSION_LIMIT in wrangler.toml

export interface ConversionsEnvironment extends DialectEnvironment {
  Variables: DialectEnvironment["Variables"] & {
    /** The goal of the token in the path. */
    goal: PostbackGoal;
    admission: Admission;
  };
}

/**
 * Limits the rate per sender and token, by the address that Cloudflare saw and never the one in the
 * body.
 *
 * Fails open, because a lost conversion is worse than one too many.
 */
const brake = createMiddleware<ConversionsEnvironment>(async (c, next) => {
  const address = c.req.header("CF-Connecting-IP") ?? "";
  const limit = async () =>
    c.env.CONVERSION_LIMIT.limit({ key: await sha256Hex(`${c.req.param("token")}/${address}`) });
  const verdict = await tolerate("conversions.limit.failed", limit());
  if (verdict?.success === false) {
    return refuse(c, { reason: "rate_limited", retryAfterSeconds: LIMIT_SECONDS });
  }
  await next();
  return undefined;
});

/**
 * Refuses what a webhook posts: `conversion.tracked` that leads here would make the next one.
 */
const noWebhooks = createMiddleware<ConversionsEnvironment>(async (c, next) => {
  if (c.req.header("User-Agent") === USER_AGENT) {
    return refuse(c, { reason: "postback_from_webhook" });
  }
  await next();
  return undefined;
});

const goalInPath = createMiddleware<ConversionsEnvironment>(async (c, next) => {
  const goal = await findPostbackGoal(databaseOf(c.env.DB), c.req.param("token") ?? "");
  if (!goal.ok) return refuse(c, goal.error);
  const admission = await admitReport(goal.value, c.req.header(SECRET_HEADER) ?? null);
  if (!admission.ok) return refuse(c, admission.error);
  c.set("goal", goal.value);
  c.set("admission", admission.value);
  await next();
  return undefined;
});

/** Fields of the body and the query; both are optional, and so is every field. */
const report = { schema: postback, limitBytes: 16 * 1024, forms: true, optional: true } as const;
const { schema, ...reading } = report;

/** The table of the postback. */
export const conversionOperations = {
  trackConversion: {
    method: "POST",
    path: "/:token",
    requires: null,
    body: report,
    steps: [
      noWebhooks,
      brake,
      goalInPath,
      validate.json(schema, reading, async (c, body) =>
        reportedFields(body, new URL(c.req.url).searchParams),
      ),
      answering<ConversionsEnvironment, string, z.ZodUndefined, typeof postback>(
        async (c, { body }) => {
          const { value, currency, order_id: orderId = null, click_id: click = null } = body;
          const visitor = visitorIn(c.req.raw, body.ip, body.ua);
          const given = { value, currency, orderId, click, visitor };
          const tracked = await trackConversion(c.env, c.get("goal"), given, nowOf(c));
          if (!tracked.ok) return refuse(c, tracked.error);
          return c.json(wireConversion(tracked.value, c.get("admission")));
        },
      ),
    ],
  },
} satisfies Operations<ConversionsEnvironment>;

/** Converts a conversion; not every reporter may know whether its visitor has clicked. */
function wireConversion(
  { id, value, attribution }: TrackedConversion,
  { tellsVisitors }: Admission,
): AnswerOf<typeof conversion> {
  const time = attribution === null ? null : timeInWords(attribution.msToConvert);
  return {
    success: true,
    conversion_id: id,
    attributed: tellsVisitors ? attribution !== null : null,
    value,
    time_to_convert: tellsVisitors ? time : null,
  };
}

/**
 * Returns the visitor who converted: the one in the body, or else the sender of the request.
 * Visitors who asked not to be tracked are left out.
 */
function visitorIn(
  request: Request,
  ip: string | undefined,
  ua: string | undefined,
): Postback["visitor"] {
  const sender = visitorOf(request, undefined);
  if (ip === undefined && sender.optedOut) return null;
  const address = ip ?? sender.address;
  return address === null ? null : { address, userAgent: ua ?? sender.userAgent };
}
