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

/** The tables that a section of the page describes, each under a heading of its own. */
function described(section: string): readonly string[] {
  const [, text = ""] = PAGE.split(new RegExp(`^## ${section}$`, "m"));
  const [ofSection = ""] = text.split(/^## /m);
  const headings = ofSection.match(/^### .+$/gm) ?? [];
  return headings.flatMap((heading) => namesIn(heading, /`(\w+)`/g));
}

function missingFromPage(names: readonly string[]): readonly string[] {
  return names.filter((name) => !PAGE.includes(`\`${name}\``));
}

describe("docs/storage.md", () => {
  it("describes every table of D1, and no other", ({ expect }) => {
    const files = readdirSync(path.join(ROOT, "migrations")).filter((name) =>
      name.endsWith(".sql"),
    );
    const sql = files.map((name) => read(`migrations/${name}`)).join("\n");
    const tables = namesIn(sql, /CREATE (?:VIRTUAL )?TABLE `?(\w+)/g);
    expect(tables.length).toBeGreaterThan(10);
    expect([...described("D1")].sort()).toEqual([...tables].sort());
  });

  it("describes every table of a Ledger, and no other", ({ expect }) => {
    const tables = namesIn(
      read("src/ledger/migrations.ts"),
      /CREATE TABLE (?:IF NOT EXISTS )?(\w+)/g,
    );
    expect(tables.length).toBeGreaterThan(8);
    expect([...described("Tables of a Ledger")].sort()).toEqual([...tables].sort());
  });

  it("names every table of the gates", ({ expect }) => {
    const tables = namesIn(read("src/gates/tables.ts"), /CREATE TABLE (?:IF NOT EXISTS )?(\w+)/g);
    expect(tables.length).toBeGreaterThan(2);
    expect(missingFromPage(tables)).toEqual([]);
  });

  it("names every object, queue and namespace", ({ expect }) => {
    const config = read("wrangler.toml");
    expect(missingFromPage(namesIn(config, /^class_name = "(\w+)"/gm))).toEqual([]);
    const queues = namesIn(config, /^(?:queue|dead_letter_queue) = "signpost-([\w-]+)"/gm);
    expect(queues.length).toBe(5);
    expect(missingFromPage(queues)).toEqual([]);
    expect(missingFromPage(namesIn(config, /^\[\[kv_namespaces\]\]\nbinding = "(\w+)"/gm))).toEqual(
      [],
    );
  });
});
