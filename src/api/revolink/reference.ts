/** What the documents say of the RevoLink API. */

import type { ApiReference, ReferenceOf } from "../shared/reference.ts";
import { rulesWithDefault } from "../shared/wire/schemas/rules.ts";
import { entry, linkReport, linksReport, servedClicks } from "./analytics/answers.ts";
import { reportReference, reportResources } from "./analytics/reference.ts";
import { failure } from "./answers.ts";
import { bulkReport, createdLink } from "./links/answers.ts";
import { bulkReference, linkReference, linkResources } from "./links/reference.ts";
import { operations } from "./operations.ts";

const reference: ReferenceOf<typeof operations> = {
  ...linkReference,
  ...bulkReference,
  ...reportReference,
};

export const revolinkReference: ApiReference = {
  name: "revolink",
  address: "/apiv1/openapi.json",
  title: "RevoLink API",
  description:
    "The API that RevoLink documents. Needs a token, in `X-Api-Key` or as `Authorization: Bearer pp_…`, and the id of a workspace.",
  prefix: "/apiv1",
  operations,
  reference,
  resources: [...linkResources, ...reportResources],
  schemas: {
    Rule: rulesWithDefault.element,
    CreatedLink: createdLink,
    BulkReport: bulkReport,
    LinkReport: linkReport,
    LinksReport: linksReport,
    Entry: entry,
    ServedClicks: servedClicks,
  },
  failure,
  failsAlways({ body }, { headers = [] }) {
    return {
      400: "A field is missing or wrong, or the body cannot be read: `error` says which, and why.",
      401: "There is no valid token.",
      403: "The token's scopes, the workspace, the role in it or its plan do not allow it.",
      429: "Too many requests: wait for the seconds in `Retry-After`.",
      ...(body !== undefined && {
        413: "The body is too large.",
        415: "The body has a type that is not read.",
      }),
      ...(headers.includes("Idempotency-Key") && {
        409: "The first request with this `Idempotency-Key` has not finished.",
        422: "This `Idempotency-Key` was sent with another body.",
      }),
    };
  },
};
