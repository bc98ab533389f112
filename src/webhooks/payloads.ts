/**
 * The payloads that several events share: a short form of a link, a variant, a click and a
 * conversion. `payloads-sql.ts` holds their SQL equivalents.
 */

import type { LedgerClick } from "../ledger/contract.ts";
import { wireTime } from "./events.ts";

/** The columns of `links` that a payload needs. */
export interface LinkRow {
  readonly id: number;
  readonly code: string;
  readonly title: string | null;
}

/** The columns of `variants` that a payload needs. */
export interface VariantRow {
  readonly id: number;
  readonly name: string;
}

export interface ToldConversion {
  readonly id: number;
  readonly orderId: string | null;
  /** In units of the currency, with decimals. */
  readonly value: number;
  readonly currency: string;
  readonly attributed: boolean;
  readonly atMs: number;
  /** Null if it was deleted since. */
  readonly goal: { readonly uuid: string; readonly name: string } | null;
}

/** The fields of a visitor that payloads contain. */
export type ToldVisitor = Pick<LedgerClick, "country" | "device" | "browser" | "os" | "referrer">;

export function toLinkPayload({ id, code, title }: LinkRow) {
  return { id, short_code: code, title };
}

export function toVariantPayload({ id, name }: VariantRow) {
  return { id, name };
}

/** Builds a click's payload. The visitor is null if the log no longer holds the click. */
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
    goal: goal === null ? null : { id: goal.uuid, name: goal.name },
  };
}

/** Builds the payload of a whole refund, made at this time. */
export function toRefundPayload({
  value,
  currency,
  atMs,
}: Pick<ToldConversion, "value" | "currency" | "atMs">) {
  return { value, currency, refunded_at: wireTime(atMs) };
}
