/** Reads the queue message of one delivery, which is one event for one endpoint. */

import type { QueuedDelivery } from "../ledger/deliveries/contract.ts";
import { isLedgerId } from "../ledger/ledger-id.ts";
import { isObject } from "../platform/is-object.ts";

export type ReadDelivery =
  | { readonly kind: "delivery"; readonly message: QueuedDelivery }
  /** Written by a newer version that is still rolling out; leave it for that version. */
  | { readonly kind: "newer" }
  | { readonly kind: "malformed" };

const EVENT_ID = /^[\w-]{1,150}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads a message's body. Nothing in it is trusted until it has been validated. */
export function readDeliveryMessage(body: unknown): ReadDelivery {
  if (!isObject(body)) return { kind: "malformed" };
  const { v, ledger, webhook, eventId } = body;
  if (typeof v === "number" && v > 1) return { kind: "newer" };
  if (v !== 1 || !isLedgerId(ledger)) return { kind: "malformed" };
  if (typeof webhook !== "string" || !UUID.test(webhook)) return { kind: "malformed" };
  if (typeof eventId !== "string" || !EVENT_ID.test(eventId)) return { kind: "malformed" };
  return { kind: "delivery", message: { v, ledger, webhook, eventId } };
}
