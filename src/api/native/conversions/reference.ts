/** What the documents say of conversions. */

import * as z from "zod";

import type { ReferenceOf, Resource } from "../../shared/reference.ts";
import { conversion, deletedConversion } from "./answers.ts";
import type { conversionOperations } from "./operations.ts";

const CONVERSION = {
  id: 456,
  goal: { id: "d4e5f6a7-b8c9-4d0e-9f1a-2b3c4d5e6f70", name: "Purchase" },
  orderId: "ORDER-1",
  value: 99.99,
  currency: "EUR",
  linkId: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
  clickId: 789,
  variant: null,
  clickedAt: "2026-03-12T12:30:45.000Z",
  convertedAt: "2026-03-12T15:00:00.000Z",
  refundedAt: null,
};
const UNKNOWN = "There is no such conversion.";

export const conversionReference: ReferenceOf<typeof conversionOperations> = {
  listConversions: {
    summary: "List conversions",
    description:
      "Newest first, as far back as two years. The header `Link` names the next page, if there may be one; a page may be empty before that.",
    answers: { 200: z.array(conversion) },
    fails: { 404: "There is no such goal or link." },
    example: { query: { goal: CONVERSION.goal.id, limit: "100" }, answer: [CONVERSION] },
  },
  refundConversion: {
    summary: "Note that a conversion was refunded",
    description:
      "The whole of it, and once. Reports count conversions and no amounts, so it stays.",
    answers: { 200: conversion },
    fails: { 404: UNKNOWN, 409: "The conversion was refunded already." },
    example: {
      params: { id: "456" },
      answer: { ...CONVERSION, refundedAt: "2026-03-20T09:00:00.000Z" },
    },
  },
  deleteConversion: {
    summary: "Delete a conversion",
    description: "With its count. Its order may be reported again.",
    answers: { 200: deletedConversion },
    fails: { 404: UNKNOWN },
    example: { params: { id: "456" }, answer: { success: true, id: 456 } },
  },
};

export const conversionResources: readonly Resource[] = [
  {
    title: "Conversions",
    description: "What shops have reported to the postback URLs of goals.",
    operations: ["listConversions", "refundConversion", "deleteConversion"],
  },
];
