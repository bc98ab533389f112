/** What the documents say of conversion goals. */

import * as z from "zod";

import type { ReferenceOf, Resource } from "../../shared/reference.ts";
import { deleted } from "../answers.ts";
import { goal } from "./answers.ts";
import type { goalOperations } from "./operations.ts";

const GOAL = {
  id: "d4e5f6a7-b8c9-4d0e-9f1a-2b3c4d5e6f70",
  name: "Purchase",
  token: "b3Jk2mQe9w",
  postbackUrl: "https://go.example.com/api/conversions/track/b3Jk2mQe9w",
  value: 0,
  currency: "EUR",
  clickIdParam: "click_id",
  isActive: true,
  maxValue: 5_000,
  serverOnly: true,
  clickTokensOnly: false,
};
const UNKNOWN = "There is no such conversion goal.";

export const goalReference: ReferenceOf<typeof goalOperations> = {
  listGoals: {
    summary: "List conversion goals",
    answers: { 200: z.array(goal) },
    example: { answer: [GOAL] },
  },
  createGoal: {
    summary: "Create a conversion goal",
    answers: { 201: goal },
    headers: ["Idempotency-Key"],
    example: {
      body: {
        name: "Purchase",
        currency: "EUR",
        clickIdParam: "click_id",
        maxValue: 5_000,
        serverOnly: true,
      },
      answer: { ...GOAL, secret: "gs_5Qm1" },
    },
  },
  getGoal: {
    summary: "Show a conversion goal",
    answers: { 200: goal },
    fails: { 404: UNKNOWN },
    example: { params: { id: GOAL.id }, answer: GOAL },
  },
  updateGoal: {
    summary: "Change a conversion goal",
    answers: { 200: goal },
    fails: { 404: UNKNOWN },
    example: {
      params: { id: GOAL.id },
      body: { isActive: false },
      answer: { ...GOAL, isActive: false },
    },
  },
  rotateGoalSecret: {
    summary: "Replace a goal's secret",
    description: "The previous secret ceases to work at once.",
    answers: { 200: goal },
    fails: { 404: UNKNOWN },
    example: { params: { id: GOAL.id }, answer: { ...GOAL, secret: "gs_9Xa2" } },
  },
  deleteGoal: {
    summary: "Delete a conversion goal",
    description: "Its postback URL ceases to work; what it has counted stays.",
    answers: { 200: deleted },
    fails: { 404: UNKNOWN },
    example: { params: { id: GOAL.id }, answer: { success: true, id: GOAL.id } },
  },
};

export const goalResources: readonly Resource[] = [
  {
    title: "Conversion goals",
    description: "What visitors do after a click, as a shop reports it to the goal's postback URL.",
    operations: [
      "listGoals",
      "createGoal",
      "getGoal",
      "updateGoal",
      "rotateGoalSecret",
      "deleteGoal",
    ],
  },
];
