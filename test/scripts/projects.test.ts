/** Checks the name of each test file against what it loads: only `.unit.test.ts` runs in Node. */

import { readdirSync } from "node:fs";
import path from "node:path";

import { build } from "esbuild";
import { describe, it } from "vitest";

const ROOT = path.join(import.meta.dirname, "../..");

/** Folders of tests that drive the system from outside, which are separate projects. */
const OUTSIDE = /^(?:e2e|scripts)\//;

/**
 * What only workerd has, or what Node implements differently, so that a test in Node would prove
 * nothing about the Worker: modules, cryptography, compression, HTTP and time zone data.
 */
const RUNTIME_ONLY =
  /"(?:cloudflare|node):[^"]+"|\bcrypto\.subtle\b|\bIntl\.|\b(?:atob|btoa|fetch)\(|\bnew (?:Request|Response|Headers|TextDecoder|\w+Stream)\b|\bResponse\.\w+\(|\bAbortSignal\b/;

const files = readdirSync(path.join(ROOT, "test"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts") && !OUTSIDE.test(name))
  .sort();

/** Finds what each test file needs of workerd, in its own code and in the code that it calls. */
async function runtimeNeeds(): Promise<Map<string, string | undefined>> {
  const { outputFiles } = await build({
    absWorkingDir: path.join(ROOT, "test"),
    entryPoints: files,
    outdir: "out",
    outExtension: { ".js": ".ts" },
    bundle: true,
    // Omits uncalled code: a test that only encodes UTF-8 with bytes.ts does not need its hash.
    treeShaking: true,
    packages: "external",
    external: ["cloudflare:*"],
    format: "esm",
    target: "es2024",
    write: false,
  });
  return new Map(
    outputFiles.map(({ path: name, text }) => [
      path.relative(path.join(ROOT, "test/out"), name),
      RUNTIME_ONLY.exec(text)?.[0],
    ]),
  );
}

describe("the name of a test file", async () => {
  const needs = await runtimeNeeds();
  const isUnit = (name: string): boolean => name.endsWith(".unit.test.ts");

  it("is checked for each of them", ({ expect }) => {
    expect([...needs.keys()].sort()).toEqual(files);
    expect(files.some(isUnit)).toBe(true);
  });

  it("ends in .unit.test.ts only when it needs nothing of workerd", ({ expect }) => {
    const wrong = [...needs].filter(([name, need]) => isUnit(name) && need !== undefined);
    expect(wrong.map(([name, need]) => `${name} needs ${need}`)).toEqual([]);
  });

  it("ends in .unit.test.ts whenever it needs nothing of workerd", ({ expect }) => {
    const wrong = [...needs].filter(([name, need]) => !isUnit(name) && need === undefined);
    expect(wrong.map(([name]) => name)).toEqual([]);
  });
});
