/** Looks at what an account has of an installation, and of the hosts it wants. Only reads. */

import { Trouble } from "../../tools/trouble.ts";
import { ApiError, type Client, type Row } from "./client.ts";
import type { Database, Found, Queue, Worker } from "./found.ts";
import { lookAtHost, type Host } from "./hosts.ts";
import type { Names } from "./names.ts";
import { Permissions } from "./permissions.ts";
import type { Template } from "./template.ts";

export interface Look {
  readonly client: Client;
  readonly accountId: string;
  readonly template: Template;
  readonly names: Names;
}

/** Reads the installation's state. Refuses at once, with all that is missing, a token that may too little. */
export async function look({ client, accountId, template, names }: Look): Promise<Found> {
  const account = `/accounts/${accountId}`;
  const permissions = new Permissions();
  const [plan, subdomain, worker, databases, namespaces, queues, domains] = await Promise.all([
    planOf(client, account),
    permissions.ask("Workers Scripts: Edit", () => subdomainOf(client, account)),
    permissions.ask("Workers Scripts: Edit", () => workerOf(client, account, names.worker)),
    permissions.ask("D1: Edit", () => client.list(`${account}/d1/database`)),
    permissions.ask("Workers KV Storage: Edit", () =>
      client.list(`${account}/storage/kv/namespaces`),
    ),
    permissions.ask("Queues: Edit", () => client.list(`${account}/queues`)),
    permissions.ask("Workers Scripts: Edit", () =>
      client.list(`${account}/workers/domains`, { service: names.worker }),
    ),
  ]);
  permissions.refuseMissing();
  const row = chosen(databases ?? [], "database", {
    idKey: "uuid",
    nameKey: "name",
    id:
      boundId(worker, template.databaseBinding, ["database_id", "id"]) ??
      (isOwn(template, names) ? template.databaseId : null),
    name: names.database,
  });
  const kvRow = chosen(namespaces ?? [], "KV namespace", {
    idKey: "id",
    nameKey: "title",
    id:
      boundId(worker, template.namespaceBinding, ["namespace_id"]) ??
      (isOwn(template, names) ? template.namespaceId : null),
    name: names.namespace,
  });
  const wanted = new Set(names.queues.values());
  return {
    accountId,
    plan,
    subdomain: subdomain ?? null,
    worker: worker ?? null,
    database: row === null ? null : await databaseOf(client, account, row),
    namespace:
      kvRow === null
        ? null
        : {
            id: text(kvRow["id"]),
            name: text(kvRow["title"]),
            jurisdiction: jurisdictionOf(kvRow),
          },
    queues: (queues ?? []).filter((queue) => wanted.has(text(queue["queue_name"]))).map(queueOf),
    attached: (domains ?? [])
      .filter((domain) => domain["service"] === names.worker)
      .map((domain) => ({ id: text(domain["id"]), hostname: text(domain["hostname"]) })),
  };
}

/** Looks at hosts of their own: a plan for them needs their zones and what they have now. */
export async function lookAtHosts(
  client: Client,
  accountId: string,
  hostnames: readonly string[],
): Promise<readonly Host[]> {
  const permissions = new Permissions();
  const hosts = await Promise.all(
    hostnames.map((hostname) => lookAtHost(client, accountId, hostname, permissions)),
  );
  permissions.refuseMissing();
  return hosts;
}

/** Whether wrangler.toml was filled in for this installation. */
function isOwn(template: Template, names: Names): boolean {
  return names.worker === template.name;
}

/** A token needs no right to read the plan. */
async function planOf(client: Client, account: string): Promise<Found["plan"]> {
  try {
    const rows = await client.list(`${account}/subscriptions`);
    const plans = rows.map((row) => text((row["rate_plan"] as Row | undefined)?.["id"]));
    return plans.some((plan) => plan.startsWith("workers_paid") || plan.includes("enterprise"))
      ? "paid"
      : "free";
  } catch (error) {
    if (error instanceof ApiError && error.status !== 429 && !error.isUncertain) return "unknown";
    throw error;
  }
}

/** 10007 alone says that something does not exist: a page of some proxy says 404 as well. */
async function unlessMissing<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof ApiError && error.codes.includes(10_007)) return null;
    throw error;
  }
}

async function subdomainOf(client: Client, account: string): Promise<string | null> {
  const found = (await unlessMissing(client.get(`${account}/workers/subdomain`))) as Row | null;
  return typeof found?.["subdomain"] === "string" ? found["subdomain"] : null;
}

async function workerOf(client: Client, account: string, name: string): Promise<Worker | null> {
  const path = `${account}/workers/scripts/${name}/settings`;
  const settings = (await unlessMissing(client.get(path))) as Row | null;
  if (settings === null) return null;
  const bindings = (settings["bindings"] ?? []) as readonly Row[];
  const named = (type: string) => bindings.filter((binding) => binding["type"] === type);
  return {
    bindings,
    vars: Object.fromEntries(
      named("plain_text").map((row) => [text(row["name"]), text(row["text"])]),
    ),
    secrets: named("secret_text").map((row) => text(row["name"])),
  };
}

function boundId(
  worker: Worker | null | undefined,
  name: string,
  keys: readonly string[],
): string | null {
  const binding = worker?.bindings.find((candidate) => candidate["name"] === name);
  const values = keys.map((key) => binding?.[key]);
  return values.find((value) => typeof value === "string") ?? null;
}

interface Choice {
  readonly idKey: string;
  readonly nameKey: string;
  readonly id: string | null;
  readonly name: string;
}

/** What the Worker is bound to goes before what only has the right name. */
function chosen(
  rows: readonly Row[],
  what: string,
  { idKey, nameKey, id, name }: Choice,
): Row | null {
  if (id === null) return rows.find((row) => row[nameKey] === name) ?? null;
  const bound = rows.find((row) => row[idKey] === id);
  if (bound !== undefined) return bound;
  throw new Trouble(
    `The installation uses the ${what} ${id}, which this account no longer has. ` +
      "Restore it, or deploy a new installation by --name.",
  );
}

async function databaseOf(client: Client, account: string, row: Row): Promise<Database> {
  const id = text(row["uuid"]);
  const path = `${account}/d1/database/${id}`;
  const query = async (sql: string): Promise<readonly Row[]> => {
    const [result] = (await client.ask(`${path}/query`, { sql })) as readonly Row[];
    return (result?.["results"] ?? []) as readonly Row[];
  };
  const details = (await client.get(path)) as Row;
  const rows = await query("SELECT name FROM sqlite_master WHERE type = 'table'");
  const tables = rows.map((table) => text(table["name"]));
  const hasAccounts =
    tables.includes("users") && (await query("SELECT id FROM users LIMIT 1")).length > 0;
  return {
    id,
    name: text(row["name"]),
    jurisdiction: jurisdictionOf(details),
    tables,
    hasAccounts,
  };
}

function queueOf(row: Row): Queue {
  const settings = (row["settings"] ?? {}) as Row;
  const retention = settings["message_retention_period"];
  const consumers = (row["consumers"] ?? []) as readonly Row[];
  return {
    id: text(row["queue_id"]),
    name: text(row["queue_name"]),
    jurisdiction: jurisdictionOf(row),
    settings,
    retentionSeconds: typeof retention === "number" ? retention : null,
    consumers: consumers.map((consumer) =>
      text(
        consumer["script"] ?? consumer["service"] ?? consumer["script_name"] ?? consumer["type"],
      ),
    ),
  };
}

function jurisdictionOf(row: Row): string | null | undefined {
  const value = row["jurisdiction"];
  return typeof value === "string" || value === null ? value : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
