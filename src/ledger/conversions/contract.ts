/** What crosses the Ledger's RPC boundary about conversions: plain data, no behaviour. */

import type { LoggedClick } from "../contract.ts";
import type { Report } from "../counts/contract.ts";
import type { LedgerId } from "../ledger-id.ts";

/** The attribution window, in days, of a workspace that has not set its own. */
export const ATTRIBUTION_DAYS = 30;

/** What a conversion states about the click that led to it. */
export type ClickClue =
  /** A click's integer id. */
  | { readonly kind: "click"; readonly clickId: number }
  /** The click token that the redirect appended to the destination. */
  | { readonly kind: "token"; readonly token: string }
  /** The visitor's hashes, computed as those of a click. */
  | { readonly kind: "visitor"; readonly addressHash: string; readonly agentHash: string }
  /** Nothing: the visitor asked not to be tracked, or is unknown. */
  | { readonly kind: "none" };

export interface NewConversion {
  readonly goalId: number;
  readonly atMs: number;
  /** Counted once per goal; null when the client sends none, and then each conversion counts. */
  readonly orderId: string | null;
  /** In minor units of the currency. */
  readonly value: number;
  readonly currency: string;
  readonly clue: ClickClue;
}

/** The click that a conversion is attributed to. */
export interface Attribution {
  readonly linkId: number;
  readonly clickId: number;
  /** The public id of the A/B variant that was served. */
  readonly variant: string | null;
  readonly clickedAtMs: number;
  readonly msToConvert: number;
  /** Null when the click log no longer holds the click. */
  readonly click: LoggedClick | null;
}

export type Converted =
  | {
      readonly kind: "tracked";
      /** Unique within the workspace. */
      readonly conversionId: number;
      readonly attribution: Attribution | null;
    }
  /** The goal already has this order: nothing was changed. */
  | { readonly kind: "duplicate"; readonly conversionId: number }
  /** The workspace is deleted. */
  | { readonly kind: "closed" };

export interface LinkConversions {
  readonly linkId: number;
  readonly conversions: number;
}

/** A workspace's report, with the conversions made within its range. */
export interface ConversionReport extends Report {
  /** Attributed conversions per link, the most first, for at most 20,000 links. */
  readonly conversions: readonly LinkConversions[];
}

/** A conversion as it is stored. After its link is purged it stays, without its attribution. */
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
  readonly refundedAtMs: number | null;
}

/** Which conversions to list, the newest first. */
export interface ConversionQuery {
  readonly goalId: number | null;
  readonly linkId: number | null;
  /** A time, inclusive. */
  readonly fromMs: number;
  /** A time, exclusive. */
  readonly toMs: number;
  /** Continue with the conversions before this one; null for the newest. */
  readonly beforeId: number | null;
  readonly max: number;
}

/** A conversion that webhooks have not been told of. */
export interface UntoldConversion {
  readonly conversion: LoggedConversion;
  /** Null when it has none, or when the click log no longer holds it. */
  readonly click: LoggedClick | null;
}

/** The queue message that asks for conversions to be told to webhooks. */
export interface OwedConversions {
  readonly v: 1;
  readonly ledger: LedgerId;
  readonly conversions: readonly number[];
}

export interface ConversionPage {
  readonly conversions: readonly LoggedConversion[];
  /** Where the next page begins; null after the last one. */
  readonly next: number | null;
}
