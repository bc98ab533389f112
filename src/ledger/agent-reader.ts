/** Reads visitors for the redirect with the very functions that read clicks for the reports. */

import type { AgentReader } from "../redirect/facts.ts";
import { classify } from "./classify.ts";
import { agentOf } from "./user-agent.ts";

export const agentReader: AgentReader = {
  agentOf: ({ userAgent, hints }) => agentOf(userAgent, hints),
  classify: ({ kind, userAgent }) => classify(kind, userAgent),
};
