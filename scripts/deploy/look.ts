/** Looks at what an account has of an installation, and of the hosts it wants. Only reads. */

import { ApiError, text, type Client, type Row } from "./client.ts";
import type { Found, Worker } from "./found.ts";
import { lookAtHost, type Host } from "./hosts.ts";
import type { Names } from "./names.ts";
import { Permissions } from "./permissions.ts";
import { boundId, chosen, databaseOf, jurisdictionOf, queueOf } from "./storage.ts";
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
