/** The one place where refusals of the postback become PVTLNK's wire form: `{success, error}`. */

import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

import type { AmountProblem } from "../../../conversions/money.ts";
import type { PostbackRefusal } from "../../../conversions/track-conversion.ts";
import type { ShellFailure } from "../../shared/failure.ts";

type ConversionRefusal = ShellFailure | PostbackRefusal;

interface WireError {
  readonly status: ContentfulStatusCode;
  readonly error: string;
  readonly errors?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Says why a value is refused, as PVTLNK's validation says such things. */
export const AMOUNT_SENTENCES: Readonly<Record<AmountProblem, string>> = {
  not_a_number: "Value is not a number",
  negative: "Value must be greater than or equal to 0",
  too_large: "Value is too large",
};

/** Answers a refusal in PVTLNK's form. */
export function refuseConversion(c: Context, refusal: ConversionRefusal): Response {
  const { status, headers, ...body } = toWire(refusal);
  return c.json({ success: false, ...body }, status, { ...headers });
}

function toWire(refusal: ConversionRefusal): WireError {
  switch (refusal.code) {
    case "postback_token_unknown":
      return { status: 404, error: "Invalid postback token" };
    case "goal_inactive":
      return { status: 410, error: "Conversion goal is inactive" };
    case "goal_past_plan":
      return { status: 403, error: "Feature not available for subscription tier" };
    case "order_known":
      return { status: 409, error: "Duplicate conversion (same order_id already tracked)" };
    case "amount_refused":
      return invalid([AMOUNT_SENTENCES[refusal.problem]]);
    case "validation_failed":
      return invalid(refusal.issues.map(({ message }) => message));
    case "route_unknown":
      return { status: 404, error: "Not found" };
    case "method_not_allowed": {
      const allow = refusal.allow.join(", ");
      return { status: 405, error: `Method not allowed: use ${allow}`, headers: { Allow: allow } };
    }
    case "body_malformed":
      return { status: 400, error: `Bad request: the body cannot be read, ${refusal.reason}` };
    case "body_type_unsupported":
      return {
        status: 415,
        error: `Unsupported media type: send ${refusal.accepted.join(" or ")}`,
      };
    case "body_too_large":
      return {
        status: 413,
        error: `The body is larger than ${refusal.limitBytes / 1024} KB`,
      };
    case "rate_limited":
      return {
        status: 429,
        error: `Too many requests. Try again in ${refusal.retryAfterSeconds} seconds`,
        headers: { "Retry-After": String(refusal.retryAfterSeconds) },
      };
    case "internal":
      return { status: 500, error: "Internal server error" };
  }
}

function invalid(errors: readonly string[]): WireError {
  return { status: 422, error: "Validation failed", errors };
}
