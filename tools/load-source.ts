/** Loads source of the Worker in Node, which cannot load it as it is. */

import { build, type Plugin } from "esbuild";

import { WORKER_BUILD } from "./bundle.ts";
import { ROOT } from "./wrangler.ts";

/** Leaves out the account library, which only sign-in asks. */
export const WITHOUT_ACCOUNTS: Plugin = {
  name: "without-accounts",
  setup(esbuild) {
    esbuild.onLoad({ filter: /[\\/]accounts[\\/]auth\.ts$/ }, () => ({
      contents: `export function authFor() { throw new Error("Built without accounts."); }`,
    }));
  },
};

/** Stands in for the runtime's module, so that Node can load the objects' classes. */
const WITHOUT_RUNTIME: Plugin = {
  name: "without-runtime",
  setup(esbuild) {
    esbuild.onResolve({ filter: /^cloudflare:workers$/ }, ({ path }) => ({
      path,
      namespace: "runtime",
    }));
    esbuild.onLoad({ filter: /./, namespace: "runtime" }, () => ({
      contents: `export class DurableObject {}; export const waitUntil = () => {};`,
    }));
  },
};

export interface LoadedSource {
  readonly exports: Readonly<Record<string, unknown>>;
  /** The files that it was made of, from the root. */
  readonly inputs: readonly string[];
}

/** Runs a module of ours, given as its text, and returns what it exports. */
export async function loadSource(
  contents: string,
  plugins: readonly Plugin[] = [],
): Promise<LoadedSource> {
  const { outputFiles, metafile } = await build({
    ...WORKER_BUILD,
    stdin: { contents, resolveDir: ROOT, loader: "ts" },
    plugins: [WITHOUT_ACCOUNTS, WITHOUT_RUNTIME, ...plugins],
    metafile: true,
  });
  const code = outputFiles.map(({ text }) => text).join("");
  const url = `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`;
  const exports = (await import(url)) as Record<string, unknown>;
  return { exports, inputs: Object.keys(metafile.inputs) };
}
