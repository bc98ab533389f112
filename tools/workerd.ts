/**
 * Runs a bundled Worker on plain workerd with stubs for its bindings, so that the CPU time of the
 * process is only that of the Worker and the runtime.
 */

import { spawn, type ChildProcess } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";

import { ROOT } from "./wrangler.ts";

export interface StubbedWorker {
  /** A file name without extension, unique in the folder. */
  readonly name: string;
  /** One ES module. */
  readonly code: string;
  /** Statements that return the KV value of `key`: a string, or null for none. */
  readonly kv: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly compatibilityDate: string;
  /** Exported Durable Object classes by binding name. Their storage is in memory. */
  readonly objects?: Readonly<Record<string, string>>;
  /** The code of a second Worker with the same bindings, bound to the first as `BEHIND`. */
  readonly behind?: string;
}

const WORKERD = path.join(ROOT, "node_modules", "workerd", "bin", "workerd");

/** Answers as Cloudflare does: if the queue seemed to fail, a redirect would load its fallback. */
const QUEUE = `export default { async fetch(request) {
  await request.arrayBuffer();
  return Response.json({ metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } });
} };`;

/** A database without rows. */
const DATABASE = `export default { async fetch(request) {
  const queries = await request.json();
  const isRaw = new URL(request.url).searchParams.get("resultsFormat") === "ROWS_AND_COLUMNS";
  const results = isRaw ? { columns: [], rows: [] } : [];
  const answer = { success: true, results, meta: { rows_read: 0, rows_written: 0, changes: 0 } };
  return Response.json(Array.isArray(queries) ? queries.map(() => answer) : answer);
} };`;

/** A rate limit that is never reached. */
const LIMIT = `import { WorkerEntrypoint } from "cloudflare:workers";
export class Limit extends WorkerEntrypoint { limit() { return { success: true }; } }
export default {};`;

/** Writes a Worker and its stubs. Returns the configuration file for `serve`. */
export async function writeConfig(folder: string, worker: StubbedWorker): Promise<string> {
  const { name, code, kv, compatibilityDate, vars, objects = {}, behind } = worker;
  const files = {
    [`${name}.js`]: code,
    ...(behind === undefined ? {} : { [`${name}-behind.js`]: behind }),
    [`${name}-kv.js`]: `export default { fetch(request) {
      const key = decodeURIComponent(new URL(request.url).pathname.slice(1));
      const value = ((key) => { ${kv} })(key);
      return value === null ? new Response(null, { status: 404 }) : new Response(value);
    } };`,
    "queue.js": QUEUE,
    "database.js": DATABASE,
    "limit.js": LIMIT,
  };
  await Promise.all(
    Object.entries(files).map(([file, text]) => writeFile(path.join(folder, file), text)),
  );
  const date = `compatibilityDate = "${compatibilityDate}"`;
  const stub = (service: string, file: string): string =>
    `(name = "${service}", worker = (modules = [(name = "${file}", esModule = embed "${file}")], ${date}))`;
  const limits = ["READ_LIMIT", "WRITE_LIMIT", "MISS_LIMIT", "QR_LIMIT"];
  const stubs = [
    `(name = "ROUTES", kvNamespace = "kv")`,
    ...["CLICKS", "WEBHOOKS", "WEBHOOKS_SLOW"].map((each) => `(name = "${each}", queue = "queue")`),
    `(name = "DB", wrapped = (moduleName = "cloudflare-internal:d1-api", innerBindings = [(name = "fetcher", service = "database")]))`,
    ...limits.map((each) => `(name = "${each}", service = (name = "limit", entrypoint = "Limit"))`),
    ...Object.entries(vars).map(
      ([key, value]) => `(name = ${JSON.stringify(key)}, text = ${JSON.stringify(value)})`,
    ),
  ];
  const bindings = [
    ...stubs,
    ...Object.entries(objects).map(
      ([binding, className]) => `(name = "${binding}", durableObjectNamespace = "${className}")`,
    ),
  ];
  const namespaces = Object.values(objects).map(
    (each) => `(className = "${each}", uniqueKey = "${name}-${each}", enableSql = true)`,
  );
  const ofObjects =
    namespaces.length === 0
      ? ""
      : `, durableObjectNamespaces = [${namespaces.join(", ")}], durableObjectStorage = (inMemory = void)`;
  const own = (service: string, file: string, bound: readonly string[], rest: string): string =>
    `(name = "${service}", worker = (modules = [(name = "${file}", esModule = embed "${file}")], ${date}, bindings = [${bound.join(", ")}]${rest}))`;
  const workers =
    behind === undefined
      ? [own("main", `${name}.js`, bindings, ofObjects)]
      : [
          // Only the Worker behind has the Durable Objects.
          own("main", `${name}.js`, [...stubs, `(name = "BEHIND", service = "behind")`], ""),
          own("behind", `${name}-behind.js`, bindings, ofObjects),
        ];
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ${workers.join(",\n    ")},
    ${stub("kv", `${name}-kv.js`)},
    ${stub("queue", "queue.js")},
    ${stub("database", "database.js")},
    ${stub("limit", "limit.js")},
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (cfBlobHeader = "MF-CF-Blob"), service = "main")],
);
`;
  const file = path.join(folder, `${name}.capnp`);
  await writeFile(file, config);
  return file;
}

export interface Served {
  readonly pid: number | undefined;
  readonly port: number;
  /** Null without an inspector. */
  readonly inspectorPort: number | null;
  /** Returns its standard error so far, which tells whether the Worker logged anything. */
  said(): string;
  stop(): Promise<void>;
}

export interface ServeOptions {
  /** Also opens an inspector. */
  readonly inspect?: boolean;
  /** A command that runs workerd, with its own arguments first. */
  readonly prefix?: readonly string[];
}

/** Starts workerd and waits until it listens. */
export async function serve(
  config: string,
  { inspect = false, prefix = [] }: ServeOptions = {},
): Promise<Served> {
  // workerd reports the ports that it was given on file descriptor 3.
  const inspector = inspect ? ["--inspector-addr=127.0.0.1:0"] : [];
  const workerd = [WORKERD, "serve", "--experimental", "--control-fd=3", ...inspector, config];
  const [command = WORKERD, ...rest] = [...prefix, ...workerd];
  const child = spawn(command, rest, { stdio: ["ignore", "ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await closed;
  };
  try {
    const { port, inspectorPort } = await portsOf(child, inspect);
    return { pid: child.pid, port, inspectorPort, said: () => said, stop };
  } catch (error) {
    await stop();
    throw new Error(`workerd did not start: ${String(error)}\n${said.trim()}`, { cause: error });
  }
}

async function portsOf(
  child: ChildProcess,
  inspect: boolean,
): Promise<{ readonly port: number; readonly inspectorPort: number | null }> {
  const control = child.stdio[3] as Readable;
  return await new Promise((resolve, reject) => {
    let text = "";
    control.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const port = /"event":"listen".*?"port":(\d+)/.exec(text)?.[1];
      const inspector = /"event":"listen-inspector".*?"port":(\d+)/.exec(text)?.[1] ?? null;
      if (port === undefined || (inspect && inspector === null)) return;
      resolve({ port: Number(port), inspectorPort: inspector === null ? null : Number(inspector) });
    });
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(`ended with code ${code}`)));
  });
}
