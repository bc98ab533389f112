/** The one place where refusals become PVTLNK's wire form: `{success: false, error}` and a status. */

import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

import type { AccountRefusal } from "../../accounts/refusal.ts";
import type { TokenRefusal } from "../../accounts/tokens.ts";
import type { CsvRefusal } from "../../links/csv/errors.ts";
import type { LinkRefusal } from "../../links/errors.ts";
import type { VariantsRefusal } from "../../links/variants/change-variants.ts";
import type { ShellFailure } from "../shared/failure.ts";
import { validatorFor } from "../shared/validate.ts";
import { refusalSentence } from "../shared/wire/link-sentences.ts";
import { planSentence } from "./sentences.ts";

/** What only this dialect refuses. */
export type DialectRefusal =
  /** The workspace's plan does not have this API. */
  | { readonly code: "api_not_in_plan" }
  /** The body does not hold the object that it must. */
  | { readonly code: "parameter_missing"; readonly name: string }
  /** Whole sentences, all of them at once. */
  | { readonly code: "fields_refused"; readonly sentences: readonly string[] };

/** Everything that a route may refuse. */
export type PvtlnkRefusal =
  | ShellFailure
  | AccountRefusal
  | TokenRefusal
  | LinkRefusal
  | VariantsRefusal
  | CsvRefusal
  | DialectRefusal;

interface WireError {
  readonly status: ContentfulStatusCode;
  readonly error: string;
  /** What is wrong with the fields, a sentence each. */
  readonly errors?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers a refusal in PVTLNK's form. */
export function refuse(c: Context, refusal: PvtlnkRefusal): Response {
  const { status, error, errors, headers } = toWire(refusal);
  return c.json({ success: false, error, ...(errors && { errors }) }, status, { ...headers });
}

/** Checks bodies and queries of this dialect's routes. */
export const validate = validatorFor(refuse);

function toWire(refusal: PvtlnkRefusal): WireError {
  switch (refusal.code) {
    case "route_unknown":
      return notFound("There is no such route");
    case "method_not_allowed": {
      const allow = refusal.allow.join(", ");
      return {
        status: 405,
        error: `This route does not answer that method, but ${allow}`,
        headers: { Allow: allow },
      };
    }
    case "body_malformed":
      return { status: 400, error: `The request body cannot be read: ${refusal.reason}` };
    case "parameter_missing":
      return {
        status: 400,
        error: `The request body must be a JSON object that holds "${refusal.name}"`,
      };
    case "body_type_unsupported":
      return {
        status: 415,
        error: `Send the body with Content-Type ${refusal.accepted.join(" or ")}`,
      };
    case "body_too_large":
      return {
        status: 413,
        error: `The request body is larger than ${Math.floor(refusal.limitBytes / 1024)} KB`,
      };
    case "validation_failed":
      return invalid(refusal.issues.map(({ message }) => message));
    case "fields_refused":
      return invalid(refusal.sentences);
    case "rate_limited":
      return tooMany("Too many requests", refusal.retryAfterSeconds);
    case "internal":
      return {
        status: 500,
        error: "Something went wrong on our side. If it stays, quote X-Request-Id",
      };
    case "unauthenticated":
    case "password_wrong":
      return {
        status: 401,
        error: "Missing or invalid API token",
        headers: { "WWW-Authenticate": "Bearer" },
      };
    case "api_not_in_plan":
      return forbidden("This API requires the Enterprise plan");
    case "session_required":
      return forbidden("This needs a signed-in browser session");
    case "scope_missing":
      return forbidden(`This token lacks the scope ${refusal.scopes.join(" and ")}`);
    case "role_too_low":
      return forbidden(`This needs the role ${refusal.atLeast} in the workspace`);
    case "membership_lost":
      return forbidden("You no longer belong to this token's workspace");
    case "workspace_not_found":
      return notFound("Signpost-Workspace names no workspace that you belong to");
    case "origin_foreign":
      return forbidden("This request comes from another site");
    case "signups_closed":
      return forbidden("This installation takes no new accounts");
    case "email_taken":
      return { status: 409, error: "This e-mail address has an account" };
    case "token_limit_reached":
      return tooMany(
        `At most ${refusal.perHourMax} tokens can be created in an hour`,
        refusal.retryAfterSeconds,
      );
    case "token_expiry_past":
      return { status: 401, error: "Missing or invalid API token" };
    case "token_not_found":
      return notFound("Token not found");
    case "link_not_found":
      return notFound("Link not found");
    case "variant_not_found":
      return notFound("Variant not found");
    case "variant_taken":
      return { status: 409, error: "The link has a variant with this id" };
    case "variants_full":
      return invalid([`A link can have at most ${refusal.max} variants`]);
    case "csv_column_missing":
      return invalid([`Csv must have a column ${refusal.column}`]);
    case "csv_too_many_rows":
      return invalid([`Csv is too long (maximum is ${refusal.limit} rows)`]);
    case "csv_malformed":
      return invalid([`Csv cannot be read from row ${refusal.row}: a quoted cell has no end`]);
    case "not_link_owner":
      return forbidden("A member can archive only their own links");
    case "version_mismatch":
      return { status: 409, error: "The link has been changed meanwhile. Try again" };
    case "quota_exceeded":
      return forbidden(planSentence(refusal));
    case "destination_refused":
    case "code_reserved":
    case "code_taken":
    case "expiry_past":
    case "schedule_inverted":
    case "collection_not_found":
    case "domain_unavailable":
      return invalid([refusalSentence(refusal)]);
  }
}

function invalid(errors: readonly string[]): WireError {
  return { status: 422, error: "Validation failed", errors };
}

function forbidden(error: string): WireError {
  return { status: 403, error };
}

function notFound(error: string): WireError {
  return { status: 404, error };
}

function tooMany(what: string, retryAfterSeconds: number): WireError {
  return {
    status: 429,
    error: `${what}. Try again in ${retryAfterSeconds} seconds`,
    headers: { "Retry-After": String(retryAfterSeconds) },
  };
}
