/**
 * Decides what one visitor of one link gets.
 *
 * Pure: no I/O, no clock, no randomness. The redirect and the dry run (`simulate`) both call it, so
 * the two can never tell different stories.
 */

import type { RedirectStatus, RouteRecord } from "../links/route-record.ts";

export type Refusal = "archived" | "inactive" | "suspended" | "not_started" | "ended";

export type Decision =
  | {
      readonly kind: "redirect";
      readonly destination: string;
      readonly status: RedirectStatus;
      /** The public id of the rule or the A/B variant that chose the destination. */
      readonly rule: string | null;
      readonly variant: string | null;
    }
  /** An ended link that names another place to go: no click of the link. */
  | { readonly kind: "fallback"; readonly destination: string }
  | { readonly kind: "refuse"; readonly reason: Refusal };

/** Refusals in the order that design fixes: gone, not yet started, ended. */
export function decide(route: RouteRecord, nowMs: number): Decision {
  if (route.gone !== undefined) return { kind: "refuse", reason: route.gone };
  if (route.startsAtMs !== undefined && nowMs < route.startsAtMs) {
    return { kind: "refuse", reason: "not_started" };
  }
  // A link dies at its last instant, not one millisecond later.
  if (route.endsAtMs !== undefined && nowMs >= route.endsAtMs) {
    return route.expiredUrl === undefined
      ? { kind: "refuse", reason: "ended" }
      : { kind: "fallback", destination: route.expiredUrl };
  }
  return {
    kind: "redirect",
    destination: route.destination,
    status: route.status ?? 302,
    rule: null,
    variant: null,
  };
}

/** Adds the visitor's query to a destination; a parameter that the destination already has wins. */
export function withForwardedQuery(destination: string, query: URLSearchParams): string {
  if (query.size === 0) return destination;
  const url = new URL(destination);
  const own = new Set(url.searchParams.keys());
  for (const [name, value] of query) {
    if (!own.has(name)) url.searchParams.append(name, value);
  }
  return url.href;
}
