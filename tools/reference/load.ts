/** Loads what the documents are made from: the references of all APIs, with their doc comments. */

import type * as z from "zod";

import type { ApiReference } from "../../src/api/shared/reference.ts";
import { loadSource } from "../load-source.ts";
import { DOC_COMMENTS } from "./doc-comments.ts";

export interface Source {
  readonly references: readonly ApiReference[];
  /** The features that each plan includes. */
  readonly plans: Readonly<
    Record<string, { readonly features: Readonly<Record<string, boolean>> }>
  >;
  /** The instance of zod that made the schemas. */
  readonly zod: typeof z;
}

const ENTRY = `
export { references } from "./src/api/references.ts";
export { PLANS as plans } from "./src/access/plans.ts";
export * as zod from "zod";`;

/** Loads the references, and names the files that they come from. */
export async function loadReferences(): Promise<{
  readonly source: Source;
  readonly inputs: readonly string[];
}> {
  const { exports, inputs } = await loadSource(ENTRY, [DOC_COMMENTS]);
  return { source: exports as unknown as Source, inputs };
}
