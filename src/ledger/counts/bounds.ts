/** What of a click's texts may enter the Ledger: visitors choose some of them, so all are bounded. */

import type { LedgerClick } from "../contract.ts";

/** Stands for values that are past a bound, and for referrers that are no host names. */
export const OTHER = "(other)";

const LENGTH_MAX = 100;
const COUNTRY = /^[A-Z0-9]{2}$/;
const LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
const HOST = new RegExp(`^(?:${LABEL}\\.)*${LABEL}$`);
const ADDRESS = /^\[[0-9a-f:.]{2,45}\]$/;

/**
 * Cuts a click's texts to 100 characters.
 *
 * A referrer that is no host name becomes `(other)` and not null: the visit was not a direct one.
 */
export function boundClick(click: LedgerClick): LedgerClick {
  const country = click.country !== null && COUNTRY.test(click.country) ? click.country : null;
  return {
    ...click,
    country,
    city: click.city === null || click.city === "" ? null : clip(click.city),
    browser: clip(click.browser),
    os: clip(click.os),
    referrer: boundReferrer(click.referrer),
    rule: click.rule === null ? null : clip(click.rule),
    variant: click.variant === null ? null : clip(click.variant),
  };
}

function boundReferrer(referrer: string | null): string | null {
  if (referrer === null || referrer === "") return null;
  if (referrer.length > LENGTH_MAX) return OTHER;
  return HOST.test(referrer) || ADDRESS.test(referrer) ? referrer : OTHER;
}

/** Cuts between characters, never inside of one. */
function clip(value: string): string {
  if (value.length <= LENGTH_MAX) return value;
  return value.slice(0, LENGTH_MAX).replace(/[\uD800-\uDBFF]$/, "");
}
