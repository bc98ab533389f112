/** Gathers the facts about a visitor on which the decision depends. */

import type { AgentReader } from "../clicks/agent-reader.ts";
import type { DecisionFacts } from "../links/route/decide.ts";
import type { RouteRecord } from "../links/route/record.ts";
import type { evaluate, needsAgent } from "../links/rules/evaluate.ts";
import { variantOfCookie } from "./variant-cookie.ts";
import type { Visitor } from "./visitor.ts";

export interface RuleEngine {
  readonly evaluate: typeof evaluate;
  readonly needsAgent: typeof needsAgent;
}

/** Loaders of what only some links need, called with the first link that does. */
export interface Readers {
  loadRuleEngine(): Promise<RuleEngine>;
  loadAgentReader(): Promise<AgentReader>;
}

/** Gathers the facts, loading only what the link's rules need. Synchronous if it has no rules. */
export function factsOf(
  headers: Headers,
  query: string,
  visitor: Visitor,
  nowMs: number,
  { rules, sticky }: RouteRecord,
  readers: Readers,
): DecisionFacts | Promise<DecisionFacts> {
  const facts = {
    nowMs,
    chooseRule: () => null,
    random01: Math.random(),
    variantCookie: sticky === true ? variantOfCookie(headers.get("Cookie")) : null,
  };
  return rules === undefined ? facts : withRules(facts, headers, query, visitor, rules, readers);
}

async function withRules(
  facts: DecisionFacts,
  headers: Headers,
  query: string,
  visitor: Visitor,
  rules: NonNullable<RouteRecord["rules"]>,
  readers: Readers,
): Promise<DecisionFacts> {
  const engine = await readers.loadRuleEngine();
  const agents = engine.needsAgent(rules) ? await readers.loadAgentReader() : null;
  const ruleFacts = {
    country: visitor.country,
    city: visitor.city,
    query,
    referer: visitor.referer,
    acceptLanguage: () => headers.get("Accept-Language"),
    userAgent: visitor.userAgent,
    nowMs: facts.nowMs,
    visitorTimezone: visitor.timezone,
    agent() {
      if (agents === null) throw new Error("No rule was expected to ask for the user agent.");
      return agents.agentOf(visitor);
    },
  };
  return { ...facts, chooseRule: (candidates) => engine.evaluate(candidates, ruleFacts) };
}
