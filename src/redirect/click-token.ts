/** Marks a click for attribution: a random token in the destination's query. */

import { toParameters, withParameters } from "../links/route/merge-query.ts";
import type { RouteRecord } from "../links/route/record.ts";
import type { Visitor } from "./visitor.ts";

export interface MarkedClick {
  readonly destination: string;
  /** Null if none was added: no goal asks for one, or the visitor opted out of tracking or counting. */
  readonly token: string | null;
}

export function markClick(
  destination: string,
  { clickIdParam }: RouteRecord,
  { kind, optedOut, excluded }: Visitor,
): MarkedClick {
  if (clickIdParam === undefined || optedOut || excluded || kind !== "visit") {
    return { destination, token: null };
  }
  const token = crypto.randomUUID();
  const marked = withParameters(destination, toParameters([[clickIdParam, token]]));
  // A destination that already has the parameter keeps its own value; one that has no room for it
  // is not marked.
  return { destination: marked, token: marked === destination ? null : token };
}
