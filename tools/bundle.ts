/** Builds what the budget measures: the redirect alone, the whole Worker, and its eager part. */

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";

import { build, type BuildOptions, type Metafile } from "esbuild";

import { Trouble } from "./trouble.ts";
import { ROOT, runWrangler } from "./wrangler.ts";

/** How wrangler bundles a Worker, with all of it in memory. */
export const WORKER_BUILD = {
  absWorkingDir: ROOT,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2024",
  conditions: ["workerd", "worker", "browser"],
  external: ["cloudflare:*", "node:*"],
  write: false,
  logLevel: "silent",
} satisfies BuildOptions;

/** Bundles `src/redirect/handle.ts` as one minified module. */
export async function bundleRedirect(): Promise<string> {
  const { outputFiles } = await build({ ...WORKER_BUILD, entryPoints: ["src/redirect/handle.ts"] });
  return outputFiles.map((file) => file.text).join("");
}

/**
 * Bundles a Worker that only redirects: the front half of a split into two Workers. Without capture
 * it drops its clicks, which shows the cost of capture.
 */
export async function bundleRedirectWorker({ capture = true } = {}): Promise<string> {
  const contents = `
    import { routeCache } from "./src/links/route/cache.ts";
    import { CAPTURE_SETTINGS } from "./src/redirect/capture-settings.ts";
    import { createCapture } from "./src/redirect/capture.ts";
    import { redirectWith } from "./src/redirect/handle.ts";
    import { createMissLimiter } from "./src/redirect/miss-limiter.ts";
    import { splitUrl } from "./src/redirect/request-url.ts";
    import { createWriteBack } from "./src/redirect/write-back.ts";
    const unused = async () => { throw new Error("The other Worker does this."); };
    const lazy = {
      loadPacking: () => import("./src/redirect/pack.ts"),
      ingestDirectly: unused, loadRuleEngine: unused, loadAgentReader: unused, answerQr: unused,
      askPassword: unused, answerHost: unused, answerChoice: unused,
      refuse: async (...asked) => (await import("./src/redirect/refuse.ts")).refuse(...asked),
      loadGuards: () => import("./src/redirect/guards.ts"),
      loadCircle: () => import("./src/redirect/circle.ts"),
      loadPastedPath: () => import("./src/redirect/pasted-path.ts"),
      readRoute: async (...asked) => (await import("./src/links/route/store.ts")).readRoute(...asked),
      publishRead: async (...asked) =>
        (await import("./src/links/route/publish.ts")).publishRead(...asked),
    };
    const redirect = redirectWith({
      ...lazy,
      cache: routeCache,
      limiter: createMissLimiter(),
      writeBack: createWriteBack(lazy.publishRead),
      capture: ${capture ? "createCapture(lazy, CAPTURE_SETTINGS)" : "{ add() {}, held: () => 0 }"},
    });
    export default {
      fetch(request, env, ctx) {
        const url = splitUrl(request.url);
        if (url.path.startsWith("/api")) return env.BEHIND.fetch(request);
        return redirect(request, url, env, ctx);
      },
    };
  `;
  const { outputFiles } = await build({
    ...WORKER_BUILD,
    stdin: { contents, resolveDir: ROOT, loader: "ts" },
  });
  return outputFiles.map((file) => file.text).join("");
}

export interface BuiltWorker {
  /** Its only module. */
  readonly code: string;
  readonly gzipBytes: number;
  /** The files that were read for it, from the project's folder, with the bytes of each in it. */
  readonly inputs: ReadonlyMap<string, number>;
}

/** Builds the Worker, or another entry in its place, with wrangler as a deployment does. */
export async function buildWorker(
  folder: string,
  { entry, minify = true }: { readonly entry?: string; readonly minify?: boolean } = {},
): Promise<BuiltWorker> {
  const metafile = path.join(folder, "meta.json");
  const { code, output } = await runWrangler([
    "deploy",
    ...(entry === undefined ? [] : [entry]),
    "--dry-run",
    ...(minify ? ["--minify"] : []),
    "--outdir",
    folder,
    "--metafile",
    metafile,
  ]);
  if (code !== 0) throw new Trouble(`${output.trim()}\n\nThe Worker does not build.`);
  const modules = (await readdir(folder)).filter((name) => !/\.(json|map|md)$/.test(name));
  const [only, ...others] = modules;
  if (only === undefined || others.length > 0) {
    throw new Trouble(`Expected one module, and found ${modules.join(", ") || "none"}.`);
  }
  const text = await readFile(path.join(folder, only));
  return {
    code: text.toString(),
    gzipBytes: gzipSync(text, { level: 9 }).length,
    inputs: inputsOf(JSON.parse(await readFile(metafile, "utf8")) as Metafile),
  };
}

function inputsOf({ inputs, outputs }: Metafile): ReadonlyMap<string, number> {
  const bytes = new Map(Object.keys(inputs).map((file) => [file, 0]));
  for (const output of Object.values(outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
      bytes.set(file, (bytes.get(file) ?? 0) + bytesInOutput);
    }
  }
  return bytes;
}

export interface EagerPart {
  readonly bytes: number;
  /** The names of the npm packages in it. */
  readonly packages: readonly string[];
}

/** Finds what runs before the first redirect: everything that `worker.ts` imports statically. */
export async function eagerPart(): Promise<EagerPart> {
  const { metafile } = await build({
    ...WORKER_BUILD,
    entryPoints: ["src/worker.ts"],
    splitting: true,
    outdir: "out",
    metafile: true,
  });
  const chunks = staticChunks(metafile);
  const inputs = chunks.flatMap((chunk) => Object.keys(chunk.inputs));
  const packages = new Set(inputs.map(packageOf).filter((name) => name !== null));
  return {
    bytes: chunks.reduce((sum, chunk) => sum + chunk.bytes, 0),
    packages: [...packages].toSorted(),
  };
}

type Chunk = Metafile["outputs"][string];

function staticChunks({ outputs }: Metafile): readonly Chunk[] {
  const entry = Object.keys(outputs).find((name) => outputs[name]?.entryPoint === "src/worker.ts");
  const reached = new Map<string, Chunk>();
  const waiting = entry === undefined ? [] : [entry];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const chunk = outputs[name];
    if (chunk === undefined || reached.has(name)) continue;
    reached.set(name, chunk);
    const next = chunk.imports.filter(({ kind, external }) => {
      return kind === "import-statement" && external !== true;
    });
    waiting.push(...next.map((imported) => imported.path));
  }
  return [...reached.values()];
}

function packageOf(input: string): string | null {
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? null;
}
