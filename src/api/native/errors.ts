/** The one place where refusals become PrunePath's wire form: `{code, message}` and a status. */

import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

import type { AccountRefusal } from "../../accounts/refusal.ts";
import type { TokenRefusal } from "../../accounts/tokens.ts";
import type { GoalRefusal } from "../../conversions/goal.ts";
import type { CsvRefusal } from "../../links/csv/errors.ts";
import type { LinkRefusal } from "../../links/errors.ts";
import type { LabelRefusal } from "../../links/labels.ts";
import type { CursorInvalid } from "../../links/list-links.ts";
import type { VariantRefusal } from "../../links/variants/change-variants.ts";
import type { DeadLetterRefusal } from "../../upkeep/dead-letters.ts";
import type { WebhookRefusal } from "../../webhooks/errors.ts";
import type { WorkspaceRefusal } from "../../workspaces/administration.ts";
import type { DomainRefusal } from "../../workspaces/domains.ts";
import type { InvitationRefusal } from "../../workspaces/invitations.ts";
import type { MemberRefusal } from "../../workspaces/members.ts";
import type { Issue, ShellFailure } from "../shared/failure.ts";
import type { IdempotencyRefusal } from "../shared/idempotency.ts";
import { etagOf } from "../shared/if-match.ts";
import { validatorFor } from "../shared/validate.ts";
import { hostnameSentence } from "./domains/sentences.ts";
import { amountSentence } from "./goals/contract.ts";
import { destinationSentence, quotaSentence } from "./links/sentences.ts";
import { webhookUrlSentence } from "./webhooks/translate.ts";

/** Everything that a native route may refuse. A feature adds its union here and its cases below. */
export type NativeRefusal =
  | ShellFailure
  | AccountRefusal
  | TokenRefusal
  | WorkspaceRefusal
  | MemberRefusal
  | InvitationRefusal
  | DomainRefusal
  | DeadLetterRefusal
  | LinkRefusal
  | VariantRefusal
  | CursorInvalid
  | CsvRefusal
  | LabelRefusal
  | GoalRefusal
  | IdempotencyRefusal
  | WebhookRefusal
  /** Of a call that is answered again, which notes only what it made. */
  | { readonly code: "link_not_made" };

const ISSUES_TOLD_MAX = 5; // a list of a hundred wrong items is one mistake made a hundred times

interface WireError {
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly message: string;
  /** Fields beside `code` and `message`, such as `suggestions`. */
  readonly more?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers a refusal in the native form. */
export function refuse(c: Context, refusal: NativeRefusal): Response {
  const { status, code, message, more, headers } = toWire(refusal);
  return c.json({ code, message, ...more }, status, { ...headers });
}

/** Gives a refusal's code and words, for where they stand beside others. */
export function wireFailure(refusal: NativeRefusal): Pick<WireError, "code" | "message"> {
  const { code, message } = toWire(refusal);
  return { code, message };
}

/** Checks bodies, queries and parameters of native routes. */
export const validate = validatorFor(refuse);

function toWire(refusal: NativeRefusal): WireError {
  switch (refusal.code) {
    case "route_unknown":
      return notFound(
        "There is no such route. See the API's documentation for the ones there are.",
      );
    case "method_not_allowed": {
      const allow = refusal.allow.join(", ");
      return {
        status: 405,
        code: "METHOD_NOT_ALLOWED",
        message: `This route does not answer that method. It answers ${allow}.`,
        headers: { Allow: allow },
      };
    }
    case "body_malformed":
      return invalid(`The request body cannot be read: ${refusal.reason}.`);
    case "body_type_unsupported":
      return {
        status: 415,
        code: "UNSUPPORTED_MEDIA_TYPE",
        message: `Send the body with Content-Type ${refusal.accepted.join(" or ")}.`,
      };
    case "body_too_large":
      return {
        status: 413,
        code: "PAYLOAD_TOO_LARGE",
        message: `The request body is larger than ${refusal.limitBytes / 1024} KB.`,
      };
    case "validation_failed":
      return invalid(refusal.issues.slice(0, ISSUES_TOLD_MAX).map(sentence).join("; "));
    case "rate_limited":
      return tooMany("Too many requests.", refusal.retryAfterSeconds);
    case "internal":
      return {
        status: 500,
        code: "INTERNAL_ERROR",
        message: "Something went wrong on our side. Try again; if it stays, quote X-Request-Id.",
      };
    case "unauthenticated":
      return {
        status: 401,
        code: "UNAUTHORIZED",
        message: "Missing or invalid authentication token.",
        headers: { "WWW-Authenticate": "Bearer" },
      };
    case "session_required":
      return forbidden("This needs a signed-in browser session: API tokens cannot do it.");
    case "scope_missing":
      return forbidden(`This needs the scope ${refusal.scopes.join(" and ")}.`);
    case "role_too_low":
      return forbidden(`This needs the role ${refusal.atLeast} in the workspace.`);
    case "origin_foreign":
      return forbidden("A change made with a session cookie needs this site's own Origin header.");
    case "workspace_not_found":
      return notFound("The header Signpost-Workspace names no workspace that you belong to.");
    case "membership_lost":
      return forbidden("You no longer belong to this token's workspace.");
    case "password_wrong":
      return { status: 401, code: "UNAUTHORIZED", message: "Invalid e-mail address or password." };
    case "email_taken":
      return {
        status: 409,
        code: "ALREADY_EXISTS",
        message: "This e-mail address has an account.",
      };
    case "signups_closed":
      return forbidden("This installation takes no new accounts. Ask its owner to be invited.");
    case "token_expiry_past":
      return invalid("expiresAt must lie in the future");
    case "token_limit_reached":
      return tooMany(
        `At most ${refusal.perHourMax} tokens can be created in an hour.`,
        refusal.retryAfterSeconds,
      );
    case "token_not_found":
      return notFound("There is no such token.");
    case "workspace_unknown":
      return notFound("There is no such workspace.");
    case "workspace_personal":
      return conflict("OWN_WORKSPACE", "Your own workspace goes with your account.");
    case "jurisdiction_unavailable":
      return invalid(
        "jurisdiction must be null: this installation cannot keep data in the EU alone",
      );
    case "member_not_found":
      return notFound("There is no such member.");
    case "member_known":
      return taken(`${refusal.email} is a member of this workspace already.`);
    case "last_owner":
      return conflict("LAST_OWNER", "A workspace needs an owner. Make somebody else one first.");
    case "own_workspace":
      return conflict("OWN_WORKSPACE", "Whose own workspace it is stays its owner.");
    case "invitation_not_found":
      return notFound("There is no such invitation: it was used, withdrawn, or has expired.");
    case "hostname_refused":
      return invalid(hostnameSentence(refusal.problem));
    case "domain_claimed":
      return taken(`${refusal.hostname} is on this workspace's list already.`);
    case "domain_not_found":
      return notFound("There is no such domain.");
    case "domain_unproven":
      return conflict(
        "DOMAIN_NOT_PROVED",
        `The DNS shows no such TXT record for ${refusal.hostname} yet. Changes of the DNS can take hours.`,
      );
    case "dns_unanswered":
      return {
        status: 503,
        code: "DNS_UNAVAILABLE",
        message: "The DNS did not answer, which says nothing about the domain. Try again shortly.",
        headers: { "Retry-After": "30" },
      };
    case "dead_letter_not_found":
      return notFound("There is no such message.");
    case "dead_letter_unreadable":
      return invalid("This version cannot read the message; it is kept.");
    case "destination_refused":
      return invalid(destinationSentence(refusal));
    case "code_reserved":
      return invalid(`shortCode must be another word: "${refusal.slug}" is reserved`);
    case "code_taken": {
      const { slug, suggestions = [] } = refusal;
      return { ...taken(`The short code "${slug}" is taken.`), more: { suggestions } };
    }
    case "expiry_past":
      return invalid("expiresAt must lie in the future");
    case "schedule_inverted":
      return invalid("endsAt must be later than startsAt");
    case "collection_not_found":
      return invalid("collectionId must be the id of a collection of this workspace, or null");
    case "domain_unavailable":
      return invalid("domain must be a domain that this workspace has proved, or null");
    case "quota_exceeded":
      return {
        status: 403,
        code: "PLAN_LIMIT",
        message: quotaSentence(refusal),
        more: {
          quota: refusal.quota,
          limit: refusal.limit,
          used: refusal.used,
          plan: refusal.plan,
        },
      };
    case "variant_not_found":
      return notFound("There is no such variant.");
    case "variant_taken":
      return taken(`The link has a variant with the id "${refusal.id}" already.`);
    case "variants_full":
      return invalid(`A link has at most ${refusal.max} variants`);
    case "link_not_made":
      return taken(
        "The first request with this Idempotency-Key did not make this link, or it is gone.",
      );
    case "link_not_found":
      return notFound("There is no such link.");
    case "not_link_owner":
      return forbidden("A member can delete only their own links.");
    case "version_mismatch":
      return {
        status: 412,
        code: "PRECONDITION_FAILED",
        message: "The link has changed since the version in If-Match. Read it again.",
        headers: { ETag: etagOf(refusal.version) },
      };
    case "cursor_invalid":
      return invalid("cursor must come from the Link header of the page before");
    case "csv_column_missing":
      return invalid(`csv must begin with a row of column names, ${refusal.column} among them`);
    case "csv_too_many_rows":
      return invalid(
        `csv must hold at most ${refusal.limit} rows: send the others with another call`,
      );
    case "csv_malformed":
      return invalid(
        `csv cannot be read from row ${refusal.row} on: a quoted cell has no end, or text after it`,
      );
    case "label_taken":
      return taken(`There is a ${refusal.kind} named "${refusal.name}" already.`);
    case "label_not_found":
      return notFound(`There is no such ${refusal.kind}.`);
    case "goal_not_found":
      return notFound("There is no such conversion goal.");
    case "amount_refused":
      return invalid(amountSentence(refusal.problem));
    case "webhook_not_found":
      return notFound("There is no such webhook.");
    case "webhook_url_refused":
      return invalid(webhookUrlSentence(refusal.reason));
    case "webhook_inactive":
      return {
        status: 409,
        code: "WEBHOOK_INACTIVE",
        message: "This webhook is switched off. Switch it on first: isActive.",
      };
    case "delivery_not_found":
      return notFound("There is no such delivery that is over: it may be on its way still.");
    case "idempotency_key_invalid":
      return invalid(
        `Idempotency-Key must be 1 to ${refusal.lengthMax} printable ASCII characters`,
      );
    case "idempotency_key_reused":
      return {
        status: 422,
        code: "IDEMPOTENCY_KEY_REUSED",
        message: "This Idempotency-Key was sent with another body. Use a new key.",
      };
    case "idempotency_in_flight":
      return {
        status: 409,
        code: "IDEMPOTENCY_IN_FLIGHT",
        message: "The first request with this Idempotency-Key has not finished. Try again shortly.",
        headers: { "Retry-After": String(refusal.retryAfterSeconds) },
      };
    case "idempotency_result_gone":
      return notFound("What the first request with this Idempotency-Key made has been deleted.");
  }
}

function taken(message: string): WireError {
  return conflict("ALREADY_EXISTS", message);
}

function conflict(code: string, message: string): WireError {
  return { status: 409, code, message };
}

function notFound(message: string): WireError {
  return { status: 404, code: "NOT_FOUND", message };
}

function forbidden(message: string): WireError {
  return { status: 403, code: "FORBIDDEN", message };
}

function tooMany(message: string, retryAfterSeconds: number): WireError {
  return {
    status: 429,
    code: "RATE_LIMIT_EXCEEDED",
    message: `${message} Try again in ${retryAfterSeconds} seconds.`,
    headers: { "Retry-After": String(retryAfterSeconds) },
  };
}

function invalid(message: string): WireError {
  return { status: 400, code: "VALIDATION_ERROR", message };
}

/** A schema that words its own sentence starts it with the field's name; zod's own words do not. */
function sentence({ path, message }: Issue): string {
  const [field] = path;
  return field === undefined || message.startsWith(field)
    ? message
    : `${path.join(".")}: ${message}`;
}
