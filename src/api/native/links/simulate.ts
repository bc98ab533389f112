/** Simulates a link: the destination for a given visitor, and the reason. */

import {
  simulate as simulateLink,
  type SimulatedDecision,
  type SimulatedRefusal,
  type Simulation,
} from "../../../links/simulate.ts";
import { GONE, NOT_FOR_PROGRAMS, NOT_FOUND } from "../../../redirect/pages/notices.ts";
import { nowOf } from "../../shared/dialect.ts";
import { linkStoreOf } from "../../shared/link-request.ts";
import type { AnswerOf } from "../../shared/reference.ts";
import { refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import type { simulation } from "./answers.ts";
import { linkRefOf } from "./request.ts";
import { simulatedVisitor, toVisitor } from "./simulate-contract.ts";

export const simulationOperations = {
  simulateLink: operation({
    method: "POST",
    path: "/links/:id/simulate",
    requires: { scope: "links:read" },
    body: { schema: simulatedVisitor },
    async answer(c, { body }) {
      const found = await linkStoreOf(c).find(linkRefOf(c));
      if (!found.ok) return refuse(c, found.error);
      const visitor = toVisitor(body, nowOf(c));
      return c.json(wireSimulation(await simulateLink(c.env, found.value, visitor)));
    },
  }),
};

export function wireSimulation({ decision, ...why }: Simulation): AnswerOf<typeof simulation> {
  return { ...wireDecision(decision), ...why };
}

/** Converts a decision; `status` is the one that the visitor's browser would receive. */
function wireDecision(
  decision: SimulatedDecision,
): Pick<AnswerOf<typeof simulation>, "outcome" | "destination" | "status" | "reason"> {
  switch (decision.kind) {
    case "redirect": {
      const { destination, status } = decision;
      return { outcome: "redirect", destination, status, reason: null };
    }
    case "fallback": {
      const { destination, reason } = decision;
      return { outcome: "fallback", destination, status: 302, reason };
    }
    case "card":
      return { outcome: "card", destination: decision.destination, status: 200, reason: null };
    case "refuse": {
      const { reason } = decision;
      return { outcome: "refuse", destination: null, status: statusOf(reason), reason };
    }
  }
}

function statusOf(reason: SimulatedRefusal): number {
  switch (reason) {
    case "not_found":
    case "not_started":
      return NOT_FOUND.status;
    case "not_for_programs":
      return NOT_FOR_PROGRAMS.status;
    case "archived":
    case "inactive":
    case "suspended":
    case "ended":
    case "limit_reached":
      return GONE.status;
  }
}
