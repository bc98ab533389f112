import { tolerate } from "../../platform/log.ts";
import type { ShellFailure } from "./failure.ts";

const PERIOD_SECONDS = 60; // the period of READ_LIMIT and WRITE_LIMIT in wrangler.toml

/**
 * Limits a person's reads and writes, over all of their tokens and sessions; null lets the request
 * through.
 *
 * Fails open, because the limiter only slows clients down: no decision depends on it.
 */
export async function refuseFastRequests(
  { method }: Request,
  env: Pick<Cloudflare.Env, "READ_LIMIT" | "WRITE_LIMIT">,
  userId: string,
): Promise<ShellFailure | null> {
  const isRead = method === "GET" || method === "HEAD";
  const limit = (isRead ? env.READ_LIMIT : env.WRITE_LIMIT).limit({ key: userId });
  const verdict = await tolerate("api.rate_limit.failed", limit);
  return verdict?.success === false
    ? { reason: "rate_limited", retryAfterSeconds: PERIOD_SECONDS }
    : null;
}
