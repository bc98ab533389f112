/**
 * An installation in the middle of an upgrade: the Worker of one release asks the Durable Objects of
 * another, over storage that outlives both.
 */

import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { convertV4MiniflareOptions, Miniflare, type V4WorkerOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_splitSqlQuery } from "wrangler";

import type { Manifest } from "../../../tools/last-release.ts";
import { ROOT } from "../../../tools/wrangler.ts";

export interface Versions {
  /** The code of the Worker. */
  readonly worker: string;
  /** The code of the Durable Objects. */
  readonly objects: string;
  /** The methods that they have. */
  readonly methods: Manifest["methods"];
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, or as a form if it is one. */
  readonly body?: unknown;
}

export interface Received {
  readonly status: number;
  readonly location: string | null;
  readonly text: string;
}

export interface Installation {
  /** Stops what runs, and goes on with these versions. */
  run(versions: Versions): Promise<void>;
  /** Applies migrations by file name; those that were applied before are skipped. */
  migrate(files: readonly string[]): Promise<void>;
  /** Makes a workspace with an owner and a token, which it returns. */
  populate(): Promise<string>;
  ask(route: string, sent?: Sent): Promise<Received>;
  /** Methods of objects that have been called so far, such as `Ledger.ingest`. */
  readonly asked: ReadonlySet<string>;
  /** Stops, and forgets the storage. */
  end(): Promise<void>;
}

const ORIGIN = "https://signpost.test";
/** The script whose classes the Worker's bindings name. */
const OBJECTS = "objects";
const WORKER = "worker";
const ASKED = "asked ";
/** Each by itself, as installations of the last release have them. */
const SECRETS = {
  AUTH_SECRET: "e2e-auth-secret-0123456789abcdef",
  ENCRYPTION_KEY: "1:ZTJlLWVuY3J5cHRpb24ta2V5LW9mLTMyLWJ5dGVzISE=",
  ADMIN_TOKEN: "e2e-admin-token-0123456789abcdefg",
};
export const WORKSPACE_UUID = "6b0ab7a2-5a3e-4f0c-9f5e-0f6f4f0f3c11";
const TOKEN = "signpost-upgrade-token-0123456789";

export async function installation(): Promise<Installation> {
  const storage = await mkdtemp(path.join(tmpdir(), "signpost-upgrade-"));
  const migrated = new Set<string>();
  const asked = new Set<string>();
  let running: Miniflare | null = null;

  async function stop(): Promise<void> {
    await running?.dispose();
    running = null;
  }

  function runtime(): Miniflare {
    if (running === null) throw new Error("Nothing runs.");
    return running;
  }

  return {
    async run(versions) {
      await stop();
      running = new Miniflare({ ...optionsOf(versions, asked), resourcePersistencePath: storage });
      await running.ready;
    },
    async migrate(files) {
      const db = await runtime().getD1Database("DB", WORKER);
      for (const file of files.filter((name) => !migrated.has(name))) {
        const text = await readFile(path.join(ROOT, "migrations", file), "utf8");
        await db.batch(unstable_splitSqlQuery(text).map((statement) => db.prepare(statement)));
        migrated.add(file);
      }
    },
    async populate() {
      const db = await runtime().getD1Database("DB", WORKER);
      const hash = createHash("sha256").update(TOKEN).digest("hex");
      await db.batch(peopled(hash).map((statement) => db.prepare(statement)));
      return TOKEN;
    },
    async ask(route, { method = "GET", headers = {}, body } = {}) {
      const isForm = body instanceof URLSearchParams;
      const type = isForm ? "application/x-www-form-urlencoded" : "application/json";
      const response = await runtime().dispatchFetch(new URL(route, ORIGIN), {
        method,
        redirect: "manual",
        headers: { ...(body === undefined ? {} : { "content-type": type }), ...headers },
        ...(body !== undefined && { body: isForm ? body.toString() : JSON.stringify(body) }),
      });
      const { status } = response;
      return { status, location: response.headers.get("location"), text: await response.text() };
    },
    asked,
    async end() {
      await stop();
      await rm(storage, { recursive: true, force: true });
    },
  };
}

/** Returns the file names of the migrations, in order. */
export async function allMigrations(): Promise<readonly string[]> {
  const names = await readdir(path.join(ROOT, "migrations"));
  return names.filter((name) => name.endsWith(".sql")).toSorted();
}

/** Sign-in is not part of the bundles, so a person's rows are put there. */
function peopled(hash: string): readonly string[] {
  return [
    "INSERT INTO users (id, name, email, created_at_ms, updated_at_ms) VALUES ('ada', 'Ada', 'ada@signpost.test', 1, 1)",
    `INSERT INTO workspaces (id, uuid, name, plan, personal_of, created_at_ms) VALUES (1, '${WORKSPACE_UUID}', 'Ada', 'enterprise', 'ada', 1)`,
    "INSERT INTO members (workspace_id, user_id, role, created_at_ms) VALUES (1, 'ada', 'owner', 1)",
    `INSERT INTO tokens (uuid, user_id, workspace_id, name, hash, hint, scopes, created_at_ms)
     VALUES ('0d4ddf3a-6a0e-4a43-8ad5-5a5b1cf9f0aa', 'ada', 1, 'e2e', '${hash}', '6789',
     '["links:read","links:create","links:update","links:delete","links:read:analytics","webhooks:read","webhooks:manage"]', 1)`,
  ];
}

/** Has the objects say which of their methods are called. */
function talkative(methods: Manifest["methods"]): string {
  const classes = Object.entries(methods).map(([name, all]) => {
    const bodies = all.map(
      (method) => `${method}(...asked) {
      console.log("${ASKED}${name}.${method}");
      return super.${method}(...asked);
    }`,
    );
    return `export class ${name} extends objects.${name} { ${bodies.join("\n")} }`;
  });
  return `import * as objects from "./objects.js";
export default objects.default;
${classes.join("\n")}`;
}

function optionsOf({ worker, objects, methods }: Versions, asked: Set<string>) {
  // Wrangler looks for required secrets here.
  Object.assign(process.env, SECRETS);
  const { workerOptions } = unstable_getMiniflareWorkerOptions(path.join(ROOT, "wrangler.toml"));
  const {
    assets: _,
    cronTriggers: __,
    queueConsumers,
    durableObjects,
    bindings,
    ...rest
  } = workerOptions;
  const shared = {
    ...rest,
    bindings: {
      ...(bindings as Record<string, string>),
      ...SECRETS,
      PUBLIC_URL: ORIGIN,
      ALLOW_PRIVATE_WEBHOOKS: "true",
    },
  };
  const module = (name: string, contents: string) =>
    ({ type: "ESModule", path: name, contents }) as const;
  const ownObjects = durableObjects as Record<string, { className: string }>;
  const inObjects = Object.fromEntries(
    Object.entries(ownObjects).map(([name, each]) => [name, { ...each, scriptName: OBJECTS }]),
  );
  const consumers = queueConsumers as Record<string, object>;
  const workers: V4WorkerOptions[] = [
    {
      ...shared,
      name: WORKER,
      modules: [module("worker.js", worker)],
      durableObjects: inObjects,
      queueConsumers: { ...consumers, clicks: { ...consumers["clicks"], maxBatchTimeout: 0.05 } },
    },
    {
      ...shared,
      name: OBJECTS,
      modules: [module("index.js", talkative(methods)), module("objects.js", objects)],
      durableObjects: ownObjects,
    },
  ];
  return convertV4MiniflareOptions({
    cf: { country: "DE", city: "Berlin" },
    logRequests: false,
    handleStructuredLogs({ message }) {
      if (message.startsWith(ASKED)) asked.add(message.slice(ASKED.length));
    },
    workers,
  });
}
