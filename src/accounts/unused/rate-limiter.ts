/**
 * Replaces better-auth's rate limits (`[alias]` in wrangler.toml), which are off: `../sign-in-delays.ts`
 * and `../signup-limits.ts` count attempts.
 */

/** Called with each request to the library. */
export async function onRequestRateLimit(
  _request: Request,
  { rateLimit }: { readonly rateLimit: { readonly enabled: boolean } },
): Promise<void> {
  if (rateLimit.enabled) throw new Error("Signpost does not use better-auth's rate limits.");
}
