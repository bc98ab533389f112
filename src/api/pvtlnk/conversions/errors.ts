/** The one place where refusals of the postback become PVTLNK's wire format: `{success, error}`. */

import type { Context } from "hono";

import type { PostbackRefusal } from "../../../conversions/track-conversion.ts";
import { isShellFailure, type ShellFailure } from "../../shared/failure.ts";
import { validatorFor } from "../../shared/validate.ts";
import {
  conflict,
  forbidden,
  notFound,
  shellError,
  unauthorized,
  type WireError,
} from "../../shared/wire-error.ts";
import { AMOUNT_SENTENCES } from "./contract.ts";

type ConversionRefusal =
  | ShellFailure
  | PostbackRefusal
  /** A webhook of this or another installation has a postback as its URL. */
  | { readonly reason: "postback_from_webhook" };

/** Answers a refusal in PVTLNK's format. */
export function refuse(c: Context, refusal: ConversionRefusal): Response {
  const { status, sentence, more, headers } = toWire(refusal);
  return c.json({ success: false, error: sentence, ...more }, status, { ...headers });
}

/** Validates postbacks. */
export const validate = validatorFor(refuse);

function words(failure: Exclude<ShellFailure, { reason: "validation_failed" }>): string {
  switch (failure.reason) {
    case "route_unknown":
      return "Not found";
    case "method_not_allowed":
      return `Method not allowed: use ${failure.allow.join(", ")}`;
    case "body_malformed":
      return `Bad request: the body cannot be read, ${failure.problem}`;
    case "body_type_unsupported":
      return `Unsupported media type: send ${failure.accepted.join(" or ")}`;
    case "body_too_large":
      return `The body is larger than ${failure.limitBytes / 1024} KB`;
    case "rate_limited":
      return `Too many requests. Try again in ${failure.retryAfterSeconds} seconds`;
    case "busy":
      return `The server is busy. Try again in ${failure.retryAfterSeconds} seconds`;
    case "internal":
      return "Internal server error";
  }
}

function toWire(refusal: ConversionRefusal): WireError {
  if (refusal.reason === "validation_failed") {
    return invalid(refusal.issues.map(({ message }) => message));
  }
  if (isShellFailure(refusal)) return shellError(refusal, words(refusal));
  switch (refusal.reason) {
    case "postback_token_unknown":
      return notFound("Invalid postback token");
    case "goal_inactive":
      return { status: 410, sentence: "Conversion goal is inactive" };
    case "goal_past_plan":
      return forbidden("Feature not available for subscription tier");
    case "postback_from_webhook":
      return forbidden("A webhook cannot report conversions: give it another URL");
    case "order_known":
      return conflict("Duplicate conversion (same order_id already tracked)");
    case "goal_secret_wrong":
      return unauthorized(
        "This goal takes reports from a server only: send its secret in X-Goal-Secret",
      );
    case "value_past_max":
      return invalid([`Value must be less than or equal to ${refusal.max}`]);
    case "currency_not_goals":
      return invalid([`Currency must be ${refusal.currency}, since the goal limits the value`]);
    case "amount_refused":
      return invalid([AMOUNT_SENTENCES[refusal.problem]]);
  }
}

function invalid(errors: readonly string[]): WireError {
  return { status: 422, sentence: "Validation failed", more: { errors } };
}
