/** What the documents say of the PVTLNK API and of its postback. */

import { type ApiReference, below, type ReferenceOf } from "../shared/reference.ts";
import { advancedReport, overview } from "./analytics/answers.ts";
import { reportReference, reportResources } from "./analytics/reference.ts";
import { failure } from "./answers.ts";
import { conversion } from "./conversions/answers.ts";
import { conversionOperations } from "./conversions/operations.ts";
import { conversionReference, conversionResources } from "./conversions/reference.ts";
import {
  importReport,
  link,
  linkDetails,
  pagination,
  recentClick,
  variant,
} from "./links/answers.ts";
import { csvReference, linkReference, linkResources, variantReference } from "./links/reference.ts";
import { operations as apiOperations } from "./operations.ts";
import { tokenReference, tokenResources } from "./tokens/reference.ts";

const operations = {
  ...below("/v1", apiOperations),
  ...below("/conversions/track", conversionOperations),
};

const reference: ReferenceOf<typeof operations> = {
  ...linkReference,
  ...csvReference,
  ...variantReference,
  ...reportReference,
  ...tokenReference,
  ...conversionReference,
};

export const pvtlnkReference: ApiReference = {
  name: "pvtlnk",
  address: "/api/v1/openapi.json",
  title: "PVTLNK API",
  description:
    "The API that PVTLNK documents. Needs a token of a workspace on the plan `enterprise`: `Authorization: Bearer pp_…`.",
  prefix: "/api",
  operations,
  reference,
  resources: [...linkResources, ...reportResources, ...tokenResources, ...conversionResources],
  schemas: {
    Link: link,
    LinkDetails: linkDetails,
    Click: recentClick,
    Pagination: pagination,
    ImportReport: importReport,
    Variant: variant,
    Overview: overview,
    AdvancedReport: advancedReport,
    Conversion: conversion,
  },
  failure,
  failsAlways({ requires, query, body }, { headers = [] }) {
    return {
      ...(requires !== null && {
        401: "There is no valid token.",
        403: "The plan, the token's scopes or the role in the workspace do not allow it.",
        404: "The header `Signpost-Workspace` names no workspace that you belong to.",
        429: "Too many requests: wait for the seconds in `Retry-After`.",
      }),
      ...(body !== undefined && {
        400: "The body cannot be read, or lacks what it must hold.",
        413: "The body is too large.",
        415: "The body has a type that is not read.",
      }),
      ...(headers.includes("Idempotency-Key") && {
        409: "The first request with this `Idempotency-Key` has not finished.",
      }),
      ...((query !== undefined || body !== undefined) && {
        422: "Fields are wrong: `errors` has a sentence about each.",
      }),
    };
  },
};
