/** The one place where refusals become PrunePath's wire format: `{code, message}` and a status. */

import type { Context } from "hono";

import type { AccountRefusal } from "../../accounts/refusal.ts";
import type { TokenRefusal } from "../../accounts/tokens.ts";
import type { GoalRefusal } from "../../conversions/goal.ts";
import type { ConversionRefusal } from "../../conversions/recorded-conversions.ts";
import type { ManyRefusal } from "../../links/change-many.ts";
import type { CsvRefusal } from "../../links/csv/errors.ts";
import type { LinkRefusal } from "../../links/errors.ts";
import type { LabelRefusal } from "../../links/labels.ts";
import type { CursorInvalid } from "../../links/lists.ts";
import type { VariantRefusal } from "../../links/variants/change-variants.ts";
import type { DeadLetterRefusal } from "../../upkeep/dead-letters.ts";
import type { WebhookRefusal } from "../../webhooks/errors.ts";
import type { DomainRefusal } from "../../workspaces/domains.ts";
import type { WorkspaceRefusal } from "../../workspaces/errors.ts";
import type { NetworkRefusal } from "../../workspaces/excluded-networks.ts";
import type { InvitationRefusal } from "../../workspaces/invitations.ts";
import type { MemberRefusal } from "../../workspaces/members.ts";
import type { LinkNotMade } from "../shared/create-each.ts";
import { isShellFailure, type Issue, type ShellFailure } from "../shared/failure.ts";
import type { GuardRefusal } from "../shared/guard.ts";
import type { IdempotencyRefusal } from "../shared/idempotency.ts";
import { etagOf } from "../shared/if-match.ts";
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
import { boundSentence } from "../shared/wire/bounds.ts";
import { hostnameSentence } from "./domains/sentences.ts";
import type { NativeEnvironment } from "./environment.ts";
import { amountSentence } from "./goals/contract.ts";
import { destinationSentence, quotaSentence, webUrlSentence } from "./links/sentences.ts";
import { wantsText } from "./request.ts";
import { filterSentence, webhookUrlSentence } from "./webhooks/translate.ts";

/** Every refusal of native routes. A feature adds its union here and its cases below. */
export type NativeRefusal =
  | GuardRefusal
  | AccountRefusal
  | TokenRefusal
  | WorkspaceRefusal
  | MemberRefusal
  | InvitationRefusal
  | DomainRefusal
  | NetworkRefusal
  | DeadLetterRefusal
  | LinkRefusal
  | ManyRefusal
  | VariantRefusal
  | CursorInvalid
  | CsvRefusal
  | LabelRefusal
  | GoalRefusal
  | ConversionRefusal
  | IdempotencyRefusal
  | WebhookRefusal
  | LinkNotMade;

const ISSUES_TOLD_MAX = 5; // a hundred faulty items usually repeat one mistake

/** The wire's code for each status; a refusal with a different one states it. */
const CODES: Readonly<Record<number, string>> = {
  400: "VALIDATION_ERROR",
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  405: "METHOD_NOT_ALLOWED",
  409: "ALREADY_EXISTS",
  412: "PRECONDITION_FAILED",
  413: "PAYLOAD_TOO_LARGE",
  415: "UNSUPPORTED_MEDIA_TYPE",
  429: "RATE_LIMIT_EXCEEDED",
  500: "INTERNAL_ERROR",
  503: "UNAVAILABLE",
};

/** Answers a refusal in the native format, or with its sentence alone if a text is asked for. */
export function refuse(c: Context, refusal: NativeRefusal): Response {
  const { status, sentence, more, headers } = toWire(refusal);
  if (wantsText(c)) return c.text(sentence, status, { ...headers });
  return c.json({ code: CODES[status], message: sentence, ...more }, status, { ...headers });
}

/** Returns a refusal's code and message, to be included among others. */
export function wireFailure(refusal: NativeRefusal): {
  readonly code: string;
  readonly message: string;
} {
  const { status, sentence, more } = toWire(refusal);
  const code = more?.["code"] ?? CODES[status];
  return { code: typeof code === "string" ? code : "", message: sentence };
}

/** Validates bodies, queries and parameters of native routes. */
export const validate = validatorFor<NativeRefusal, NativeEnvironment>(refuse);

function words(failure: ShellFailure): string {
  switch (failure.reason) {
    case "route_unknown":
      return "There is no such route. The API's documentation lists all routes.";
    case "method_not_allowed":
      return `This route does not answer that method. It answers ${failure.allow.join(", ")}.`;
    case "body_malformed":
      return `The request body cannot be read: ${failure.problem}.`;
    case "body_type_unsupported":
      return `Send the body with Content-Type ${failure.accepted.join(" or ")}.`;
    case "body_too_large":
      return `The request body is larger than ${failure.limitBytes / 1024} KB.`;
    case "validation_failed":
      return failure.issues.slice(0, ISSUES_TOLD_MAX).map(issueSentence).join("; ");
    case "rate_limited":
      return `Too many requests. Try again in ${failure.retryAfterSeconds} seconds.`;
    case "busy":
      return `The server is busy. Try again in ${failure.retryAfterSeconds} seconds.`;
    case "internal":
      return "Something went wrong on our side. Try again; if it stays, quote X-Request-Id.";
  }
}

function toWire(refusal: NativeRefusal): WireError {
  if (isShellFailure(refusal)) return shellError(refusal, words(refusal));
  switch (refusal.reason) {
    case "unauthenticated":
      return unauthorized("Missing or invalid authentication token.");
    case "session_required":
      return forbidden("This needs a signed-in browser session: API tokens cannot do it.");
    case "scope_missing":
      return forbidden(`This needs the scope ${refusal.scopes.join(" and ")}.`);
    case "role_too_low":
      return forbidden(`This needs the role ${refusal.atLeast} in the workspace.`);
    case "origin_foreign":
      return forbidden("A change made with a session cookie needs this site's own Origin header.");
    case "workspace_header_unknown":
      return notFound("The header Signpost-Workspace names no workspace that you belong to.");
    case "feature_not_in_plan":
      return forbidden(
        `The plan "${refusal.plan}" does not include the feature "${refusal.feature}".`,
        {
          code: "PLAN_LIMIT",
        },
      );
    case "membership_lost":
      return forbidden("You no longer belong to this token's workspace.");
    case "password_wrong":
      return { status: 401, sentence: "Invalid e-mail address or password." };
    case "email_taken":
      return conflict("This e-mail address has an account.");
    case "signups_closed":
      return forbidden("This installation takes no new accounts. Ask its owner to be invited.");
    case "setup_required":
      return forbidden(
        "The first account of this installation is made with its setup link, which the deployment has printed, with SIGNPOST_SECRET in its place, or with ADMIN_TOKEN as the bearer token.",
        { code: "SETUP_REQUIRED" },
      );
    case "token_expiry_past":
      return badRequest("expiresAt must lie in the future");
    case "token_expiry_late":
      return badRequest(
        `expiresAt must lie before ${new Date(refusal.latestMs).toISOString()}: the plan "${refusal.plan}" allows no longer lives`,
      );
    case "token_parent_ended":
      return unauthorized("Missing or invalid authentication token.");
    case "token_limit_reached":
      return tooMany(
        `At most ${refusal.perHourMax} tokens can be created in an hour. Try again in ${refusal.retryAfterSeconds} seconds.`,
        refusal.retryAfterSeconds,
      );
    case "token_not_found":
      return notFound("There is no such token.");
    case "workspace_not_found":
      return notFound("There is no such workspace.");
    case "workspace_personal":
      return conflict("Your own workspace goes with your account.", { code: "OWN_WORKSPACE" });
    case "jurisdiction_unavailable":
      return badRequest(
        "jurisdiction must be null: this installation cannot keep data in the EU alone",
      );
    case "member_not_found":
      return notFound("There is no such member.");
    case "member_known":
      return conflict(`${refusal.email} is a member of this workspace already.`);
    case "last_owner":
      return conflict("A workspace needs an owner. Make somebody else one first.", {
        code: "LAST_OWNER",
      });
    case "owner_full":
      return forbidden("This person owns as many workspaces as their plan allows.", {
        code: "PLAN_LIMIT",
      });
    case "own_workspace":
      return conflict("Whose own workspace it is stays its owner.", { code: "OWN_WORKSPACE" });
    case "invitations_too_fast":
      return tooMany(
        `At most ${refusal.perHourMax} people can be invited in an hour. Try again in ${refusal.retryAfterSeconds} seconds.`,
        refusal.retryAfterSeconds,
      );
    case "invitation_not_found":
      return notFound(
        "There is no such invitation: it was used, withdrawn or declined, or has expired.",
      );
    case "hostname_refused":
      return badRequest(hostnameSentence(refusal.problem));
    case "domain_claimed":
      return conflict(`${refusal.hostname} is already on this workspace's list.`);
    case "domain_not_found":
      return notFound("There is no such domain.");
    case "domain_unproven":
      return conflict(
        `The DNS shows no such TXT record for ${refusal.hostname} yet. Changes of the DNS can take hours.`,
        { code: "DOMAIN_NOT_PROVED" },
      );
    case "domain_url_refused":
      return badRequest(webUrlSentence(refusal.field, refusal.problem));
    case "dns_unanswered":
      return {
        status: 503,
        sentence: "The DNS did not answer, which says nothing about the domain. Try again shortly.",
        more: { code: "DNS_UNAVAILABLE" },
        headers: { "Retry-After": "30" },
      };
    case "network_malformed":
      return badRequest(
        "network must be an IP address, or a network such as 203.0.113.0/24: /8 to /32 for IPv4, /32 to /64 for IPv6",
      );
    case "network_known":
      return conflict("This network is excluded already.");
    case "networks_full":
      return conflict(`A workspace excludes at most ${refusal.max} networks. Delete one first.`, {
        code: "TOO_MANY",
      });
    case "network_not_found":
      return notFound("There is no such excluded network.");
    case "dead_letter_not_found":
      return notFound("There is no such message.");
    case "dead_letter_unreadable":
      return badRequest("This version cannot read the message; it is kept.");
    case "destination_refused":
      return badRequest(destinationSentence(refusal));
    case "bound_exceeded":
      return badRequest(boundSentence(refusal));
    case "code_reserved":
      return badRequest(`shortCode must be another word: "${refusal.code}" is reserved`);
    case "code_taken": {
      const { code, suggestions = [] } = refusal;
      return { ...conflict(`The short code "${code}" is taken.`), more: { suggestions } };
    }
    case "external_id_taken":
      return conflict(`There is a link with the externalId "${refusal.externalId}" already.`);
    case "link_exists":
      return conflict("Another request has just made or deleted this link. Send it again.");
    case "call_stopped":
      return conflict(
        `Not tried: the codes of ${refusal.taken} links before this one are taken. Send it again later.`,
      );
    case "expiry_past":
      return badRequest("expiresAt must lie in the future");
    case "schedule_inverted":
      return badRequest("endsAt must be later than startsAt");
    case "collection_not_found":
      return badRequest("collectionId must be the id of a collection of this workspace, or null");
    case "domain_unavailable":
      return badRequest("domain must be a domain that this workspace has proved, or null");
    case "quota_exceeded":
      return forbidden(quotaSentence(refusal), {
        code: "PLAN_LIMIT",
        quota: refusal.quota,
        limit: refusal.limit,
        used: refusal.used,
        plan: refusal.plan,
      });
    case "variant_not_found":
      return notFound("There is no such variant.");
    case "variant_taken":
      return conflict(`The link has a variant with the id "${refusal.id}" already.`);
    case "variants_full":
      return badRequest(`A link has at most ${refusal.max} variants`);
    case "link_not_made":
      return conflict(
        "The first request with this Idempotency-Key did not make this link, or it is gone.",
      );
    case "link_not_found":
      return notFound("There is no such link.");
    case "not_link_owner":
      return forbidden("A member can delete only their own links.");
    case "tags_full":
      return badRequest(`tags must hold at most ${refusal.max} names`);
    case "version_mismatch":
      return {
        status: 412,
        sentence: "The link has changed since the version in If-Match. Read it again.",
        headers: { ETag: etagOf(refusal.version) },
      };
    case "cursor_invalid":
      return badRequest("cursor must come from the Link header of the page before");
    case "csv_column_missing":
      return badRequest(`csv must begin with a row of column names, ${refusal.column} among them`);
    case "csv_too_many_rows":
      return badRequest(
        `csv must hold at most ${refusal.limit} rows: send the others with another call`,
      );
    case "csv_malformed":
      return badRequest(
        `csv cannot be read from row ${refusal.row} on: a quoted cell has no end, or text after it`,
      );
    case "csv_one_line":
      return badRequest("csv has no rows that can be told apart: end its lines with CRLF or LF");
    case "label_taken":
      return conflict(`There is a ${refusal.kind} named "${refusal.name}" already.`);
    case "label_not_found":
      return notFound(`There is no such ${refusal.kind}.`);
    case "goal_not_found":
      return notFound("There is no such conversion goal.");
    case "conversion_not_found":
      return notFound("There is no such conversion.");
    case "conversion_refunded":
      return conflict("This conversion was refunded already.", { code: "ALREADY_REFUNDED" });
    case "value_past_max":
      return badRequest(`value must not be more than maxValue, which is ${refusal.max}`);
    case "amount_refused":
      return badRequest(amountSentence(refusal));
    case "webhook_not_found":
      return notFound("There is no such webhook.");
    case "webhook_exists":
      return conflict(
        "There is a webhook with this url, these events and these filters already: change that one.",
        {
          code: "WEBHOOK_EXISTS",
          id: refusal.uuid,
        },
      );
    case "webhook_filter_unknown":
      return badRequest(filterSentence(refusal));
    case "webhook_url_refused":
      return badRequest(webhookUrlSentence(refusal.problem));
    case "webhook_inactive":
      return conflict("This webhook is switched off. Switch it on first: isActive.", {
        code: "WEBHOOK_INACTIVE",
      });
    case "delivery_not_found":
      return notFound("There is no such finished delivery: it may still be in progress.");
    case "idempotency_key_invalid":
      return badRequest(
        `Idempotency-Key must be 1 to ${refusal.lengthMax} printable ASCII characters`,
      );
    case "idempotency_key_reused":
      return {
        status: 422,
        sentence: "This Idempotency-Key was sent with another body. Use a new key.",
        more: { code: "IDEMPOTENCY_KEY_REUSED" },
      };
    case "idempotency_in_flight":
      return {
        status: 409,
        sentence:
          "The first request with this Idempotency-Key has not finished. Try again shortly.",
        more: { code: "IDEMPOTENCY_IN_FLIGHT" },
        headers: { "Retry-After": String(refusal.retryAfterSeconds) },
      };
    case "idempotency_result_gone":
      return notFound("What the first request with this Idempotency-Key made has been deleted.");
  }
}

/**
 * Returns the sentence of an issue. Sentences of our schemas begin with the field's name; zod's own
 * do not.
 */
function issueSentence({ path, message }: Issue): string {
  const [field] = path;
  return field === undefined || message.startsWith(field)
    ? message
    : `${path.join(".")}: ${message}`;
}
