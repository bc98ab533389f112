/**
 * The payloads that several events share: a short form of a link, a variant, a click and a
 * conversion. `payloads-sql.ts` holds their SQL equivalents.
 */

import type { LedgerClick } from "../ledger/contract.ts";
import { wireTime } from "./events.ts";

/** What a payload needs of a row of `links`. */
export interface LinkRow {
  readonly id: number;
  readonly code: string;
  readonly title: string | null;
  readonly uuid: string;
  /** As `shortUrlSql` makes it. */
  readonly short_url: string;
  readonly destination_url: string;
}

/** The columns of `variants` that a payload needs. */
export interface VariantRow {
  readonly id: number;
  readonly name: string;
}

/** What served a click: the public ids of a rule and of an A/B variant. */
export interface Served {
  readonly rule: string | null;
  readonly variant: string | null;
}

/** Under which clicks are counted if no rule matched (`links/rules/rule.ts`). */
const NO_RULE = "default";

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

/**
 * The short URL of a row `link`, as SQL text for queries with and without drizzle. `origin` serves
 * the links of the default hosts.
 */
export function shortUrlSql(origin: string): string {
  const quoted = `'${origin.replaceAll("'", "''")}'`;
  return `iif(link.domain = '', ${quoted}, 'https://' || coalesce(link.domain, link.parked_domain))
    || '/' || link.code`;
}

export function toLinkPayload({ id, code, title, uuid, short_url, destination_url }: LinkRow) {
  return { id, short_code: code, title, uuid, short_url, destination_url };
}

export function toThresholdPayload(clicks: number, atMs: number) {
  return { clicks, reached_at: wireTime(atMs) };
}

/** Whether a rule served a click, whose target was then its destination. */
export function servedByRule({ rule, variant }: Served): boolean {
  return variant === null && rule !== null && rule !== NO_RULE;
}

export function toVariantPayload({ id, name }: VariantRow) {
  return { id, name };
}

/**
 * Builds a click's payload. The visitor is null if the log no longer holds the click, the
 * destination if what served the click is gone.
 */
export function toClickPayload(
  id: number,
  atMs: number,
  visitor: ToldVisitor | null,
  destinationUrl: string | null,
) {
  return {
    id,
    country_code: visitor?.country ?? null,
    device_type: visitor?.device ?? null,
    browser_family: visitor?.browser ?? null,
    os_family: visitor?.os ?? null,
    referrer_domain: visitor?.referrer ?? null,
    clicked_at: wireTime(atMs),
    destination_url: destinationUrl,
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
