/** How long queues keep messages: the longest that the account's plan allows. */

import { ApiError } from "./client.ts";
import type { Found } from "./found.ts";

const DAY_S = 86_400;

/** Returns the longest retention of a plan; one that is not known is taken for paid. */
export function retentionOf(plan: Found["plan"]): number {
  return plan === "free" ? DAY_S : 14 * DAY_S;
}

/**
 * Sends a change with the longest retention. Few tokens may read the plan: if it is unknown and
 * Cloudflare refuses the retention of a paid one, the plan is free, and `progress` then says so.
 */
export async function withRetention<T>(
  progress: { plan: Found["plan"] },
  send: (seconds: number) => Promise<T>,
): Promise<T> {
  try {
    return await send(retentionOf(progress.plan));
  } catch (error) {
    const isRefused = error instanceof ApiError && error.status === 400;
    if (!isRefused || progress.plan !== "unknown") throw error;
    const sent = await send(retentionOf("free"));
    progress.plan = "free";
    return sent;
  }
}
