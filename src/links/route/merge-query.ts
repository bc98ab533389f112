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

/** A query parameter as it is written, and its name as the destination's server reads it. */
export interface Parameter {
  readonly name: string;
  readonly text: string;
}

/** Form-encodes parameters of our own. */
export function toParameters(pairs: Iterable<readonly [string, string]>): Parameter[] {
  return Array.from(pairs, ([name, value]) => ({
    name: name.toWellFormed(),
    text: new URLSearchParams([[name, value]]).toString(),
  }));
}

/**
 * Adds parameters of our own, or none of them if the result would be longer than
 * `LOCATION_LENGTH_MAX`.
 */
export function withParameters(destination: string, parameters: readonly Parameter[]): string {
  const merged = merge(destination, parameters);
  return merged.length > LOCATION_LENGTH_MAX ? destination : merged;
}

/**
 * Adds the parameters of a visitor's query (`?…` or empty) as they were sent, except those that
 * are written `except`.
 *
 * Adds none of them if there are more than `VISITOR_PARAMETERS_MAX`, or if the result would be
 * longer than `LOCATION_LENGTH_MAX`.
 */
export function withVisitorQuery(destination: string, query: string, except: string): string {
  if (query.length > LOCATION_LENGTH_MAX) return destination;
  const sent = query.slice(1).split("&", VISITOR_PARAMETERS_MAX + 1);
  if (sent.length > VISITOR_PARAMETERS_MAX) return destination;
  const parameters: Parameter[] = [];
  for (const text of sent) {
    if (text !== "" && text !== except) parameters.push({ name: nameOf(text), text });
  }
  return withParameters(destination, parameters);
}

/** Adds parameters, however long the result. */
export function merge(destination: string, parameters: readonly Parameter[]): string {
  if (parameters.length === 0 || !/^https?:/.test(destination)) return destination;
  const end = destination.search(/#|$/);
  const address = destination.slice(0, end);
  const query = address.indexOf("?");
  const own = query < 0 ? NONE : ownNames(address.slice(query + 1));
  const added: string[] = [];
  for (const { name, text } of parameters) if (!own.has(name)) added.push(text);
  if (added.length === 0) return destination;
  const separator = query < 0 ? "?" : query === end - 1 || address.endsWith("&") ? "" : "&";
  return address + separator + added.join("&") + destination.slice(end);
}

const NONE: ReadonlySet<string> = new Set();

/** The names of the last destinations with a query: a hot link's are read once. */
const known = new Map<string, ReadonlySet<string>>();
const KNOWN_MAX = 16;

function ownNames(query: string): ReadonlySet<string> {
  const before = known.get(query);
  if (before !== undefined) return before;
  const names = namesOf(query);
  for (const oldest of known.keys()) {
    if (known.size < KNOWN_MAX) break;
    known.delete(oldest);
  }
  known.set(query, names);
  return names;
}

function namesOf(query: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const parameter of query.split("&")) if (parameter !== "") names.add(nameOf(parameter));
  return names;
}

/**
 * Reads a parameter's name as the destination's server will. A destination and a visitor may have
 * hundreds, and `URLSearchParams` takes a microsecond for each, so it reads only malformed ones.
 */
function nameOf(parameter: string): string {
  const end = parameter.indexOf("=");
  const name = end < 0 ? parameter : parameter.slice(0, end);
  const spaced = name.includes("+") ? name.replaceAll("+", " ") : name;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    // `URLSearchParams` would drop a leading question mark, which here belongs to the name.
    return new URLSearchParams(`&${name}=`).keys().next().value ?? "";
  }
}
