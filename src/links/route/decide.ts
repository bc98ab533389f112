/**
 * Decides what one visitor of one link gets.
 *
 * Pure: no I/O, no clock, no randomness. The redirect and the dry run (`simulate`) both call it, so
 * their results cannot differ.
 */

import { DEFAULT_RULE, type RouteRule } from "../rules/rule.ts";
import { chooseVariant, stickyVariant } from "../variants/choose.ts";
import type { RedirectStatus, RouteRecord } from "./record.ts";

export type Refusal = "archived" | "inactive" | "suspended" | "not_started" | "ended";

export interface DecisionFacts {
  readonly nowMs: number;
  /** Returns the first rule that holds for the visitor, or null; called at most once. */
  chooseRule(rules: readonly RouteRule[]): RouteRule | null;
  /** Uniform in [0, 1). */
  readonly random01: number;
  /**
   * The value of the visitor's cookie, which names the variant of an earlier visit; null for none.
   */
  readonly variantCookie: string | null;
}

export interface RedirectDecision {
  readonly kind: "redirect";
  /** Normalised: sent in `Location` unchanged. */
  readonly destination: string;
  readonly status: RedirectStatus;
  /**
   * The public id of the rule or A/B variant that chose the destination; DEFAULT_RULE if the link
   * has rules and none matches.
   */
  readonly rule: string | null;
  readonly variant: string | null;
}

export type Decision =
  | RedirectDecision
  /** An ended link that names a fallback destination; not a click of the link. */
  | { readonly kind: "fallback"; readonly destination: string }
  | { readonly kind: "refuse"; readonly reason: Refusal };

/**
 * Refuses first (gone, not started, ended), then lets variants choose, then rules, then the link's
 * own destination.
 *
 * A click limit comes between the two; the caller checks it, since that takes I/O.
 */
export function decide(route: RouteRecord, facts: DecisionFacts): Decision {
  if (route.gone !== undefined) return { kind: "refuse", reason: route.gone };
  if (route.startsAtMs !== undefined && facts.nowMs < route.startsAtMs) {
    return { kind: "refuse", reason: "not_started" };
  }
  // A link ends at its last instant, not one millisecond later.
  if (route.endsAtMs !== undefined && facts.nowMs >= route.endsAtMs) {
    return route.expiredUrl === undefined
      ? { kind: "refuse", reason: "ended" }
      : { kind: "fallback", destination: route.expiredUrl };
  }
  return choose(route, facts);
}

/** Decides where a link leads that `decide` does not refuse. */
export function choose(route: RouteRecord, facts: DecisionFacts): RedirectDecision {
  const { destination, status = 302, variants, rules } = route;
  if (variants !== undefined) {
    const kept = route.sticky === true ? stickyVariant(variants, facts.variantCookie) : null;
    const variant = kept ?? chooseVariant(variants, facts.random01);
    const to = variant?.to ?? destination;
    return { kind: "redirect", destination: to, status, rule: null, variant: variant?.id ?? null };
  }
  if (rules === undefined) {
    return { kind: "redirect", destination, status, rule: null, variant: null };
  }
  const { id, to } = facts.chooseRule(rules) ?? { id: DEFAULT_RULE, to: destination };
  return { kind: "redirect", destination: to, status, rule: id, variant: null };
}
