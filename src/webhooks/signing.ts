/**
 * Signs a delivery in two schemes: PVTLNK's covers the body alone, as its recipe says; Standard
 * Webhooks' covers id, time and body, which makes replays detectable.
 */

import { base64Of, hex, utf8 } from "../platform/bytes.ts";
import { SECOND_MS } from "../platform/clock.ts";
import { hmacSha256 } from "../platform/hmac.ts";
import { standardKeyOf } from "./secrets.ts";

export interface Signed {
  /** The event's id, the same for every attempt. */
  readonly eventId: string;
  readonly event: string;
  /** Unique per event and endpoint. */
  readonly deliveryId: string;
  readonly body: string;
}

/**
 * Returns the headers of one attempt. The first secret is the current one. During a rotation, the
 * previous secret signs as well: in `webhook-signature`, which is a list, and for PVTLNK, whose
 * header is not a list, in an additional header.
 */
export async function signatureHeaders(
  { eventId, event, deliveryId, body }: Signed,
  secrets: readonly [current: string, previous?: string],
  nowMs: number,
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(nowMs / SECOND_MS));
  const [current, previous] = secrets;
  const signatures: string[] = [];
  for (const secret of secrets) {
    if (secret === undefined) continue;
    const mac = await hmacSha256(standardKeyOf(secret), `${eventId}.${timestamp}.${body}`);
    signatures.push(`v1,${base64Of(mac)}`);
  }
  return {
    "X-PVTLNK-Event": event,
    "X-PVTLNK-Delivery": deliveryId,
    "X-PVTLNK-Signature": await bodySignature(current, body),
    ...(previous !== undefined && {
      "X-PVTLNK-Signature-Previous": await bodySignature(previous, body),
    }),
    "webhook-id": eventId,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}

async function bodySignature(secret: string, body: string): Promise<string> {
  return `sha256=${hex(await hmacSha256(utf8(secret), body))}`;
}
