/** What the documents say of the native API. */

import * as z from "zod";

import type { ApiReference, ReferenceOf } from "../shared/reference.ts";
import { rule } from "../shared/wire/schemas/rules.ts";
import { variant } from "../shared/wire/schemas/variants.ts";
import { me, token } from "./account/answers.ts";
import { accountReference, accountResources } from "./account/reference.ts";
import { adminReference, adminResources } from "./admin/reference.ts";
import { report } from "./analytics/answers.ts";
import { analyticsReference, analyticsResources } from "./analytics/reference.ts";
import { failure } from "./answers.ts";
import { conversion } from "./conversions/answers.ts";
import { conversionReference, conversionResources } from "./conversions/reference.ts";
import { domain } from "./domains/answers.ts";
import { domainReference, domainResources } from "./domains/reference.ts";
import { goal } from "./goals/answers.ts";
import { goalReference, goalResources } from "./goals/reference.ts";
import { collection, tag } from "./labels/answers.ts";
import { labelReference, labelResources } from "./labels/reference.ts";
import { importOutcome, link, listedLink, simulation } from "./links/answers.ts";
import { linkReference, linkResources } from "./links/reference.ts";
import { operations } from "./operations.ts";
import { delivery, webhook } from "./webhooks/answers.ts";
import { webhookReference, webhookResources } from "./webhooks/reference.ts";
import { invitation, member, workspace, workspaceSettings } from "./workspaces/answers.ts";
import { workspaceReference, workspaceResources } from "./workspaces/reference.ts";

const reference: ReferenceOf<typeof operations> = {
  getHealth: {
    summary: "Check that the service answers",
    answers: { 200: z.strictObject({ status: z.literal("ok"), version: z.string() }) },
    example: { answer: { status: "ok", version: "1.0.0" } },
  },
  ...accountReference,
  ...adminReference,
  ...analyticsReference,
  ...conversionReference,
  ...domainReference,
  ...goalReference,
  ...labelReference,
  ...linkReference,
  ...webhookReference,
  ...workspaceReference,
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
  resources: [
    ...linkResources,
    ...labelResources,
    ...analyticsResources,
    ...goalResources,
    ...conversionResources,
    ...webhookResources,
    ...domainResources,
    ...workspaceResources,
    ...accountResources,
    ...adminResources,
    {
      title: "Health",
      description: "Whether the service answers.",
      operations: ["getHealth"],
    },
  ],
  schemas: {
    Collection: collection,
    Conversion: conversion,
    Delivery: delivery,
    Domain: domain,
    Goal: goal,
    ImportOutcome: importOutcome,
    Invitation: invitation,
    Link: link,
    ListedLink: listedLink,
    Me: me,
    Member: member,
    Report: report,
    Rule: rule,
    Simulation: simulation,
    Tag: tag,
    Token: token,
    Variant: variant,
    Webhook: webhook,
    Workspace: workspace,
    WorkspaceSettings: workspaceSettings,
  },
  failure,
  failsAlways({ requires, body }, { headers = [] }) {
    const isOnce = headers.includes("Idempotency-Key");
    return {
      ...((requires !== null || body !== undefined) && {
        400: "A field or a parameter is missing, wrong or unknown: `message` says which, and what to send.",
      }),
      ...(requires !== null && { 401: "There is no valid credential." }),
      ...(requires !== null &&
        requires.who !== "operator" && {
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
