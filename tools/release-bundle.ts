/**
 * Builds what an upgrade is tested with: the Worker and its Durable Objects as one module, small
 * enough to keep the one of the last release. The account library, which no object is asked by, is
 * left out: API tokens work, sign-in does not.
 */

import { build, type Plugin } from "esbuild";

import { WORKER_BUILD } from "./bundle.ts";

const WITHOUT_ACCOUNTS: Plugin = {
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

/** Bundles the checked-out source as it is released. */
export async function bundleRelease(): Promise<string> {
  return bundle("./src/worker.ts", [WITHOUT_ACCOUNTS]);
}

/** Returns the methods of each Durable Object that the Worker can call. */
export async function objectMethods(): Promise<Readonly<Record<string, readonly string[]>>> {
  const exported = await load("./src/worker.ts");
  const classes = Object.entries(exported).filter(([name]) => name !== "default");
  return Object.fromEntries(
    classes
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([name, each]) => [name, methodsOf(each as { readonly prototype: object })]),
  );
}

/** Returns the steps of the Ledger's schema. */
export async function ledgerSteps(): Promise<readonly string[]> {
  return (await load("./src/ledger/migrations.ts"))["STEPS"] as readonly string[];
}

/** What the runtime calls itself. */
const NOT_RPC = new Set(["constructor", "alarm", "fetch"]);

function methodsOf({ prototype }: { readonly prototype: object }): readonly string[] {
  return Object.getOwnPropertyNames(prototype)
    .filter((name) => !NOT_RPC.has(name))
    .toSorted();
}

/** Loads source of the Worker, which Node cannot load as it is. */
async function load(entry: string): Promise<Record<string, unknown>> {
  const code = await bundle(entry, [WITHOUT_ACCOUNTS, WITHOUT_RUNTIME]);
  const url = `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`;
  return (await import(url)) as Record<string, unknown>;
}

async function bundle(entry: string, plugins: Plugin[]): Promise<string> {
  const { outputFiles } = await build({ ...WORKER_BUILD, entryPoints: [entry], plugins });
  return outputFiles.map(({ text }) => text).join("");
}
