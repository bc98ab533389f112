/**
 * Reads the client hints that Chromium browsers send with every request. They name what the user
 * agent hides (there, Brave calls itself Chrome) or freezes.
 */

/** `<brand>;<platform>;<0 or 1 for mobile>`. Any part may be empty. */
export type ClientHints = string;

const PLATFORM = /^"([A-Za-z ]{1,20})"$/;

/** Returns the hints of a request, or null if it sends none. */
export function clientHintsOf(headers: Headers): ClientHints | null {
  const brands = headers.get("Sec-CH-UA");
  // Browsers send all three or none, and every header read is a call out of V8.
  if (brands === null) return null;
  const platform = headers.get("Sec-CH-UA-Platform");
  const mobile = headers.get("Sec-CH-UA-Mobile");
  const brand = brands.includes('"Brave"') ? "Brave" : "";
  const system = PLATFORM.exec(platform ?? "")?.[1] ?? "";
  const handheld = mobile === "?1" ? "1" : mobile === "?0" ? "0" : "";
  return `${brand};${system};${handheld}`;
}
