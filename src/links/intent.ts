/** Parses the intent URLs of Android, as strictly as Android reads them leniently. */

export interface Intent {
  /** The address that the app is opened with; null if there is none. */
  readonly target: string | null;
  /** The page that the browser opens if the app is missing. */
  readonly fallback: string;
}

const START = "#Intent;";
const FALLBACK = "browser_fallback_url";
/** `SEL` (a second intent inside) and `component` (an activity that was not meant for browsers) are missing on purpose. */
const KEYS: ReadonlySet<string> = new Set([
  "action",
  "category",
  "identifier",
  "launchFlags",
  "package",
  "scheme",
  "sourceBounds",
  "type",
]);
const EXTRA = /^([SBbcdfils])\.(.+)$/s;
const SCHEME = /^[a-z][a-z0-9+.-]*$/i;

/**
 * Parses a normalised URL with the scheme `intent`. Returns null if Android could read it in another
 * way: unknown or repeated keys, an older form, no fallback or several.
 */
export function parseIntent(href: string): Intent | null {
  const start = href.indexOf("#");
  const fragment = href.slice(start);
  // Android reads from the last number sign on, URLs from the first.
  if (start < 0 || !fragment.startsWith(START) || href.lastIndexOf("#") !== start) return null;
  const parts = /^(.*);end;?$/s.exec(fragment.slice(START.length - 1))?.[1];
  const values = parts === undefined ? null : valuesOf(parts);
  const fallback = values?.get(`S.${FALLBACK}`);
  if (values === null || fallback === undefined) return null;
  const data = href.slice("intent:".length, start);
  const scheme = values.get("scheme");
  if (scheme === undefined) {
    return { target: data === "" || data.startsWith("//") ? null : data, fallback };
  }
  return SCHEME.test(scheme) ? { target: `${scheme}:${data}`, fallback } : null;
}

/** Reads `;key=value;key=value`, in which both may be percent-encoded. */
function valuesOf(parts: string): ReadonlyMap<string, string> | null {
  const values = new Map<string, string>();
  for (const part of parts.split(";").slice(1)) {
    const [key, value] = part.split(/=(.*)/s, 2).map(decoded);
    if (typeof key !== "string" || typeof value !== "string") return null;
    const [, type, name] = EXTRA.exec(key) ?? [];
    const isKnown = KEYS.has(key) || (name !== undefined && (name !== FALLBACK || type === "S"));
    const isRepeated = values.has(key) && key !== "category";
    if (!isKnown || isRepeated) return null;
    values.set(key, value);
  }
  return values;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // malformed percent-encoding
  }
}
