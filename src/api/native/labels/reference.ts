/** What the documents say of tags and collections. */

import * as z from "zod";

import type { ReferenceOf, Resource } from "../../shared/reference.ts";
import { deleted } from "../answers.ts";
import { collection, tag } from "./answers.ts";
import type { labelOperations } from "./operations.ts";

const TAG = { id: "5f0c6f0e-4b1d-4f0e-9d3a-0f6f1c1d2e3f", objectId: "5f0c6f0e4b1d4f0e9d3a0f6f" };
const COLLECTION = { id: "a2b1c0d9-8e7f-4a6b-9c5d-4e3f2a1b0c9d", numericId: 12 };

export const labelReference: ReferenceOf<typeof labelOperations> = {
  listTags: {
    summary: "List tags",
    description: "All tags of the workspace, by name.",
    answers: { 200: z.array(tag) },
    example: { answer: [{ ...TAG, name: "spring" }] },
  },
  createTag: {
    summary: "Create a tag",
    answers: { 201: tag },
    fails: { 409: "There is a tag of this name." },
    headers: ["Idempotency-Key"],
    example: { body: { name: "spring" }, answer: { ...TAG, name: "spring" } },
  },
  renameTag: {
    summary: "Rename a tag",
    answers: { 200: tag },
    fails: { 404: "There is no such tag.", 409: "There is a tag of this name." },
    example: {
      params: { id: TAG.id },
      body: { name: "summer" },
      answer: { ...TAG, name: "summer" },
    },
  },
  deleteTag: {
    summary: "Delete a tag",
    description: "Its links stay, without it.",
    answers: { 200: deleted },
    fails: { 404: "There is no such tag." },
    example: { params: { id: TAG.id }, answer: { success: true, id: TAG.id } },
  },
  listCollections: {
    summary: "List collections",
    description: "All collections of the workspace, by name.",
    answers: { 200: z.array(collection) },
    example: { answer: [{ ...COLLECTION, name: "Newsletter" }] },
  },
  createCollection: {
    summary: "Create a collection",
    answers: { 201: collection },
    fails: { 409: "There is a collection of this name." },
    headers: ["Idempotency-Key"],
    example: { body: { name: "Newsletter" }, answer: { ...COLLECTION, name: "Newsletter" } },
  },
  renameCollection: {
    summary: "Rename a collection",
    answers: { 200: collection },
    fails: { 404: "There is no such collection.", 409: "There is a collection of this name." },
    example: {
      params: { id: COLLECTION.id },
      body: { name: "Letters" },
      answer: { ...COLLECTION, name: "Letters" },
    },
  },
  deleteCollection: {
    summary: "Delete a collection",
    description: "Its links stay, in no collection.",
    answers: { 200: deleted },
    fails: { 404: "There is no such collection." },
    example: { params: { id: COLLECTION.id }, answer: { success: true, id: COLLECTION.id } },
  },
};

export const labelResources: readonly Resource[] = [
  {
    title: "Tags",
    description: "Names on links. A link can have several.",
    operations: ["listTags", "createTag", "renameTag", "deleteTag"],
  },
  {
    title: "Collections",
    description: "Places for links. A link is in one at most.",
    operations: ["listCollections", "createCollection", "renameCollection", "deleteCollection"],
  },
];
