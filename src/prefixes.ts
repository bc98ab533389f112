/**
 * Which paths of the default hosts are no short links: the one list that the front door, the API and
 * the reserved words read. Imports nothing, since a redirect must not wait for it.
 */

/** The path prefixes of each dialect. The longest prefix that fits a path decides. */
export const PREFIXES = {
  native: ["/api"],
  pvtlnk: ["/api/v1"],
  conversions: ["/api/conversions"],
  revolink: ["/apiv1"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type DialectName = keyof typeof PREFIXES;

/** The web app's prefix. */
const APP = "/app";

/** The first segments of all prefixes, each once: a link with such a code could not be followed. */
export const FIRST_SEGMENTS: ReadonlySet<string> = new Set(
  [...Object.values(PREFIXES).flat(), APP].map((prefix) => prefix.split("/", 2)[1] ?? ""),
);

/** What the app and the dialects answer on a default host; every other path is a short code. */
export const APP_PATH = new RegExp(
  `^/(?:$|(?:${[...FIRST_SEGMENTS].map((word) => word.replaceAll(".", "\\.")).join("|")})(?:/|$))`,
);

/** Whether a path is the prefix itself or lies below it. */
export function isUnder(prefix: string, path: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}
