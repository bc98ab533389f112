/** The one place where refusals become RevoLink's wire format: `{error}` and a status. */

import type { Context } from "hono";

import type { AccountRefusal } from "../../accounts/refusal.ts";
import type { LinkRefusal } from "../../links/errors.ts";
import type { LinkNotMade } from "../shared/create-each.ts";
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
  unauthorized,
  type WireError,
} from "../shared/wire-error.ts";
import { boundSentence } from "../shared/wire/bounds.ts";
import type { WireFault } from "../shared/wire/fault.ts";
import type { RevolinkEnvironment } from "./environment.ts";
import { destinationSentence, quotaSentence } from "./sentences.ts";

/** Refusals that only this dialect has. */
export type DialectRefusal =
  | { readonly reason: "body_not_an_object" }
  | { readonly reason: "workspace_required" }
  /** The workspace is not one of the user's, whether or not it exists. */
  | { readonly reason: "workspace_foreign" }
  | { readonly reason: "link_id_invalid" }
  /** The link belongs to another workspace. */
  | { readonly reason: "link_foreign"; readonly action: "edit" | "delete" }
  | { readonly reason: "report_link_id_invalid" }
  /** Reports treat another workspace's link as one that does not exist. */
  | { readonly reason: "report_link_not_found" }
  | { readonly reason: "report_role_too_low" }
  | { readonly reason: "tag_unknown"; readonly tagId: string }
  /** A whole sentence that names the field. */
  | { readonly reason: "field_refused"; readonly sentence: string }
  | { readonly reason: "item_incomplete" };

/** Every refusal of this dialect's routes. */
export type RevolinkRefusal =
  | GuardRefusal
  | AccountRefusal
  | LinkRefusal
  | IdempotencyRefusal
  | LinkNotMade
  | DialectRefusal;

/** Converts a fault of a shared reader; this dialect ends each sentence with a full stop. */
export function toRefusal({ sentence }: WireFault): RevolinkRefusal {
  return { reason: "field_refused", sentence: `${sentence}.` };
}

/** Answers a refusal in RevoLink's format. */
export function refuse(c: Context, refusal: RevolinkRefusal): Response {
  const { status, sentence, more, headers } = toWire(refusal);
  return c.json({ ...more, error: sentence }, status, { ...headers });
}

/** Returns a refusal's sentence, to be included among others. */
export function sentenceOf(refusal: RevolinkRefusal): string {
  return toWire(refusal).sentence;
}

/** Validates the fields of this dialect's routes. */
export const validate = validatorFor<RevolinkRefusal, RevolinkEnvironment>(refuse);

function words(failure: ShellFailure): string {
  switch (failure.reason) {
    case "route_unknown":
      return "There is no such route.";
    case "method_not_allowed":
      return `This route does not answer that method. It answers ${failure.allow.join(", ")}.`;
    case "body_malformed":
      return `The request body cannot be read: ${failure.problem}.`;
    case "body_type_unsupported":
      return `Send the body with Content-Type ${failure.accepted.join(" or ")}.`;
    case "body_too_large":
      return `The request body is larger than ${failure.limitBytes / 1024} KB.`;
    case "validation_failed":
      // One fault at a time, as in the documented answers, and each with a full stop.
      return (failure.issues[0]?.message ?? "The request is not valid").replace(/[^.]$/, "$&.");
    case "rate_limited":
      return `Too many requests. Try again in ${failure.retryAfterSeconds} seconds.`;
    case "busy":
      return `The server is busy. Try again in ${failure.retryAfterSeconds} seconds.`;
    case "internal":
      return "Something went wrong on our side. Try again; if it stays, quote X-Request-Id.";
  }
}

function toWire(refusal: RevolinkRefusal): WireError {
  if (isShellFailure(refusal)) return shellError(refusal, words(refusal));
  switch (refusal.reason) {
    case "body_not_an_object":
      return badRequest("The request body must be a JSON object.");
    case "unauthenticated":
      return unauthorized("Missing or invalid API key.");
    case "scope_missing":
      return forbidden(`This API key lacks the scope ${refusal.scopes.join(" and ")}.`);
    case "membership_lost":
      return forbidden("You no longer belong to this API key's workspace.");
    case "workspace_header_unknown":
      return forbidden("The header Signpost-Workspace names no workspace that you belong to.");
    case "session_required":
    case "role_too_low":
    case "origin_foreign":
    case "password_wrong":
    case "email_taken":
    case "setup_required":
    case "signups_closed":
    case "feature_not_in_plan":
      // This dialect has no accounts, sessions or roles, and does not require features of a plan.
      return forbidden("You may not do this.");
    case "workspace_required":
      return badRequest("workspaceId is required.");
    case "workspace_foreign":
      return forbidden("workspaceId names no workspace that you belong to.");
    case "link_id_invalid":
      return badRequest("Invalid linkId format.");
    case "link_not_made":
      return conflict("The first request with this Idempotency-Key did not make this link.");
    case "link_not_found":
      return notFound("Link not found.");
    case "link_foreign":
      return forbidden(`You do not have permission to ${refusal.action} this link.`);
    case "not_link_owner":
      return forbidden("You do not have permission to delete this link.");
    case "version_mismatch":
      return conflict("The link has been changed meanwhile. Try again.");
    case "report_link_id_invalid":
      return badRequest("Invalid link id.");
    case "report_link_not_found":
      return notFound("Link not found in this workspace.");
    case "report_role_too_low":
      return forbidden("Only workspace owner or manager can access all links analytics.");
    case "item_incomplete":
      return badRequest("Each link must have name and rules.");
    case "field_refused":
      return badRequest(refusal.sentence);
    case "tag_unknown":
      return badRequest(`tagIds: "${refusal.tagId}" is no tag of this workspace.`);
    case "idempotency_key_invalid":
      return badRequest(
        `Idempotency-Key must be 1 to ${refusal.lengthMax} printable ASCII characters.`,
      );
    case "idempotency_key_reused":
      return {
        status: 422,
        sentence: "This Idempotency-Key was sent with another body. Use a new key.",
      };
    case "idempotency_in_flight":
      return {
        ...conflict("The first request with this Idempotency-Key has not finished. Try again."),
        headers: { "Retry-After": String(refusal.retryAfterSeconds) },
      };
    case "idempotency_result_gone":
      return notFound("What the first request with this Idempotency-Key made has been deleted.");
    case "destination_refused":
      return badRequest(destinationSentence(refusal));
    case "bound_exceeded":
      return badRequest(`${boundSentence(refusal)}.`);
    case "code_reserved":
      return badRequest(`slug "${refusal.code}" is reserved. Choose another one.`);
    case "code_taken":
      return conflict("This slug is already taken.");
    case "external_id_taken":
      return conflict("Another link has this external id.");
    case "link_exists":
      return conflict("There is a link to this destination.");
    case "call_stopped":
      return conflict(
        `Not tried: the slugs of ${refusal.taken} links before this one are taken. Send it again later.`,
      );
    case "expiry_past":
      return badRequest("expirationDate must be in the future.");
    case "schedule_inverted":
      return badRequest("The link would end before it starts.");
    case "collection_not_found":
      return badRequest("There is no such collection in this workspace.");
    case "domain_unavailable":
      return badRequest("Domain is not available for this workspace.");
    case "quota_exceeded": {
      const { limit, used, plan } = refusal;
      return forbidden(quotaSentence(refusal), { licenseLimitReached: true, limit, used, plan });
    }
  }
}
