/** Where Cloudflare makes the Durable Objects of this installation. */

const REGIONS: Readonly<Record<DurableObjectLocationHint, true>> = {
  wnam: true,
  enam: true,
  sam: true,
  weur: true,
  eeur: true,
  apac: true,
  "apac-ne": true,
  "apac-se": true,
  oc: true,
  afr: true,
  me: true,
};

/** Whether Cloudflare can place an object there. */
export function isRegion(text: string): text is DurableObjectLocationHint {
  return Object.hasOwn(REGIONS, text);
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
