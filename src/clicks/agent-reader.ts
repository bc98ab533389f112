/** The functions that read clicks for reports, packaged for the redirect to read visitors with. */

import type { LedgerClick } from "../ledger/contract.ts";
import { classify } from "./classify.ts";
import type { Click } from "./click.ts";
import { agentOf, type Agent } from "./user-agent.ts";

/** Reads visitors as the click consumer does, so that rules and reports agree. */
export interface AgentReader {
  agentOf(visitor: Pick<Click, "userAgent" | "hints">): Agent;
  classify(visitor: Pick<Click, "userAgent" | "kind">): LedgerClick["class"];
}

export const agentReader: AgentReader = {
  agentOf: ({ userAgent, hints }) => agentOf(userAgent, hints),
  classify: ({ kind, userAgent }) => classify(kind, userAgent),
};
