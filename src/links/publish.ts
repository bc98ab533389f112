import type { LinkAddress } from "./address.ts";

/**
 * Makes KV agree with D1 for one address.
 *
 * The only place that writes route records.
 */
export async function publish(_env: Cloudflare.Env, _address: LinkAddress): Promise<void> {}

/** Tells the redirect that links at these addresses changed; returns at once, the work runs under `waitUntil`. */
export function announceChange(
  env: Cloudflare.Env,
  ctx: Pick<ExecutionContext, "waitUntil">,
  addresses: readonly LinkAddress[],
): void {
  for (const address of addresses) ctx.waitUntil(publish(env, address));
}
