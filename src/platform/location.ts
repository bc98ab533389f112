/** Where Cloudflare makes the Durable Objects of this installation. */

/** A pattern and no list, since the redirect loads it for each gate. */
const REGION = /^(?:[we]nam|sam|[we]eur|apac|oc|afr|me)$/;

/** Whether Cloudflare can place an object there. */
export function isRegion(text: string): text is DurableObjectLocationHint {
  return REGION.test(text);
}

/**
 * Returns the option that places an object near the region of LOCATION_HINT, or none if that is
 * empty or no region: Cloudflare then makes an object near its first caller.
 *
 * It matters only when an object is made: objects never move.
 */
export function placeOf({
  LOCATION_HINT: hint,
}: Pick<Cloudflare.Env, "LOCATION_HINT">): DurableObjectNamespaceGetDurableObjectOptions {
  return isRegion(hint) ? { locationHint: hint } : {};
}
