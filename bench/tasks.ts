/** What a bench asks of the Worker that runs it, and what it is told. */

import type { Operations } from "./operations.ts";

export interface RedirectPlan {
  /** A Ledger that no other plan uses. */
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
  readonly workspace: number;
  readonly links: number;
  /** All clicks that the Ledger is going to have, spread evenly over so many days until today. */
  readonly clicks: number;
  readonly days: number;
  /** The part of them that is made now. */
  readonly from: number;
  readonly to: number;
}

export const REPORTS = [
  "link, 30 days",
  "link, 365 days",
  "workspace, 30 days",
  "workspace, 365 days",
  "workspace, 3,660 days",
  "rules of a link, 30 days",
  "variants of a link, 30 days",
  "totals and leaders",
  "totals of 1,000 links",
  "last clicks of a link",
  "a page of the click log",
  "nothing (one call)",
] as const;

export type ReportName = (typeof REPORTS)[number];

export interface ReportPlan {
  readonly workspace: number;
  readonly report: ReportName;
  readonly times: number;
}

export interface ReportCost {
  readonly bytes: number;
  readonly rowsRead: number;
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
