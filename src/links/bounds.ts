/**
 * Limits what one link may cost the redirect and the database, when it is written: a link that was
 * stored under wider limits is still read and followed.
 */

import { utf8 } from "../platform/bytes.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { DESTINATION_LENGTH_MAX } from "./destination.ts";
import type { BoundExceeded, DestinationField } from "./errors.ts";
import type { Link } from "./link.ts";
import { merge, type Parameter, toParameters } from "./route/merge-query.ts";
import { routeRules } from "./rules/route-rules.ts";
import { RULES_MAX } from "./rules/rule.ts";
import { UTM_NAMES_MAX } from "./utm.ts";
import { VARIANTS_MAX } from "./variants/ab-test.ts";
import { routeVariants, type Variant } from "./variants/variant.ts";

/**
 * The longest destination with the link's UTM parameters. A click token is added to it, and must
 * not make it longer than `LOCATION_LENGTH_MAX`.
 */
export const TARGET_LENGTH_MAX = DESTINATION_LENGTH_MAX;
/** The largest route record, which an isolate parses after each miss. */
export const RECORD_BYTES_MAX = 256 * 1024;
/** The largest link in D1, with its variants and the logo of its QR code. */
export const LINK_BYTES_MAX = 300 * 1024;

/** More than the fields of a record take that are not its rules or variants. */
const RECORD_REST_BYTES = 36 * 1024;
/** More than the fields of a link take that are not measured. */
const LINK_REST_BYTES = 48 * 1024;

/** The parts of a link that decide its size. */
export type Sized = Pick<Link, "destinationUrl" | "utm" | "rules" | "qrSettings"> & {
  readonly variants: readonly Variant[];
};

/** Checks a link as it would be stored; the refusal names the field to make smaller. */
export function checkBounds(link: Sized): Result<null, BoundExceeded> {
  const exceeded = countExceeded(link) ?? locationExceeded(link) ?? sizeExceeded(link);
  return exceeded === null ? ok(null) : err(exceeded);
}

function countExceeded({ utm, rules, variants }: Sized): BoundExceeded | null {
  if (Object.keys(utm).length > UTM_NAMES_MAX) return beyond("utm", "items", UTM_NAMES_MAX);
  if (rules.length > RULES_MAX) return beyond("rules", "items", RULES_MAX);
  return variants.length > VARIANTS_MAX ? beyond("abTest.variants", "items", VARIANTS_MAX) : null;
}

function locationExceeded({ destinationUrl, utm, rules, variants }: Sized): BoundExceeded | null {
  const added = toParameters(Object.entries(utm));
  const isTooLong = (url: string) => targetOf(url, added).length > TARGET_LENGTH_MAX;
  const exceeded = (field: DestinationField) => beyond(field, "location", TARGET_LENGTH_MAX);
  if (isTooLong(destinationUrl)) return exceeded("destinationUrl");
  const rule = rules.findIndex(({ targetUrl }) => isTooLong(targetUrl));
  if (rule !== -1) return exceeded(`rules[${rule}].targetUrl`);
  const variant = variants.findIndex(({ url }) => isTooLong(url));
  return variant === -1 ? null : exceeded(`abTest.variants[${variant}].url`);
}

/** Whether the test is on changes which of the two a record holds, so both must fit. */
function sizeExceeded({ utm, rules, variants, qrSettings }: Sized): BoundExceeded | null {
  const added = toParameters(Object.entries(utm));
  const room = RECORD_BYTES_MAX - RECORD_REST_BYTES;
  const routed = routeRules(rules).map((rule) => ({ ...rule, to: merge(rule.to, added) }));
  if (jsonBytes(routed) > room) return beyond("rules", "record", RECORD_BYTES_MAX);
  const all = variants.map((variant) => ({ ...variant, active: true }));
  const tested = routeVariants(all).map((it) => ({ ...it, to: merge(it.to, added) }));
  if (jsonBytes(tested) > room) return beyond("abTest.variants", "record", RECORD_BYTES_MAX);
  const parts = [
    ["rules", jsonBytes(rules)],
    ["abTest.variants", jsonBytes(variants)],
    ["qrSettings", jsonBytes(qrSettings)],
  ] as const;
  const bytes = parts.reduce((sum, [, part]) => sum + part, jsonBytes(utm));
  if (bytes <= LINK_BYTES_MAX - LINK_REST_BYTES) return null;
  const [largest] = parts.toSorted(([, a], [, b]) => b - a);
  return beyond(largest?.[0] ?? "rules", "link", LINK_BYTES_MAX);
}

function targetOf(url: string, added: readonly Parameter[]): string {
  return merge(URL.parse(url)?.href ?? url, added);
}

function jsonBytes(value: unknown): number {
  return utf8(JSON.stringify(value)).length;
}

function beyond(
  field: BoundExceeded["field"],
  bound: BoundExceeded["bound"],
  max: number,
): BoundExceeded {
  return { reason: "bound_exceeded", field, bound, max };
}
