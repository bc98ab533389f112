/** What the documents say of the operator's part. */

import * as z from "zod";

import type { ReferenceOf, Resource } from "../../shared/reference.ts";
import { deadLetter, replayed, workspaceOfPlan } from "./answers.ts";
import type { adminOperations } from "./operations.ts";

const WORKSPACE = "b6c8a1de-2f3b-4c5d-8e9f-0a1b2c3d4e5f";

export const adminReference: ReferenceOf<typeof adminOperations> = {
  listDeadLetters: {
    summary: "List dead letters",
    description:
      "Messages that could not be processed, newest first. The header `Link` names the next page.",
    answers: { 200: z.array(deadLetter) },
    answerHeaders: ["Link"],
    fails: { 429: "Too many wrong tokens: wait for the seconds in `Retry-After`." },
    example: {
      query: { queue: "signpost-clicks", limit: "20" },
      answer: [
        {
          id: 7,
          queue: "signpost-clicks",
          messageId: "2f25bf9b-9183-48eb-8813-c3b2f5d8afd0",
          body: "{}",
          createdAt: "2026-05-04T10:00:00.000Z",
        },
      ],
    },
  },
  replayDeadLetter: {
    summary: "Process a dead letter again",
    answers: { 200: replayed },
    fails: {
      400: "This version cannot read the message; it is kept.",
      404: "There is no such message.",
      429: "Too many wrong tokens: wait for the seconds in `Retry-After`.",
    },
    example: { params: { id: "7" }, answer: { id: 7, replayed: true } },
  },
  setPlan: {
    summary: "Set a workspace's plan",
    answers: { 200: workspaceOfPlan },
    fails: {
      404: "There is no such workspace.",
      429: "Too many wrong tokens: wait for the seconds in `Retry-After`.",
    },
    example: {
      params: { id: WORKSPACE },
      body: { plan: "pro" },
      answer: {
        id: WORKSPACE,
        objectId: "b6c8a1de2f3b4c5d8e9f0a1b",
        name: "Marketing",
        plan: "pro",
      },
    },
  },
};

export const adminResources: readonly Resource[] = [
  {
    title: "Operation",
    description: "For whoever runs the installation, with `ADMIN_TOKEN` as the bearer token.",
    operations: ["listDeadLetters", "replayDeadLetter", "setPlan"],
  },
];
