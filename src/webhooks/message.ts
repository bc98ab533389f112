/**
 * Reads the messages that Ledgers queue: of one delivery, which is one event for one endpoint, or of
 * conversions that are still to be told.
 */

import type { OwedConversions } from "../ledger/conversions/contract.ts";
import type { QueuedDelivery } from "../ledger/deliveries/contract.ts";
import { isLedgerId } from "../ledger/ledger-id.ts";
import { isObject } from "../platform/is-object.ts";

export type ReadDelivery =
  | { readonly kind: "delivery"; readonly message: QueuedDelivery }
  | { readonly kind: "owed"; readonly message: OwedConversions }
  /** Written by a newer version that is still rolling out; leave it for that version. */
  | { readonly kind: "newer" }
  | { readonly kind: "malformed" };

const EVENT_ID = /^[\w-]{1,150}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads a message's body. Nothing in it is trusted until it has been validated. */
export function readDeliveryMessage(body: unknown): ReadDelivery {
  if (!isObject(body)) return { kind: "malformed" };
  const { v, ledger, webhook, eventId, conversions } = body;
  if (typeof v === "number" && v > 1) return { kind: "newer" };
  if (v !== 1 || !isLedgerId(ledger)) return { kind: "malformed" };
  if (isIds(conversions)) return { kind: "owed", message: { v, ledger, conversions } };
  if (typeof webhook !== "string" || !UUID.test(webhook)) return { kind: "malformed" };
  if (typeof eventId !== "string" || !EVENT_ID.test(eventId)) return { kind: "malformed" };
  return { kind: "delivery", message: { v, ledger, webhook, eventId } };
}

function isIds(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((id) => Number.isSafeInteger(id));
}
