/** A refusal in HTTP terms, to which each dialect gives its own body. */

import type { ContentfulStatusCode } from "hono/utils/http-status";

import { SHELL_STATUSES, type ShellFailure } from "./failure.ts";

export interface WireError {
  readonly status: ContentfulStatusCode;
  readonly sentence: string;
  /** Fields of the body in addition to the sentence. */
  readonly more?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export function badRequest(sentence: string): WireError {
  return { status: 400, sentence };
}

/** The credential is missing or not valid. */
export function unauthorized(sentence: string): WireError {
  return { status: 401, sentence, headers: { "WWW-Authenticate": "Bearer" } };
}

export function forbidden(sentence: string, more?: WireError["more"]): WireError {
  return { status: 403, sentence, ...(more && { more }) };
}

export function notFound(sentence: string): WireError {
  return { status: 404, sentence };
}

export function conflict(sentence: string, more?: WireError["more"]): WireError {
  return { status: 409, sentence, ...(more && { more }) };
}

export function tooMany(sentence: string, retryAfterSeconds: number): WireError {
  return { status: 429, sentence, headers: { "Retry-After": String(retryAfterSeconds) } };
}

/**
 * Converts a shell failure, in a dialect's words, and adds the headers that HTTP requires for it.
 */
export function shellError(failure: ShellFailure, sentence: string): WireError {
  switch (failure.reason) {
    case "method_not_allowed":
      return { status: 405, sentence, headers: { Allow: failure.allow.join(", ") } };
    case "rate_limited":
      return tooMany(sentence, failure.retryAfterSeconds);
    case "busy": {
      const headers = { "Retry-After": String(failure.retryAfterSeconds) };
      return { status: SHELL_STATUSES.busy, sentence, headers };
    }
    case "route_unknown":
    case "body_malformed":
    case "body_type_unsupported":
    case "body_too_large":
    case "validation_failed":
    case "internal":
      return { status: SHELL_STATUSES[failure.reason], sentence };
  }
}
