/**
 * The one place where refusals become PVTLNK's wire format: `{success: false, error}` and a status.
 */

import type { Context } from "hono";

import type { AccountRefusal } from "../../accounts/refusal.ts";
import type { TokenRefusal } from "../../accounts/tokens.ts";
import type { CsvRefusal } from "../../links/csv/errors.ts";
import type { LinkRefusal } from "../../links/errors.ts";
import type { VariantsRefusal } from "../../links/variants/change-variants.ts";
import { isShellFailure, type ShellFailure } from "../shared/failure.ts";
import type { GuardRefusal } from "../shared/guard.ts";
import type { IdempotencyRefusal } from "../shared/idempotency.ts";
import { validatorFor } from "../shared/validate.ts";
import {
  badRequest,
  conflict,
  forbidden,
  notFound,
  shellError,
  tooMany,
  unauthorized,
  type WireError,
} from "../shared/wire-error.ts";
import { refusalSentence } from "../shared/wire/link-sentences.ts";
import type { PvtlnkEnvironment } from "./environment.ts";
import { planSentence } from "./sentences.ts";

/** Refusals that only this dialect has. */
export type DialectRefusal =
  /** The body lacks the object that it must hold. */
  | { readonly reason: "parameter_missing"; readonly name: string }
  /** Whole sentences, all at once. */
  | { readonly reason: "fields_refused"; readonly sentences: readonly string[] };

/** Every refusal of this dialect's routes. */
export type PvtlnkRefusal =
  | GuardRefusal
  | AccountRefusal
  | TokenRefusal
  | LinkRefusal
  | VariantsRefusal
  | CsvRefusal
  | IdempotencyRefusal
  | DialectRefusal;

/** Answers a refusal in PVTLNK's format. */
export function refuse(c: Context, refusal: PvtlnkRefusal): Response {
  const { status, sentence, more, headers } = toWire(refusal);
  return c.json({ success: false, error: sentence, ...more }, status, { ...headers });
}

/** Validates bodies and queries of this dialect's routes. */
export const validate = validatorFor<PvtlnkRefusal, PvtlnkEnvironment>(refuse);

function words(failure: Exclude<ShellFailure, { reason: "validation_failed" }>): string {
  switch (failure.reason) {
    case "route_unknown":
      return "There is no such route";
    case "method_not_allowed":
      return `This route does not answer that method, but ${failure.allow.join(", ")}`;
    case "body_malformed":
      return `The request body cannot be read: ${failure.problem}`;
    case "body_type_unsupported":
      return `Send the body with Content-Type ${failure.accepted.join(" or ")}`;
    case "body_too_large":
      return `The request body is larger than ${Math.floor(failure.limitBytes / 1024)} KB`;
    case "rate_limited":
      return `Too many requests. Try again in ${failure.retryAfterSeconds} seconds`;
    case "busy":
      return `The server is busy. Try again in ${failure.retryAfterSeconds} seconds`;
    case "internal":
      return "Something went wrong on our side. If it stays, quote X-Request-Id";
  }
}

function toWire(refusal: PvtlnkRefusal): WireError {
  if (refusal.reason === "validation_failed") {
    return invalid([...new Set(refusal.issues.map(({ message }) => message))]);
  }
  if (isShellFailure(refusal)) return shellError(refusal, words(refusal));
  switch (refusal.reason) {
    case "parameter_missing":
      return badRequest(`The request body must be a JSON object that holds "${refusal.name}"`);
    case "fields_refused":
      return invalid(refusal.sentences);
    case "unauthenticated":
    case "password_wrong":
      return unauthorized("Missing or invalid API token");
    case "feature_not_in_plan":
      return forbidden(
        refusal.feature === "enterpriseApi"
          ? "This API requires the Enterprise plan"
          : `The plan "${refusal.plan}" does not include the feature "${refusal.feature}"`,
      );
    case "session_required":
      return forbidden("This needs a signed-in browser session");
    case "scope_missing":
      return forbidden(`This token lacks the scope ${refusal.scopes.join(" and ")}`);
    case "role_too_low":
      return forbidden(`This needs the role ${refusal.atLeast} in the workspace`);
    case "membership_lost":
      return forbidden("You no longer belong to this token's workspace");
    case "workspace_header_unknown":
      return notFound("Signpost-Workspace names no workspace that you belong to");
    case "origin_foreign":
      return forbidden("This request comes from another site");
    case "setup_required":
    case "signups_closed":
      return forbidden("This installation takes no new accounts");
    case "email_taken":
      return conflict("This e-mail address has an account");
    case "token_limit_reached":
      return tooMany(
        `At most ${refusal.perHourMax} tokens can be created in an hour. Try again in ${refusal.retryAfterSeconds} seconds`,
        refusal.retryAfterSeconds,
      );
    case "token_expiry_past":
    case "token_expiry_late":
    case "token_parent_ended":
      return { status: 401, sentence: "Missing or invalid API token" };
    case "token_not_found":
      return notFound("Token not found");
    case "link_not_found":
      return notFound("Link not found");
    case "variant_not_found":
      return notFound("Variant not found");
    case "variant_taken":
      return conflict("The link has a variant with this id");
    case "variants_full":
      return invalid([`A link can have at most ${refusal.max} variants`]);
    case "csv_column_missing":
      return invalid([`Csv must have a column ${refusal.column}`]);
    case "csv_too_many_rows":
      return invalid([`Csv is too long (maximum is ${refusal.limit} rows)`]);
    case "csv_malformed":
      return invalid([`Csv cannot be read from row ${refusal.row}: a quoted cell has no end`]);
    case "csv_one_line":
      return invalid(["Csv has no rows that can be told apart: end its lines with CRLF or LF"]);
    case "not_link_owner":
      return forbidden("A member can archive only their own links");
    case "version_mismatch":
      return conflict("The link has been changed meanwhile. Try again");
    case "quota_exceeded":
      return forbidden(planSentence(refusal));
    case "idempotency_key_invalid":
      return badRequest(
        `Idempotency-Key must be 1 to ${refusal.lengthMax} printable ASCII characters`,
      );
    case "idempotency_key_reused":
      return invalid(["Idempotency-Key was sent with another body. Use a new key"]);
    case "idempotency_in_flight":
      return {
        ...conflict("The first request with this Idempotency-Key has not finished. Try again"),
        headers: { "Retry-After": String(refusal.retryAfterSeconds) },
      };
    case "idempotency_result_gone":
      return notFound("What the first request with this Idempotency-Key made has been deleted");
    case "destination_refused":
    case "bound_exceeded":
    case "code_reserved":
    case "code_taken":
    case "external_id_taken":
    case "link_exists":
    case "call_stopped":
    case "expiry_past":
    case "schedule_inverted":
    case "collection_not_found":
    case "domain_unavailable":
      return invalid([refusalSentence(refusal)]);
  }
}

function invalid(errors: readonly string[]): WireError {
  return { status: 422, sentence: "Validation failed", more: { errors } };
}
