/**
 * The address of a link: a domain (empty for the default hosts) and a code that is unique on it.
 */
export interface LinkAddress {
  readonly domain: string;
  readonly code: string;
}

/**
 * The widest grammar of a code; each dialect accepts less. It also excludes the keys that KV
 * forbids (`..`).
 */
export const CODE = /^[A-Za-z0-9_-]{1,100}$/;

/** The default hosts' domain. */
export const DEFAULT_DOMAIN = "";

/**
 * Returns the key of a record in KV and in the isolate's cache: `<domain>/<code>`, with `@` for the
 * default hosts.
 */
export function routeKey({ domain, code }: LinkAddress): string {
  return `${domain === DEFAULT_DOMAIN ? "@" : domain}/${code}`;
}

/**
 * Returns the address of what a custom domain serves beside its links (`host-record.ts`): the empty
 * code, which no link can have.
 */
export function hostAddress(domain: string): LinkAddress {
  return { domain, code: "" };
}

/** Whether an address is that of a custom domain itself. */
export function isHostAddress({ code }: LinkAddress): boolean {
  return code === "";
}

/** Returns the short URL. `origin` serves the default hosts' links. */
export function shortUrlOf({ domain, code }: LinkAddress, origin: string): string {
  return `${domain === DEFAULT_DOMAIN ? origin : `https://${domain}`}/${code}`;
}
