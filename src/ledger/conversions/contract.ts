/** What crosses the Ledger's RPC boundary about conversions: plain data, no behaviour. */

import type { LoggedClick, Report } from "../contract.ts";

/** How far conversions look back where the workspace has not set its own window. */
export const ATTRIBUTION_DAYS = 30;

/** What a conversion says about the click that led to it. */
export type ClickClue =
  /** A click's integer id. */
  | { readonly kind: "click"; readonly clickId: number }
  /** What the redirect appended to the destination. */
  | { readonly kind: "token"; readonly token: string }
  /** Hashes as the click consumer makes them. */
  | { readonly kind: "visitor"; readonly addressHash: string; readonly agentHash: string }
  /** Nothing: the visitor asked not to be tracked, or is not known. */
  | { readonly kind: "none" };

export interface NewConversion {
  readonly goalId: number;
  readonly atMs: number;
  /** Counted once for a goal; null where the sender names none, and each one counts. */
  readonly orderId: string | null;
  /** In minor units of the currency. */
  readonly value: number;
  readonly currency: string;
  readonly clue: ClickClue;
}

/** The click that a conversion is put down to. */
export interface Attribution {
  readonly linkId: number;
  readonly clickId: number;
  /** The A/B variant that was served, by its public id. */
  readonly variant: string | null;
  readonly clickedAtMs: number;
  readonly msToConvert: number;
  /** Null where the click log no longer holds it. */
  readonly click: LoggedClick | null;
}

export type Converted =
  | {
      readonly kind: "tracked";
      /** Unique within the workspace. */
      readonly conversionId: number;
      readonly attribution: Attribution | null;
    }
  /** The goal has this order already: nothing was changed. */
  | { readonly kind: "duplicate"; readonly conversionId: number }
  /** The workspace is deleted. */
  | { readonly kind: "closed" };

export interface LinkConversions {
  readonly linkId: number;
  readonly conversions: number;
}

/** A workspace's report with the conversions that came within its range. */
export interface ConversionReport extends Report {
  /** By the link that they are put down to, most first, at most 20,000 links. */
  readonly conversions: readonly LinkConversions[];
}

/** A conversion as it is kept. Of a purged link it keeps that it happened, and not where from. */
export interface LoggedConversion {
  readonly id: number;
  readonly goalId: number;
  readonly atMs: number;
  readonly orderId: string | null;
  readonly value: number;
  readonly currency: string;
  readonly linkId: number | null;
  readonly clickId: number | null;
  readonly clickedAtMs: number | null;
  readonly variant: string | null;
}

export interface ConversionPage {
  readonly conversions: readonly LoggedConversion[];
  /** Where the next page begins; null after the last one. */
  readonly next: number | null;
}
