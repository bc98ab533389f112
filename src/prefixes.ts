/**
 * The paths of the default hosts that are not short links: the one list that the Worker's entry,
 * the API and the reserved words read. Imports nothing, so that it does not delay a redirect.
 */

/** The path prefixes of each dialect. The longest prefix that matches a path decides. */
export const PREFIXES = {
  native: ["/api"],
  pvtlnk: ["/api/v1"],
  conversions: ["/api/conversions/track"],
  revolink: ["/apiv1"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type DialectName = keyof typeof PREFIXES;

/** The web app's prefix. */
const APP = "/app";

/** Where the links of invitations lead; the secret follows. */
export const INVITATION_PATH = `${APP}/invitations/`;

/** The page on which the first account of an installation is made. */
export const SETUP_PATH = "/setup";

/** The reference of the APIs: its first page, and the others below it. */
export const DOCS_PATH = "/docs";

/**
 * The distinct first segments of all prefixes. Links with such short codes would be unreachable.
 */
export const FIRST_SEGMENTS: ReadonlySet<string> = new Set(
  [...Object.values(PREFIXES).flat(), APP, DOCS_PATH, SETUP_PATH].map(
    (prefix) => prefix.split("/", 2)[1] ?? "",
  ),
);

/** Matches paths that the app, the reference or a dialect serves on a default host; the rest are short codes. */
export const APP_PATH = new RegExp(
  `^/(?:$|(?:${[...FIRST_SEGMENTS].map((word) => word.replaceAll(".", "\\.")).join("|")})(?:/|$))`,
);

/** Where a default host says to whom a vulnerability is reported (RFC 9116). */
export const SECURITY_PATH = "/.well-known/security.txt";

/** Files of `public/` that a default host serves, and a custom domain does not. */
export const DEFAULT_HOST_FILES: ReadonlySet<string> = new Set([
  "/robots.txt",
  "/favicon.svg",
  "/llms.txt",
]);

const DOCUMENTS: ReadonlySet<string> = new Set(
  Object.values(PREFIXES).flatMap((prefixes) => prefixes.map((one) => `${one}/openapi.json`)),
);

/** Whether a document of an API may be at a path, which `npm run reference` built. */
export function isDocument(path: string): boolean {
  return isUnder(DOCS_PATH, path) || DOCUMENTS.has(path);
}

/** Whether a path is the prefix itself or lies below it. */
export function isUnder(prefix: string, path: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}
