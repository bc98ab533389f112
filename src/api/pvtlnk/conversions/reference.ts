/** What the documents say of the postback. */

import type { ReferenceOf, Resource } from "../../shared/reference.ts";
import { conversion } from "./answers.ts";
import type { conversionOperations } from "./operations.ts";

export const conversionReference: ReferenceOf<typeof conversionOperations> = {
  trackConversion: {
    summary: "Report a conversion",
    description:
      "Needs no credential but the goal's token. Fields may also stand in the query or in a form; an empty one is not given.",
    params: { token: "The goal's token, which its postback URL ends with." },
    answers: { 200: conversion },
    fails: {
      401: "The goal takes reports from a server only: send its secret in X-Goal-Secret.",
      403: "The plan has no room for the goal, or a webhook leads to its postback.",
      404: "There is no goal with this token.",
      409: "The goal has counted this order.",
      410: "The goal is paused.",
      429: "Too many reports: wait for the seconds in `Retry-After`.",
    },
    headers: ["X-Goal-Secret"],
    example: {
      params: { token: "YOUR_POSTBACK_TOKEN" },
      body: {
        value: 99.99,
        currency: "USD",
        order_id: "ORDER-12345",
        click_id: 789,
        ip: "203.0.113.1",
        ua: "Mozilla/5.0 …",
      },
      answer: {
        success: true,
        conversion_id: 456,
        attributed: true,
        value: 99.99,
        time_to_convert: "2.5 hours",
      },
    },
  },
};

export const conversionResources: readonly Resource[] = [
  {
    title: "Conversions",
    description: "What visitors do after a click, which a shop reports to the postback of a goal.",
    operations: ["trackConversion"],
  },
];
