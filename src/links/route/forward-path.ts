/** Adds what follows the code in a short link's path to a destination. */

import { LOCATION_LENGTH_MAX } from "./merge-query.ts";

/**
 * Adds a path (without a slash at its beginning) below that of a web address, before its query, and
 * leaves every other byte of the address as it is.
 *
 * Adds nothing if the result would be longer than `LOCATION_LENGTH_MAX`.
 */
export function withVisitorPath(destination: string, path: string): string {
  if (path === "" || !/^https?:/.test(destination)) return destination;
  const end = destination.search(/[?#]|$/);
  const joint = destination[end - 1] === "/" ? "" : "/";
  const extended = destination.slice(0, end) + joint + path + destination.slice(end);
  return extended.length > LOCATION_LENGTH_MAX ? destination : extended;
}
