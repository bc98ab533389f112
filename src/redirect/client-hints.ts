/**
 * Reads the client hints that Chromium's browsers send with every request: they name what the user
 * agent hides (Brave calls itself Chrome there) or freezes.
 */

/** `<brand>;<platform>;<0 or 1 for mobile>`, any part empty where it is not said. */
export type ClientHints = string;

const PLATFORM = /^"([A-Za-z ]{1,20})"$/;

/** Gives the hints of a request, or null when it sends none. */
export function clientHintsOf(headers: Headers): ClientHints | null {
  const brands = headers.get("Sec-CH-UA");
  // Browsers send the three together or none of them, and every header read is a call out of V8.
  if (brands === null) return null;
  const platform = headers.get("Sec-CH-UA-Platform");
  const mobile = headers.get("Sec-CH-UA-Mobile");
  const brand = brands.includes('"Brave"') ? "Brave" : "";
  const system = PLATFORM.exec(platform ?? "")?.[1] ?? "";
  const handheld = mobile === "?1" ? "1" : mobile === "?0" ? "0" : "";
  return `${brand};${system};${handheld}`;
}
