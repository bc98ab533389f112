/** The TypeScript client as its users load it: bundled, for a runtime that has no modules of Node. */

import path from "node:path";

import { build } from "esbuild";

import { ROOT } from "../../../tools/wrangler.ts";

export const CLIENT = path.join(ROOT, "clients", "typescript");

/** Bundles a program that imports `signpost-client`. */
export async function bundleWithClient(program: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: CLIENT, loader: "ts" },
    alias: { "signpost-client": path.join(CLIENT, "src", "index.ts") },
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    write: false,
  });
  return outputFiles.map(({ text }) => text).join("");
}

/** Runs a program that imports `signpost-client`, and returns what it exports. */
export async function runWithClient<Exports>(program: string): Promise<Exports> {
  const code = await bundleWithClient(program);
  const url = `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`;
  return (await import(url)) as Exports;
}
