/** The tables of routes in README.md and docs/ are those of the documents. */

import { readFile } from "node:fs/promises";
import path from "node:path";

import { beforeAll, describe, it } from "vitest";

import { documentsOf } from "../../../tools/reference/build.ts";
import { loadReferences } from "../../../tools/reference/load.ts";
import { TABLED, withRouteTables } from "../../../tools/reference/route-tables.ts";

const ROOT = path.join(import.meta.dirname, "../../..");

let documents: Awaited<ReturnType<typeof documentsOf>>;

beforeAll(async () => {
  const { source } = await loadReferences();
  documents = await documentsOf(source);
}, 60_000);

describe("a table of routes", () => {
  it.for(TABLED)("in %s is up to date: npm run reference", async (file, { expect }) => {
    const text = await readFile(path.join(ROOT, file), "utf8");
    expect(text).toContain("<!-- end -->");
    expect(withRouteTables(text, documents)).toBe(text);
  });
});
