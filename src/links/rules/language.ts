/** Reads which language a visitor prefers. */

/** A language, and regions or scripts of it: `pt`, `pt-BR`, `zh-Hant-TW`. */
const TAG = /^[a-z]{2,8}(?:-[a-z0-9]{1,8}){0,3}$/;
const QUALITY = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;
/** Browsers send a handful; the header may be long, and is read on the redirect's path. */
const RANGES_MAX = 20;

/**
 * Returns the language that an Accept-Language header prefers, in lower case: the one of the highest
 * quality, and of several the first (RFC 9110, section 12.5.4). Null if it names none.
 */
export function preferredLanguage(header: string | null): string | null {
  if (header === null) return null;
  let preferred: string | null = null;
  let best = 0;
  for (const range of header.toLowerCase().split(",", RANGES_MAX)) {
    const [tag = "", ...parameters] = range.split(";").map((part) => part.trim());
    if (!TAG.test(tag)) continue;
    const stated = parameters.find((parameter) => parameter.startsWith("q="));
    const quality = stated === undefined ? 1 : Number(QUALITY.exec(stated)?.[1] ?? 0);
    if (quality <= best) continue;
    // Browsers begin with the language that they prefer, so the rest is seldom read.
    if (quality === 1) return tag;
    preferred = tag;
    best = quality;
  }
  return preferred;
}

/** Whether a text is a language tag such as `uk` or `pt-BR`, in any case. */
export function isLanguageTag(text: string): boolean {
  return TAG.test(text.toLowerCase());
}

/** Whether a wanted language, in lower case, is the visitor's or includes it. */
export function includesLanguage(wanted: string, spoken: string): boolean {
  return spoken === wanted || (spoken.startsWith(wanted) && spoken[wanted.length] === "-");
}
