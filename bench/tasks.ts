/** What a bench asks of the Worker that runs it, and what it is told. */

import { ledgerIdOf, type LedgerId } from "../src/ledger/ledger-id.ts";
import type { Operations } from "./operations.ts";

/**
 * Names the Ledger of a workspace that no API has made. As long as any: messages carry it with each
 * click.
 */
export function ledgerOf(workspace: number): LedgerId {
  const uuid = `00000000-0000-4000-8000-${String(workspace).padStart(12, "0")}`;
  return ledgerIdOf({ uuid, jurisdiction: null });
}

export interface RedirectPlan {
  /** One that no other plan uses; its Ledger is `ledgerOf` it. */
  readonly workspace: number;
  readonly links: number;
  readonly clicks: number;
  /** Arrivals in one isolate: what decides how many clicks a message carries. */
  readonly clicksPerSecond: number;
  /** Messages that the consumer gets at a time. */
  readonly mergedMessages: number;
}

export interface RowUsage {
  readonly rowsRead: number;
  readonly rowsWritten: number;
}

export interface NewDayCost {
  readonly links: number;
  readonly sameDay: Operations;
  readonly nextDay: Operations;
}

export interface LedgerUsage extends RowUsage {
  readonly bytes: number;
}

export interface FillPlan {
  readonly ledger: LedgerId;
  /** What makes the clicks of two plans differ. */
  readonly seed: number;
  /** Links are numbered from here, the most visited one first. */
  readonly firstLinkId: number;
  readonly links: number;
  /** What clicks on the second link name as their rule, and on the third as their variant. */
  readonly rules: readonly string[];
  readonly variants: readonly string[];
  /** All clicks that the Ledger is going to have, spread evenly over so many days until today. */
  readonly clicks: number;
  readonly days: number;
  /** The part of them that is made now. */
  readonly from: number;
  readonly to: number;
}

/** What the API does not show of a workspace: the numbers that its Ledger knows its links by. */
export interface WorkspaceNumbers {
  /** In the order in which they were made. */
  readonly links: readonly { readonly id: number; readonly uuid: string }[];
}

/** Asked of the Ledger itself, beside what routes ask of it. */
export const REPORTS = [
  "link, 30 days",
  "link, 365 days",
  "workspace, 30 days",
  "workspace, 365 days",
  "rules of a link, 30 days",
  "variants of a link, 30 days",
  "a page of the click log",
  "nothing (one call)",
] as const;

export type ReportName = (typeof REPORTS)[number];

export interface ReportPlan {
  readonly ledger: LedgerId;
  readonly linkIds: { readonly hot: number; readonly ruled: number; readonly tested: number };
  readonly report: ReportName;
}

export interface ReportCost {
  readonly bytes: number;
  readonly rowsRead: number;
}

export interface ReportCallPlan {
  readonly ledger: LedgerId;
  readonly call: CallPlan;
}

/** What one call of a report's route costs where the Ledger has nothing in memory. */
export interface ReportCallCost extends ReportCost {
  readonly status: number;
  readonly d1Trips: number;
  readonly d1RowsRead: number;
}

export interface MessagePlan {
  readonly ledger: LedgerId;
  /** What makes the clicks of two plans differ. */
  readonly seed: number;
  readonly links: number;
  readonly clicks: number;
  readonly clicksAMessage: number;
  /** How many clicks the Ledger was sent before: each message counts once. */
  readonly from: number;
  /** Every click names a user agent that no other does. */
  readonly newAgents: boolean;
}

export interface ConsumePlan {
  /** Messages that the consumer gets at a time. */
  readonly mergedMessages: number;
  /** How often all messages come again; a Ledger counts them the first time only. */
  readonly times: number;
  /** Without the Ledger, one that answers at once stands in for it. */
  readonly withLedger: boolean;
}

export interface CallPlan {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface CallAnswer {
  readonly status: number;
  readonly body: string;
  readonly cookie: string | null;
  /** What it took until the answer, and until everything behind it was done. */
  readonly answered: Operations;
  readonly afterwards: Operations;
}

export interface PlainAnswer {
  readonly status: number;
  readonly bytes: number;
}
