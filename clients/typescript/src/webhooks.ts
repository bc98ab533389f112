/** Verifies that a webhook comes from the installation, with WebCrypto alone. */

import { SignpostError } from "./error.ts";

export interface SignedMessage {
  /** The webhook's secret, as it was shown. */
  readonly secret: string;
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body as it came: JSON that was read and written again has another signature. */
  readonly body: string | Uint8Array;
  /**
   * Which signature to verify: Standard Webhooks', by default, or PVTLNK's, which covers the body
   * alone, so that an old message can be sent again.
   */
  readonly scheme?: "standard" | "pvtlnk";
  /** How old, or how far ahead, a message may be, in seconds; 300 by default. */
  readonly tolerance?: number;
}

/** What every event holds; `data` depends on `event`. */
export interface WebhookEvent {
  /** The same whenever the event is sent. */
  readonly id: string;
  readonly event: string;
  readonly timestamp: string;
  readonly version: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const TOLERANCE_SECONDS = 300;

/** Returns the event of a message; throws `SignpostError` unless its signature is right. */
export async function verifyWebhook(message: SignedMessage): Promise<WebhookEvent> {
  const { body, scheme = "standard" } = message;
  const bytes = typeof body === "string" ? utf8(body) : body;
  const isSigned =
    scheme === "standard" ? await isStandard(message, bytes) : await isPvtlnk(message, bytes);
  if (!isSigned) throw refused("WEBHOOK_SIGNATURE", "No signature of the webhook is right.");
  return JSON.parse(new TextDecoder().decode(bytes)) as WebhookEvent;
}

async function isStandard(message: SignedMessage, body: Uint8Array): Promise<boolean> {
  const { secret, tolerance = TOLERANCE_SECONDS } = message;
  const id = headerOf(message, "webhook-id");
  const timestamp = headerOf(message, "webhook-timestamp");
  const signatures = headerOf(message, "webhook-signature").split(" ");
  const isInTime = Math.abs(Date.now() / 1000 - Number(timestamp)) <= tolerance;
  if (!/^\d+$/.test(timestamp) || !isInTime) {
    throw refused("WEBHOOK_TIMESTAMP", "The webhook's time is too far from this machine's.");
  }
  const prefix = "whsec_";
  const key = secret.startsWith(prefix) ? ofBase64(secret.slice(prefix.length)) : utf8(secret);
  const macs = signatures
    .filter((one) => one.startsWith("v1,"))
    .map((one) => ofBase64(one.slice("v1,".length)));
  return matchesAny(key, joined(utf8(`${id}.${timestamp}.`), body), macs);
}

async function isPvtlnk(message: SignedMessage, body: Uint8Array): Promise<boolean> {
  const names = ["x-pvtlnk-signature", "x-pvtlnk-signature-previous"];
  const macs = names.map((name) => ofHex(headerOf(message, name).replace(/^sha256=/, "")));
  return matchesAny(utf8(message.secret), body, macs);
}

/** Compares in constant time, as WebCrypto's `verify` does. */
async function matchesAny(
  key: Uint8Array | null,
  data: Uint8Array,
  macs: readonly (Uint8Array | null)[],
): Promise<boolean> {
  if (key === null || key.length === 0) return false;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", plain(key), algorithm, false, ["verify"]);
  const results = await Promise.all(
    macs.map(
      async (mac) =>
        mac !== null && (await crypto.subtle.verify("HMAC", imported, plain(mac), plain(data))),
    ),
  );
  return results.includes(true);
}

function headerOf({ headers }: SignedMessage, name: string): string {
  if (headers instanceof Headers) return headers.get(name) ?? "";
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === "string" ? found : (found?.join(" ") ?? "");
}

function refused(code: string, message: string): SignpostError {
  return new SignpostError(message, { status: 0, code });
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** WebCrypto takes no shared memory. */
function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function ofBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

function ofHex(text: string): Uint8Array | null {
  if (!/^(?:[\da-f]{2})+$/i.test(text)) return null;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
