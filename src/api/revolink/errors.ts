/** The one place where refusals become RevoLink's wire form: `{error}` and a status. */

import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

import type { AccountRefusal } from "../../accounts/refusal.ts";
import type { LinkRefusal } from "../../links/errors.ts";
import type { ShellFailure } from "../shared/failure.ts";
import type { WireFault } from "../shared/wire/fault.ts";
import { destinationSentence, quotaSentence } from "./sentences.ts";

/** What only this dialect refuses. */
export type DialectRefusal =
  | { readonly code: "body_not_an_object" }
  | { readonly code: "workspace_required" }
  /** Not one of the person's workspaces, whether it exists or not. */
  | { readonly code: "workspace_foreign" }
  | { readonly code: "link_id_invalid" }
  /** Another workspace has the link. */
  | { readonly code: "link_foreign"; readonly action: "edit" | "delete" }
  | { readonly code: "report_link_id_invalid" }
  /** For reports another workspace's link is none. */
  | { readonly code: "report_link_not_found" }
  | { readonly code: "report_role_too_low" }
  | { readonly code: "tag_unknown"; readonly tagId: string }
  /** A whole sentence that names the field. */
  | { readonly code: "field_refused"; readonly sentence: string }
  | { readonly code: "item_incomplete" };

/** Everything that a route may refuse. */
export type RevolinkRefusal = ShellFailure | AccountRefusal | LinkRefusal | DialectRefusal;

/** Refuses what a shared reader found: here each sentence ends with a full stop. */
export function toRefusal({ sentence }: WireFault): RevolinkRefusal {
  return { code: "field_refused", sentence: `${sentence}.` };
}

interface WireError {
  readonly status: ContentfulStatusCode;
  readonly error: string;
  /** Fields beside `error`. */
  readonly more?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers a refusal in RevoLink's form. */
export function refuse(c: Context, refusal: RevolinkRefusal): Response {
  const { status, error, more, headers } = toWire(refusal);
  return c.json({ ...more, error }, status, { ...headers });
}

/** Gives a refusal's words, for where they stand beside others. */
export function sentenceOf(refusal: RevolinkRefusal): string {
  return toWire(refusal).error;
}

function toWire(refusal: RevolinkRefusal): WireError {
  switch (refusal.code) {
    case "route_unknown":
      return { status: 404, error: "There is no such route." };
    case "method_not_allowed": {
      const allow = refusal.allow.join(", ");
      const error = `This route does not answer that method. It answers ${allow}.`;
      return { status: 405, error, headers: { Allow: allow } };
    }
    case "body_malformed":
      return invalid(`The request body cannot be read: ${refusal.reason}.`);
    case "body_type_unsupported": {
      const types = refusal.accepted.join(" or ");
      return { status: 415, error: `Send the body with Content-Type ${types}.` };
    }
    case "body_too_large": {
      const limit = refusal.limitBytes / 1024;
      return { status: 413, error: `The request body is larger than ${limit} KB.` };
    }
    case "body_not_an_object":
      return invalid("The request body must be a JSON object.");
    case "validation_failed":
      // One thing at a time, as the documented answers do.
      return invalid(refusal.issues[0]?.message ?? "The request is not valid.");
    case "rate_limited": {
      const seconds = refusal.retryAfterSeconds;
      return {
        status: 429,
        error: `Too many requests. Try again in ${seconds} seconds.`,
        headers: { "Retry-After": String(seconds) },
      };
    }
    case "internal":
      return {
        status: 500,
        error: "Something went wrong on our side. Try again; if it stays, quote X-Request-Id.",
      };
    case "unauthenticated":
      return {
        status: 401,
        error: "Missing or invalid API key.",
        headers: { "WWW-Authenticate": "Bearer" },
      };
    case "scope_missing":
      return forbidden(`This API key lacks the scope ${refusal.scopes.join(" and ")}.`);
    case "membership_lost":
      return forbidden("You no longer belong to this API key's workspace.");
    case "workspace_not_found":
      return forbidden("The header Signpost-Workspace names no workspace that you belong to.");
    case "session_required":
    case "role_too_low":
    case "origin_foreign":
    case "password_wrong":
    case "email_taken":
    case "signups_closed":
      // Of accounts and sessions, which this dialect has none of.
      return forbidden("You may not do this.");
    case "workspace_required":
      return invalid("workspaceId is required.");
    case "workspace_foreign":
      return forbidden("workspaceId names no workspace that you belong to.");
    case "link_id_invalid":
      return invalid("Invalid linkId format.");
    case "link_not_found":
      return { status: 404, error: "Link not found." };
    case "link_foreign":
      return forbidden(`You do not have permission to ${refusal.action} this link.`);
    case "not_link_owner":
      return forbidden("You do not have permission to delete this link.");
    case "version_mismatch":
      return { status: 409, error: "The link has been changed meanwhile. Try again." };
    case "report_link_id_invalid":
      return invalid("Invalid link id.");
    case "report_link_not_found":
      return { status: 404, error: "Link not found in this workspace." };
    case "report_role_too_low":
      return forbidden("Only workspace owner or manager can access all links analytics.");
    case "item_incomplete":
      return invalid("Each link must have name and rules.");
    case "field_refused":
      return invalid(refusal.sentence);
    case "tag_unknown":
      return invalid(`tagIds: "${refusal.tagId}" is no tag of this workspace.`);
    case "destination_refused":
      return invalid(destinationSentence(refusal));
    case "code_reserved":
      return invalid(`slug "${refusal.slug}" is reserved. Choose another one.`);
    case "code_taken":
      return { status: 409, error: "This slug is already taken." };
    case "expiry_past":
      return invalid("expirationDate must be in the future.");
    case "schedule_inverted":
      return invalid("The link would end before it starts.");
    case "collection_not_found":
      return invalid("There is no such collection in this workspace.");
    case "domain_unavailable":
      return invalid("Domain is not available for this workspace.");
    case "quota_exceeded": {
      const { limit, used, plan } = refusal;
      return {
        status: 403,
        error: quotaSentence(refusal),
        more: { licenseLimitReached: true, limit, used, plan },
      };
    }
  }
}

function invalid(error: string): WireError {
  return { status: 400, error };
}

function forbidden(error: string): WireError {
  return { status: 403, error };
}
