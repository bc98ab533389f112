/**
 * Explains why a link is refused in the wording of PVTLNK's page, without a full stop. PVTLNK's API
 * uses these sentences, and so do the CSV import reports of both APIs.
 */

import type { QuotaExceeded } from "../../../access/quotas.ts";
import type { DestinationProblem } from "../../../links/destination.ts";
import { DESTINATION_LENGTH_MAX } from "../../../links/destination.ts";
import type {
  BoundExceeded,
  CreateLinkRefusal,
  DestinationField,
  DestinationRefused,
} from "../../../links/errors.ts";
import { targetProblem } from "./targets.ts";

/** What PVTLNK's page words in its own way, or would. */
const PROBLEMS: Partial<Record<DestinationProblem, string>> = {
  not_a_url: "is not a valid URL",
  too_long: `is too long (maximum is ${DESTINATION_LENGTH_MAX} characters)`,
  control_character: "must not contain control characters",
  credentials: "must not contain a user name or password",
};

const CODE_TAKEN = "Short code has already been taken";
export const CODE_RESERVED = "Short code is reserved";
export const SCHEDULE_INVERTED = "Scheduled end at must be later than scheduled start at";

/** The fields of an address that a file can set, as sentences name them. */
const ADDRESSES: Partial<Record<DestinationField, string>> = {
  expiredUrl: "Expired url",
  limitReachedUrl: "Limit reached url",
  "social.image": "Social image",
};

type FieldFault = Omit<DestinationRefused, "reason">;

/** Explains what is wrong with an address. */
export function destinationSentence({ field, ...fault }: FieldFault): string {
  const name = ADDRESSES[field] ?? "Destination url";
  return `${name} ${PROBLEMS[fault.problem] ?? targetProblem(fault)}`;
}

/** Explains why a well-formed link is refused. */
export function refusalSentence(refusal: CreateLinkRefusal): string {
  switch (refusal.reason) {
    case "destination_refused":
      return destinationSentence(refusal);
    case "bound_exceeded":
      return boundSentence(refusal);
    case "code_reserved":
      return CODE_RESERVED;
    case "code_taken":
      return CODE_TAKEN;
    case "external_id_taken":
      return "External id has already been taken";
    case "link_exists":
      return "Destination url has a link already";
    case "call_stopped":
      return `Not imported: the codes of ${refusal.taken} rows before this one are taken. Send this row again later`;
    case "rate_limited":
      return `Too many short codes were looked at. Try again in ${refusal.retryAfterSeconds} seconds`;
    case "schedule_inverted":
      return SCHEDULE_INVERTED;
    case "expiry_past":
      return "Expires at must lie in the future";
    case "collection_not_found":
      return "Collection does not exist";
    case "domain_unavailable":
      return "Domain is not one that this workspace has proved";
    case "quota_exceeded":
      return `The plan "${refusal.plan}" has no room for this link (maximum is ${quotaText(refusal)})`;
  }
}

/** A bound on rules or variants can only be exceeded by UTM parameters: this API sets no others. */
function boundSentence({ field, bound, max }: BoundExceeded): string {
  if (field === "utm") return `Utm params is too long (maximum is ${max} names)`;
  switch (bound) {
    case "location":
      return field === "destinationUrl" || field === "url"
        ? `Destination url is too long (maximum is ${max} characters with its utm params)`
        : `Utm params is too long (maximum is ${max} characters with each of the link's destinations)`;
    case "items":
    case "record":
    case "link":
      return `Link is too large (maximum is ${bound === "items" ? `${max} ${field}` : `${max / 1024} KB`})`;
  }
}

function quotaText({ quota, limit }: QuotaExceeded): string {
  return quota === "linkBytes" ? `${limit / 1_000_000} MB of links` : `${limit} ${quota}`;
}
