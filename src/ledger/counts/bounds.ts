/** Limits the strings of a click, since visitors control some of them. */

import type { LedgerClick } from "../contract.ts";

/** Stands for values past a limit, and for referrers that are not host names. */
export const OTHER = "(other)";

const LENGTH_MAX = 100;
const COUNTRY = /^[A-Z0-9]{2}$/;
const LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
const HOST = new RegExp(`^(?:${LABEL}\\.)*${LABEL}$`);
const ADDRESS = /^\[[0-9a-f:.]{2,45}\]$/;

/**
 * Truncates the strings of a click to 100 characters.
 *
 * Every field is named, so that a new field does not compile before its limit is decided. A
 * referrer that is not a host name becomes `(other)` and not null: the visit was not a direct one.
 */
export function boundClick(click: LedgerClick): LedgerClick {
  const { country, city, rule, variant } = click;
  return {
    linkId: click.linkId,
    atMs: click.atMs,
    class: click.class,
    country: country !== null && COUNTRY.test(country) ? country : null,
    city: city === null || city === "" ? null : clip(city),
    device: click.device,
    browser: clip(click.browser),
    os: clip(click.os),
    referrer: boundReferrer(click.referrer),
    rule: rule === null ? null : clip(rule),
    variant: variant === null ? null : clip(variant),
    scan: click.scan,
    addressHash: click.addressHash,
    agentHash: click.agentHash,
    token: click.token,
  };
}

function boundReferrer(referrer: string | null): string | null {
  if (referrer === null || referrer === "") return null;
  if (referrer.length > LENGTH_MAX) return OTHER;
  return isHostName(referrer) || ADDRESS.test(referrer) ? referrer : OTHER;
}

export function isHostName(text: string): boolean {
  return HOST.test(text);
}

/** Truncates between characters, never inside a surrogate pair. */
function clip(value: string): string {
  if (value.length <= LENGTH_MAX) return value;
  return value.slice(0, LENGTH_MAX).replace(/[\uD800-\uDBFF]$/, "");
}
