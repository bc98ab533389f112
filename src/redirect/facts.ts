/** Gathers what the decision asks about a visitor. */

import type { LedgerClick } from "../ledger/contract.ts";
import type { VisitorAgent } from "../links/rules/facts.ts";
import type { DecisionFacts } from "./decide.ts";
import { variantOfCookie } from "./variant-cookie.ts";
import type { Visitor } from "./visitor.ts";

/** Reads visitors as the clicks' consumer does, so that rules and reports agree. */
export interface AgentReader {
  agentOf(visitor: Pick<Visitor, "userAgent" | "hints">): VisitorAgent;
  classify(visitor: Pick<Visitor, "userAgent" | "kind">): LedgerClick["class"];
}

/** `agents` may be null where no rule asks for the user agent. */
export function factsOf(
  request: Request,
  visitor: Visitor,
  nowMs: number,
  agents: AgentReader | null,
): DecisionFacts {
  return {
    country: visitor.country,
    city: visitor.city,
    nowMs,
    visitorTimezone: visitor.timezone,
    agent() {
      if (agents === null) throw new Error("No rule was expected to ask for the user agent.");
      return agents.agentOf(visitor);
    },
    random01: Math.random(),
    variantCookie: variantOfCookie(request.headers.get("Cookie")),
  };
}
