/** Adds a condition to rules in a copy of the code, and lets the compiler find everything that does not know it. */

import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { describe, it } from "vitest";

const ROOT = path.join(import.meta.dirname, "../..");
const RULE = "src/links/rules/rule.ts";

/** Returns the files in which the compiler finds errors after a change of `rule.ts`. */
async function filesWithErrors(change: (rule: string) => string): Promise<string[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "signpost-conditions-"));
  try {
    for (const name of ["src", "tsconfig.json", "worker-configuration.d.ts", "package.json"]) {
      await cp(path.join(ROOT, name), path.join(folder, name), { recursive: true });
    }
    await symlink(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"));
    const rule = await readFile(path.join(folder, RULE), "utf8");
    await writeFile(path.join(folder, RULE), change(rule));
    const found = (await compile(folder)).matchAll(/^(src\/[^(]+)\(/gm);
    return [...new Set(Array.from(found, ([, file = ""]) => file))].sort();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function compile(folder: string): Promise<string> {
  const tsc = path.join(ROOT, "node_modules/typescript/bin/tsc");
  return new Promise((resolve) => {
    const args = [tsc, "-p", ".", "--pretty", "false"];
    execFile(process.execPath, args, { cwd: folder }, (_error, stdout) => resolve(stdout));
  });
}

describe("a condition of rules", { timeout: 120_000 }, () => {
  it("that is new does not compile until it is read, checked, evaluated, put into the route record and named", async ({
    expect,
  }) => {
    const files = await filesWithErrors((rule) =>
      rule
        .replace("  readonly countries?:", "  readonly carriers?: readonly string[];\n$&")
        .replace('  countries: "country",', '$&\n  carriers: "carrier",'),
    );
    expect(files).toEqual([
      // Read from the wire, and with it the check of the default rule.
      "src/api/shared/wire/rule-conditions.ts",
      // Whether it holds, what the trace says of it, and whether it asks for the user agent.
      "src/links/rules/checks.ts",
      "src/links/rules/evaluate.ts",
      "src/links/rules/route-rules.ts",
      "src/links/rules/rule-name.ts",
    ]);
  });
});
