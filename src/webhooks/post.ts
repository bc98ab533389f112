/** Posts one delivery to its endpoint, and tells what came of it in plain facts. */

import type { Attempt } from "../ledger/deliveries/contract.ts";
import { SECOND_MS } from "../platform/clock.ts";
import { type OutboundPolicy, safeFetch } from "../platform/safe-fetch.ts";
import { signatureHeaders, type Signed } from "./signing.ts";

export interface Target {
  readonly url: string;
  /** The endpoint's secret, and the one before it while both sign. */
  readonly secrets: readonly [current: string, previous?: string];
}

export interface Posted {
  readonly attempt: Attempt;
  /** The header of the answer, as it came. */
  readonly retryAfter: string | null;
}

/** How long an endpoint may take to answer, body and all. */
export const POST_LIMIT_MS = 10 * SECOND_MS;
/** What the log keeps of an answer. */
const RESPONSE_BYTES_MAX = 2_048;

export interface PostOptions {
  readonly policy: OutboundPolicy;
  readonly limitMs: number;
  readonly nowMs: number;
}

/** Makes one attempt. The target is checked again: since it was stored, its name may have moved. */
export async function post(
  target: Target,
  signed: Signed,
  { policy, limitMs, nowMs }: PostOptions,
): Promise<Posted> {
  const request = {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      ...(await signatureHeaders(signed, target.secrets, nowMs)),
    },
    body: signed.body,
    timeoutMs: limitMs,
    bodyBytesMax: RESPONSE_BYTES_MAX,
  } as const;
  const answered = await safeFetch(target.url, request, policy);
  if (answered.ok) {
    const { status, ms, body, headers } = answered.value;
    const response = body.length === 0 ? null : textOf(body);
    return {
      attempt: { atMs: nowMs, durationMs: ms, status, error: null, response },
      retryAfter: headers.get("Retry-After"),
    };
  }
  const { error } = answered;
  const attempt: Attempt =
    error.reason === "blocked"
      ? {
          atMs: nowMs,
          durationMs: null,
          status: null,
          error: `blocked: ${error.reason}`,
          response: null,
        }
      : {
          atMs: nowMs,
          durationMs: error.ms,
          status: error.status,
          error: error.reason,
          response: null,
        };
  return { attempt, retryAfter: null };
}

/** Bytes that are no text become U+FFFD; a character that was cut in two is left out. */
function textOf(body: Uint8Array): string {
  return new TextDecoder().decode(body, { stream: true });
}
