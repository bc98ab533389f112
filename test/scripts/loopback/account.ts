/** What one account on the loopback Cloudflare has. Tests read it, and arrange what exists before. */

import { DatabaseSync } from "node:sqlite";

export interface Script {
  /** The bindings of the last upload, with the values of its secrets. */
  bindings: readonly Binding[];
  /** The metadata of the last upload, whole. */
  metadata: Readonly<Record<string, unknown>>;
  versionId: string;
  uploads: number;
  workersDev: boolean;
  previews: boolean;
  crons: readonly string[];
}

export interface Binding {
  readonly type: string;
  readonly name: string;
  readonly [key: string]: unknown;
}

export interface Queue {
  readonly id: string;
  readonly name: string;
  readonly jurisdiction: string | null;
  settings: { message_retention_period: number; delivery_delay: number };
  consumers: Consumer[];
}

export interface Consumer {
  readonly consumer_id: string;
  readonly type: "worker";
  readonly script: string;
  readonly [key: string]: unknown;
}

export interface Database {
  readonly id: string;
  readonly name: string;
  readonly created: Readonly<Record<string, unknown>>;
  readonly sqlite: DatabaseSync;
}

export interface DnsRecord {
  readonly zone: string;
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

export interface Account {
  readonly id: string;
  readonly name: string;
  plan: "free" | "paid";
  subdomain: string | null;
  readonly zones: { readonly id: string; readonly name: string }[];
  readonly records: DnsRecord[];
  readonly routes: { readonly zone: string; readonly pattern: string; readonly script: string }[];
  readonly domains: { readonly id: string; readonly hostname: string; service: string }[];
  readonly scripts: Map<string, Script>;
  readonly databases: Database[];
  readonly namespaces: { id: string; title: string; created: Readonly<Record<string, unknown>> }[];
  readonly queues: Queue[];
  /** What the token may not do: requests that need one of these are answered with 403. */
  readonly denied: Set<Permission>;
}

export type Permission =
  | "Account Settings Read"
  | "Billing Read"
  | "D1 Edit"
  | "DNS Read"
  | "Queues Edit"
  | "Workers KV Storage Edit"
  | "Workers Routes Edit"
  | "Workers Scripts Edit"
  | "Zone Read";

/** An account with the zone example.com and nothing else, on the paid plan. */
export function newAccount(): Account {
  return {
    id: "a".repeat(32),
    name: "Acme",
    plan: "paid",
    subdomain: "acme",
    zones: [{ id: "e".repeat(32), name: "example.com" }],
    records: [],
    routes: [],
    domains: [],
    scripts: new Map(),
    databases: [],
    namespaces: [],
    queues: [],
    denied: new Set(),
  };
}

/** Returns the Worker of this name, which must have been uploaded. */
export function scriptOf({ scripts }: Account, name: string): Script {
  const script = scripts.get(name);
  if (script === undefined) throw new Error(`The Worker ${name} has not been uploaded.`);
  return script;
}

/** Makes a Worker that was uploaded once; without bindings, such as a build is connected to at first. */
export function addScript(
  account: Account,
  name: string,
  bindings: readonly Binding[] = [],
): Script {
  const script: Script = {
    bindings,
    metadata: {},
    versionId: "1",
    uploads: 1,
    workersDev: true,
    previews: false,
    crons: [],
  };
  account.scripts.set(name, script);
  return script;
}

/** Makes a database as the API would, with tables if a test gives SQL. */
export function addDatabase(
  account: Account,
  created: { readonly name: string; readonly [key: string]: unknown },
): Database {
  const id = crypto.randomUUID();
  const database = { id, name: created.name, created, sqlite: new DatabaseSync(":memory:") };
  account.databases.push(database);
  return database;
}

/** Makes a queue as the API would. */
export function addQueue(
  account: Account,
  name: string,
  jurisdiction: string | null = null,
): Queue {
  const queue: Queue = {
    id: crypto.randomUUID().replaceAll("-", ""),
    name,
    jurisdiction,
    settings: { message_retention_period: 345_600, delivery_delay: 0 },
    consumers: [],
  };
  account.queues.push(queue);
  return queue;
}
