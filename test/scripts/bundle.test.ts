/** Checks which files wrangler reads for the Worker. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { parse } from "smol-toml";
import { beforeAll, describe, it } from "vitest";

import { buildWorker, type BuiltWorker } from "../../tools/bundle.ts";
import { ROOT } from "../../tools/wrangler.ts";

/** What esbuild writes for a module of which nothing is used. */
const EMPTY_BYTES = 50;

let inputs: BuiltWorker["inputs"];

beforeAll(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "signpost-bundle-"));
  ({ inputs } = await buildWorker(folder));
  await rm(folder, { recursive: true, force: true });
}, 120_000);

describe("the bundle of the Worker", () => {
  it("has nothing from which only documents are made", ({ expect }) => {
    const documents =
      /^src\/api\/(?:references\.ts|.*\/(?:reference|answers)\.ts|.*\/wire\/schemas\/.*)$/;
    const files = [...inputs.keys()];
    expect(files).toContain("src/api/native/operations.ts");
    expect(files.filter((file) => documents.test(file))).toEqual([]);
  });

  it("has every replacement that wrangler.toml names, and nothing that they replace", async ({
    expect,
  }) => {
    const { alias } = parse(await readFile(path.join(ROOT, "wrangler.toml"), "utf8")) as {
      readonly alias: Readonly<Record<string, string>>;
    };
    for (const replacement of Object.values(alias)) {
      expect([...inputs.keys()]).toContain(path.posix.normalize(replacement));
    }
    const replaced = Object.keys(alias).map((name) => name.replace(/^(?:\.\.?\/)+/, ""));
    const left = [...inputs].filter(
      ([file, bytes]) =>
        bytes > EMPTY_BYTES &&
        file.startsWith("node_modules/") &&
        replaced.some((name) => file.endsWith(`/${name}`) || file.includes(`/${name}/`)),
    );
    expect(left).toEqual([]);
  });
});
