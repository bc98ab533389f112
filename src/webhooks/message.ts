/** The queue message of one delivery, which is one event for one endpoint. */

import { isObject } from "../platform/is-object.ts";
import { EVENT_TYPES, type WebhookEvent } from "./events.ts";

export interface DeliveryMessage {
  readonly v: 1;
  readonly webhookId: number;
  readonly eventId: string;
  /** The event itself, unless the outbox holds it. Click events are never in the outbox. */
  readonly event?: Omit<WebhookEvent, "id"> | undefined;
}

export type ReadDelivery =
  | { readonly kind: "delivery"; readonly message: DeliveryMessage }
  /** Written by a newer version that is still rolling out; leave it for that version. */
  | { readonly kind: "newer" }
  | { readonly kind: "malformed" };

/** Reads a message's body. Nothing in it is trusted until it has been validated. */
export function readDeliveryMessage(body: unknown): ReadDelivery {
  if (!isObject(body)) return { kind: "malformed" };
  const { v, webhookId, eventId, event } = body;
  if (typeof v === "number" && v > 1) return { kind: "newer" };
  if (v !== 1 || !Number.isSafeInteger(webhookId)) return { kind: "malformed" };
  if (typeof eventId !== "string" || !/^[\w-]{1,150}$/.test(eventId)) return { kind: "malformed" };
  if (event !== undefined && !isEvent(event)) return { kind: "malformed" };
  return { kind: "delivery", message: { v, webhookId: webhookId as number, eventId, event } };
}

function isEvent(value: unknown): value is Omit<WebhookEvent, "id"> {
  if (!isObject(value)) return false;
  const { event, atMs, linkId, data } = value;
  return (
    EVENT_TYPES.some((type) => type === event) &&
    Number.isSafeInteger(atMs) &&
    (linkId === null || Number.isSafeInteger(linkId)) &&
    typeof data === "string"
  );
}
