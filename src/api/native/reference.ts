/** What the documents say of the native API. */

import type { ApiReference, ReferenceOf } from "../shared/reference.ts";
import { failure } from "./answers.ts";
import { collection, tag } from "./labels/answers.ts";
import { labelReference, labelResources } from "./labels/reference.ts";
import { operations } from "./operations.ts";

// Partial until every operation has its words.
const reference: Partial<ReferenceOf<typeof operations>> = {
  ...labelReference,
};

export const nativeReference: ApiReference = {
  name: "native",
  address: "/api/openapi.json",
  title: "Signpost API",
  description:
    "Links, rules, numbers and webhooks. Authenticate with a token: `Authorization: Bearer pp_…`.",
  prefix: "/api",
  operations,
  reference,
  resources: labelResources,
  schemas: { Tag: tag, Collection: collection },
  failure,
  failsAlways({ requires, query, body }, { headers = [] }) {
    const isOnce = headers.includes("Idempotency-Key");
    return {
      ...((query !== undefined || body !== undefined) && {
        400: "A field is missing or wrong: `message` says which, and what to send.",
      }),
      ...(requires !== null && {
        401: "There is no valid credential.",
        403: "The credential's scopes, the role in the workspace, or the plan do not allow it.",
        404: "The header `Signpost-Workspace` names no workspace that you belong to.",
        429: "Too many requests: wait for the seconds in `Retry-After`.",
      }),
      ...(body !== undefined && {
        413: "The body is too large.",
        415: "The body has a type that is not read.",
      }),
      ...(isOnce && {
        409: "The first request with this `Idempotency-Key` has not finished.",
        422: "This `Idempotency-Key` was sent with another body.",
      }),
      ...(headers.includes("If-Match") && {
        412: "It has changed since the version in `If-Match`: read it again.",
      }),
    };
  },
};
