/** Checks that docs/storage.md names everything that is stored. */

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { describe, it } from "vitest";

const ROOT = path.join(import.meta.dirname, "..", "..");
const PAGE = read("docs/storage.md");

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), "utf8");
}

function namesIn(text: string, pattern: RegExp): readonly string[] {
  return [...new Set(Array.from(text.matchAll(pattern), ([, name = ""]) => name))];
}

function missingFromPage(names: readonly string[]): readonly string[] {
  return names.filter((name) => !PAGE.includes(`\`${name}\``));
}

describe("docs/storage.md", () => {
  it("names every table of D1", ({ expect }) => {
    const files = readdirSync(path.join(ROOT, "migrations")).filter((name) =>
      name.endsWith(".sql"),
    );
    const sql = files.map((name) => read(`migrations/${name}`)).join("\n");
    const tables = namesIn(sql, /CREATE TABLE `(\w+)`/g);
    expect(tables.length).toBeGreaterThan(10);
    expect(missingFromPage(tables)).toEqual([]);
  });

  it("names every table of the Durable Objects", ({ expect }) => {
    const sql = read("src/ledger/migrations.ts") + read("src/gates/tables.ts");
    const tables = namesIn(sql, /CREATE TABLE (?:IF NOT EXISTS )?(\w+)/g);
    expect(tables.length).toBeGreaterThan(8);
    expect(missingFromPage(tables)).toEqual([]);
  });

  it("names every object, queue and namespace", ({ expect }) => {
    const config = read("wrangler.toml");
    expect(missingFromPage(namesIn(config, /^class_name = "(\w+)"/gm))).toEqual([]);
    expect(missingFromPage(namesIn(config, /^(?:queue|dead_letter_queue) = "([\w-]+)"/gm))).toEqual(
      [],
    );
    expect(missingFromPage(namesIn(config, /^\[\[kv_namespaces\]\]\nbinding = "(\w+)"/gm))).toEqual(
      [],
    );
  });
});
