/**
 * Adds query parameters to destinations.
 *
 * Only web addresses get any: a parameter would change the meaning of `mailto:` or of an app's
 * address. The destination's own query stays unchanged byte for byte, since signed addresses depend
 * on it, and takes precedence over what is added. The cost is linear in the length of the input.
 */

/** The longest `Location` that is sent: servers and proxies refuse longer header lines. */
export const LOCATION_LENGTH_MAX = 8_192;
export const VISITOR_PARAMETERS_MAX = 100;

/** Adds parameters of our own, form-encoded. */
export function withParameters(
  destination: string,
  parameters: Iterable<readonly [string, string]>,
): string {
  const added = Array.from(parameters, (pair) => new URLSearchParams([[...pair]]).toString());
  return added.length === 0 ? destination : append(destination, added);
}

/**
 * Adds the parameters of a visitor's query (`?…` or empty) as they were sent, except those named
 * `except`.
 *
 * Adds none of them if there are more than `VISITOR_PARAMETERS_MAX`, or if the result would be
 * longer than `LOCATION_LENGTH_MAX`.
 */
export function withVisitorQuery(destination: string, query: string, except: string): string {
  if (query.length > LOCATION_LENGTH_MAX) return destination;
  const sent = query.slice(1).split("&", VISITOR_PARAMETERS_MAX + 1);
  if (sent.length > VISITOR_PARAMETERS_MAX) return destination;
  const kept = sent.filter((parameter) => namesOf(parameter)[0] !== except && parameter !== "");
  const merged = kept.length === 0 ? destination : append(destination, kept);
  return merged.length > LOCATION_LENGTH_MAX ? destination : merged;
}

function append(destination: string, parameters: readonly string[]): string {
  if (!/^https?:/.test(destination)) return destination;
  const end = destination.search(/#|$/);
  const address = destination.slice(0, end);
  const query = address.indexOf("?");
  const own = new Set(query < 0 ? [] : namesOf(address.slice(query + 1)));
  const added = parameters.filter((parameter) => !own.has(namesOf(parameter)[0] ?? ""));
  if (added.length === 0) return destination;
  const separator = query < 0 ? "?" : query === end - 1 || address.endsWith("&") ? "" : "&";
  return address + separator + added.join("&") + destination.slice(end);
}

/** Parses parameter names as the destination's server will. */
function namesOf(query: string): string[] {
  // `URLSearchParams` would drop a leading question mark, which here belongs to the query itself.
  return [...new URLSearchParams(`&${query}`).keys()];
}
