/** Posts one delivery to its endpoint, and returns the outcome as plain facts. */

import type { Attempt } from "../ledger/deliveries/contract.ts";
import { SECOND_MS } from "../platform/clock.ts";
import { type OutboundPolicy, safeFetch } from "../platform/safe-fetch.ts";
import { signatureHeaders, type Signed } from "./signing.ts";

export interface Target {
  readonly url: string;
  /** The endpoint's secret, and the previous one while both sign. */
  readonly secrets: readonly [current: string, previous?: string];
}

export interface Posted {
  readonly attempt: Attempt;
  /** The response's `Retry-After` header, unparsed; null if there is none. */
  readonly retryAfter: string | null;
}

/** How long an endpoint may take to answer, without the body. */
export const POST_LIMIT_MS = 10 * SECOND_MS;
/** How long the body may take after that; it is only for the log, and the status decides. */
const BODY_WAIT_MS = SECOND_MS;
/** The most bytes of a response that the log keeps. */
const RESPONSE_BYTES_MAX = 2_048;

export interface PostOptions {
  readonly policy: OutboundPolicy;
  readonly limitMs: number;
  readonly nowMs: number;
}

/** Makes one attempt. Checks the target again, because its name may resolve elsewhere by now. */
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
    bodyWaitMs: BODY_WAIT_MS,
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
          error: `blocked: ${error.problem}`,
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

/**
 * Decodes UTF-8. Invalid bytes become U+FFFD; a character that is cut off at the end is dropped.
 */
function textOf(body: Uint8Array): string {
  return new TextDecoder().decode(body, { stream: true });
}
