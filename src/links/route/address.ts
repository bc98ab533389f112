/** Where a link is found: a domain (empty for the default hosts) and a code unique on it. */
export interface LinkAddress {
  readonly domain: string;
  readonly code: string;
}

/** The widest grammar of a code; each dialect accepts less. Also keeps KV's forbidden keys (`..`) out. */
export const CODE = /^[A-Za-z0-9_-]{1,100}$/;

/** The default hosts' domain. */
export const DEFAULT_DOMAIN = "";

/** Names a link's route record in KV and in the isolate: `<domain>/<code>`, `@` for the default hosts. */
export function routeKey({ domain, code }: LinkAddress): string {
  return `${domain === DEFAULT_DOMAIN ? "@" : domain}/${code}`;
}

/** Returns the address that people share. `origin` is where the default hosts' links are. */
export function shortUrlOf({ domain, code }: LinkAddress, origin: string): string {
  return `${domain === DEFAULT_DOMAIN ? origin : `https://${domain}`}/${code}`;
}
