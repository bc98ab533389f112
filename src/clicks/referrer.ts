/** Reads where a visitor comes from. */

/**
 * Returns the referring host in one form: lower case, without `www.` and the root's dot. Null if
 * there is none, or if it is neither a web page nor an Android app.
 */
export function referrerHost(referer: string | null): string | null {
  if (referer === null || referer === "") return null;
  // Android apps name themselves: android-app://com.example.app/
  const url = URL.parse(referer);
  if (url === null || !/^(https?|android-app):$/.test(url.protocol)) return null;
  // The URL parser leaves the case of hosts that are not of the web: app names have capitals.
  const name = url.hostname.toLowerCase().replace(/\.$/, "");
  const host = name.replace(/^www\.(?=[^.]+\.)/, "");
  return host === "" ? null : host;
}
