/**
 * Builds what an upgrade is tested with: the Worker and its Durable Objects as one module, small
 * enough to keep the one of the last release. The account library, which no object is asked by, is
 * left out: API tokens work, sign-in does not.
 */

import { build } from "esbuild";

import { WORKER_BUILD } from "./bundle.ts";
import { loadSource, WITHOUT_ACCOUNTS } from "./load-source.ts";

/** Bundles the checked-out source as it is released. */
export async function bundleRelease(): Promise<string> {
  const { outputFiles } = await build({
    ...WORKER_BUILD,
    entryPoints: ["./src/worker.ts"],
    plugins: [WITHOUT_ACCOUNTS],
  });
  return outputFiles.map(({ text }) => text).join("");
}

/** Returns the methods of each Durable Object that the Worker can call. */
export async function objectMethods(): Promise<Readonly<Record<string, readonly string[]>>> {
  const { exports: exported } = await loadSource(`export * from "./src/worker.ts";`);
  const classes = Object.entries(exported).filter(([name]) => name !== "default");
  return Object.fromEntries(
    classes
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([name, each]) => [name, methodsOf(each as { readonly prototype: object })]),
  );
}

/** Returns the steps of the Ledger's schema. */
export async function ledgerSteps(): Promise<readonly string[]> {
  const { exports } = await loadSource(`export { STEPS } from "./src/ledger/migrations.ts";`);
  return exports["STEPS"] as readonly string[];
}

/** What the runtime calls itself. */
const NOT_RPC = new Set(["constructor", "alarm", "fetch"]);

function methodsOf({ prototype }: { readonly prototype: object }): readonly string[] {
  return Object.getOwnPropertyNames(prototype)
    .filter((name) => !NOT_RPC.has(name))
    .toSorted();
}
