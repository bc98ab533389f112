/** Rules and visitors with only the fields that a test is about. */

import type { Agent } from "../../../src/clicks/user-agent.ts";
import type { RuleFacts } from "../../../src/links/rules/facts.ts";
import { routeRules } from "../../../src/links/rules/route-rules.ts";
import type { RouteRule, Rule, RuleConditions } from "../../../src/links/rules/rule.ts";

/** A Wednesday, 14:30 in UTC. */
export const NOW_MS = Date.UTC(2026, 10, 18, 14, 30);

const IPHONE: Agent = { device: "mobile", os: "iOS", browser: "Safari" };

export interface VisitorParts extends Partial<Omit<RuleFacts, "agent">> {
  readonly agent?: Agent;
}

export function visitor({ agent = IPHONE, ...parts }: VisitorParts = {}): RuleFacts {
  return {
    country: "UA",
    city: "Kyiv",
    nowMs: NOW_MS,
    visitorTimezone: null,
    ...parts,
    agent: () => agent,
  };
}

export function rule(conditions: RuleConditions, id = "r"): Rule {
  return { id, name: null, targetUrl: `https://example.com/${id}`, ...conditions };
}

export function route(...conditions: readonly RuleConditions[]): RouteRule[] {
  return routeRules(conditions.map((each, index) => rule(each, `r${index}`)));
}
