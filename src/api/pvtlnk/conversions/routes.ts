/**
 * PVTLNK's public postback, an app of its own: no account stands behind it, only the token of a goal.
 * A shop's server calls it, or a page of a shop from any origin.
 */

import { type Context, Hono } from "hono";

import { findPostbackGoal } from "../../../conversions/postback-goal.ts";
import { type Postback, trackConversion } from "../../../conversions/track-conversion.ts";
import { databaseOf } from "../../../db/database.ts";
import { sha256Hex } from "../../../platform/bytes.ts";
import { systemClock } from "../../../platform/clock.ts";
import { tolerate } from "../../../platform/log.ts";
import { err, ok, type Result } from "../../../platform/result.ts";
import { visitorOf } from "../../../redirect/visitor.ts";
import { readBody } from "../../shared/body.ts";
import type { ShellFailure } from "../../shared/failure.ts";
import { openShell, type ShellEnvironment } from "../../shared/shell.ts";
import { toIssue } from "../../shared/validate.ts";
import { timeInWords } from "../analytics/time-in-words.ts";
import { postback } from "./contract.ts";
import { refuseConversion as refuse } from "./errors.ts";

const BODY_BYTES_MAX = 16 * 1024;
const LIMIT_SECONDS = 60; // the period of CONVERSION_LIMIT in wrangler.toml

export const conversionsApp = new Hono<ShellEnvironment>().basePath("/api/conversions");

openShell(conversionsApp, { name: "pvtlnk", refuse, closedPaths: [] });

conversionsApp.use("*", async (c, next) => {
  await next();
  // No cookie means anything here, so an answer to one is as open as any other.
  c.header("Access-Control-Allow-Origin", "*");
});

conversionsApp.post("/track/:token", async (c) => {
  const token = c.req.param("token");
  const limited = await refuseFloods(c, token);
  if (limited !== null) return refuse(c, limited);
  const goal = await findPostbackGoal(databaseOf(c.env.DB), token);
  if (!goal.ok) return refuse(c, goal.error);
  const given = await readPostback(c.req.raw);
  if (!given.ok) return refuse(c, given.error);
  const tracked = await trackConversion(c.env, goal.value, given.value, systemClock());
  if (!tracked.ok) return refuse(c, tracked.error);
  const { id, value, attribution } = tracked.value;
  return c.json({
    success: true,
    conversion_id: id,
    attributed: attribution !== null,
    value,
    time_to_convert: attribution === null ? null : timeInWords(attribution.msToConvert),
  });
});

/**
 * Brakes one sender of one token: by the address that Cloudflare saw, never by the one in the body.
 *
 * Open when the limiter fails: a lost conversion is worse than one too many.
 */
async function refuseFloods(
  c: Context<ShellEnvironment>,
  token: string,
): Promise<ShellFailure | null> {
  const address = c.req.header("CF-Connecting-IP") ?? "";
  const limit = async () =>
    c.env.CONVERSION_LIMIT.limit({ key: await sha256Hex(`${token}/${address}`) });
  const verdict = await tolerate("conversions.limit.failed", limit());
  return verdict?.success === false
    ? { code: "rate_limited", retryAfterSeconds: LIMIT_SECONDS }
    : null;
}

/** Reads a postback; every field is optional, and so is the body. */
async function readPostback(request: Request): Promise<Result<Postback, ShellFailure>> {
  const isEmpty = request.body === null || request.headers.get("Content-Length") === "0";
  const options = { limitBytes: BODY_BYTES_MAX, forms: true };
  const body = isEmpty ? ok({ value: {} }) : await readBody(request, options);
  if (!body.ok) return body;
  const parsed = postback.safeParse(body.value.value);
  if (!parsed.success) {
    return err({ code: "validation_failed", issues: parsed.error.issues.map(toIssue) });
  }
  const { value, currency, order_id: orderId, click_id: click, ip, ua } = parsed.data;
  return ok({
    value,
    currency,
    orderId: orderId ?? null,
    click: click ?? null,
    visitor: visitorIn(request, ip, ua),
  });
}

/** Who converted: whom the body names, or else who sends the request, unless they asked not to be tracked. */
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
