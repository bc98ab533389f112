/** Rules and visitors with only the fields that a test is about. */

import type { Agent } from "../../../src/clicks/user-agent.ts";
import type { RuleFacts } from "../../../src/links/rules/facts.ts";
import { routeRules } from "../../../src/links/rules/route-rules.ts";
import type { RouteRule, Rule, RuleConditions } from "../../../src/links/rules/rule.ts";

/** A Wednesday, 14:30 in UTC. */
export const NOW_MS = Date.UTC(2026, 10, 18, 14, 30);

const IN_INSTAGRAM =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 350.0.0.26.87 (iPhone14,5; iOS 17_6; en_US)";
const IPHONE: Agent = { device: "mobile", os: "iOS", browser: "Safari" };

export interface VisitorParts extends Partial<Omit<RuleFacts, "agent">> {
  readonly agent?: Agent;
}

export function visitor({ agent = IPHONE, ...parts }: VisitorParts = {}): RuleFacts {
  return {
    country: "UA",
    city: "Kyiv",
    query: "?utm_source=mail",
    referer: "https://news.example/story",
    acceptLanguage: () => "uk-UA,uk;q=0.9,en;q=0.8",
    userAgent: IN_INSTAGRAM,
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
