import { tolerate } from "../../platform/log.ts";
import type { ShellFailure } from "./failure.ts";

const WRITE_LIMIT_SECONDS = 60; // the period of WRITE_LIMIT in wrangler.toml

/**
 * Limits the rate of writes per token or session; null lets the request through.
 *
 * Fails open, because the limiter only slows clients down: no decision depends on it.
 */
export async function refuseFastWrites(
  { method }: Request,
  env: Pick<Cloudflare.Env, "WRITE_LIMIT">,
  principal: string,
): Promise<ShellFailure | null> {
  if (method === "GET" || method === "HEAD") return null;
  const limit = env.WRITE_LIMIT.limit({ key: principal });
  const verdict = await tolerate("api.write_limit.failed", limit);
  return verdict?.success === false
    ? { reason: "rate_limited", retryAfterSeconds: WRITE_LIMIT_SECONDS }
    : null;
}
