/**
 * The words of what several events tell: a link in short, a variant, a click and a conversion.
 * `payloads-sql.ts` has them where the database puts them together.
 */

import type { LedgerClick } from "../ledger/contract.ts";
import { wireTime } from "./events.ts";

/** A row of `links`, or a part of one. */
export interface LinkRow {
  readonly id: number;
  readonly code: string;
  readonly title: string | null;
}

/** A row of `variants`, or a part of one. */
export interface VariantRow {
  readonly id: number;
  readonly name: string;
}

export interface ToldConversion {
  readonly id: number;
  readonly orderId: string | null;
  /** A decimal. */
  readonly value: number;
  readonly currency: string;
  readonly attributed: boolean;
  readonly atMs: number;
  readonly goal: { readonly uuid: string; readonly name: string };
}

/** What payloads tell of a visitor. */
export type ToldVisitor = Pick<LedgerClick, "country" | "device" | "browser" | "os" | "referrer">;

export function toLinkPayload({ id, code, title }: LinkRow) {
  return { id, short_code: code, title };
}

export function toVariantPayload({ id, name }: VariantRow) {
  return { id, name };
}

/** Words a click. The visitor is null where the log has forgotten the click. */
export function toClickPayload(id: number, atMs: number, visitor: ToldVisitor | null) {
  return {
    id,
    country_code: visitor?.country ?? null,
    device_type: visitor?.device ?? null,
    browser_family: visitor?.browser ?? null,
    os_family: visitor?.os ?? null,
    referrer_domain: visitor?.referrer ?? null,
    clicked_at: wireTime(atMs),
  };
}

export function toConversionPayload(conversion: ToldConversion) {
  const { id, orderId, value, currency, attributed, atMs, goal } = conversion;
  return {
    id,
    order_id: orderId,
    value,
    currency,
    attributed,
    converted_at: wireTime(atMs),
    goal: { id: goal.uuid, name: goal.name },
  };
}
