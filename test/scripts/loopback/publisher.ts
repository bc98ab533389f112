/**
 * Does through the loopback API what wrangler does of a deployment, from the same configuration, in
 * milliseconds. `deploy/wrangler.test.ts` runs wrangler itself.
 */

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { parse } from "smol-toml";

import type { Row } from "../../../scripts/deploy/client.ts";
import type { Publisher } from "../../../scripts/deploy/publisher.ts";
import { Trouble } from "../../../tools/trouble.ts";
import { TOKEN, type Loopback } from "./server.ts";

const MIGRATIONS = path.join(import.meta.dirname, "../../../migrations");

interface Config {
  readonly name: string;
  readonly account_id: string;
  readonly workers_dev: boolean;
  readonly vars: Readonly<Record<string, string>>;
  readonly secrets: { readonly required: readonly string[] };
  readonly d1_databases: readonly { readonly binding: string; readonly database_id: string }[];
  readonly kv_namespaces: readonly { readonly binding: string; readonly id: string }[];
  readonly durable_objects: { readonly bindings: readonly { readonly name: string }[] };
  readonly ratelimits: readonly { readonly name: string; readonly namespace_id: string }[];
  readonly queues: {
    readonly producers: readonly { readonly binding: string; readonly queue: string }[];
    readonly consumers: readonly { readonly queue: string; readonly dead_letter_queue?: string }[];
  };
  readonly triggers: { readonly crons: readonly string[] };
}

/** Publishes from the configuration in `root`. */
export function loopbackPublisher(loopback: Loopback, root: string): Publisher {
  async function call(method: string, route: string, body?: unknown): Promise<unknown> {
    const response = await fetch(loopback.url + route, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new Trouble(`No answer: ${String(error)}`);
    });
    const answer = (await response.json()) as { success: boolean; result: unknown };
    if (!answer.success) throw new Trouble(`${method} ${route}: ${JSON.stringify(answer)}`);
    return answer.result;
  }
  const read = (file: string): Config =>
    parse(readFileSync(path.join(root, file), "utf8")) as unknown as Config;

  return {
    async migrate(file) {
      const { account_id: account, d1_databases: databases } = read(file);
      const query = async (sql: string): Promise<readonly Row[]> => {
        const route = `/accounts/${account}/d1/database/${databases[0]?.database_id}/query`;
        const [result] = (await call("POST", route, { sql })) as { results: readonly Row[] }[];
        return result?.results ?? [];
      };
      await query("CREATE TABLE IF NOT EXISTS d1_migrations (name TEXT UNIQUE)");
      const rows = await query("SELECT name FROM d1_migrations");
      const applied = new Set(rows.map(({ name }) => name));
      const names = readdirSync(MIGRATIONS).filter((name) => name.endsWith(".sql"));
      for (const name of names.toSorted().filter((candidate) => !applied.has(candidate))) {
        const sql = readFileSync(path.join(MIGRATIONS, name), "utf8");
        await query(`${sql}\n;INSERT INTO d1_migrations VALUES ('${name}')`);
      }
    },
    async upload(file, secrets) {
      const config = read(file);
      const worker = `/accounts/${config.account_id}/workers/scripts/${config.name}`;
      const uploaded = (await call("PUT", worker, {
        bindings: bindingsOf(config, secrets),
        keep_bindings: ["secret_text"],
      })) as { deployment_id: string };
      await call("POST", `${worker}/subdomain`, { enabled: config.workers_dev });
      await call(
        "PUT",
        `${worker}/schedules`,
        config.triggers.crons.map((cron) => ({ cron })),
      );
      for (const consumer of config.queues.consumers) await consume(config, consumer);
      return uploaded.deployment_id;
    },
  };

  async function consume(
    { account_id: account, name }: Config,
    { queue, ...settings }: Config["queues"]["consumers"][number],
  ): Promise<void> {
    const found = (await call("GET", `/accounts/${account}/queues?name=${queue}`)) as Row[];
    const { queue_id: id, consumers } = found[0] as {
      queue_id: string;
      consumers: { consumer_id: string; script: string }[];
    };
    const own = consumers.find(({ script }) => script === name);
    const body = { ...settings, script_name: name };
    const route = `/accounts/${account}/queues/${id}/consumers`;
    if (own === undefined) await call("POST", route, body);
    else await call("PUT", `${route}/${own.consumer_id}`, body);
  }
}

function bindingsOf(config: Config, secrets: Readonly<Record<string, string>>): readonly Row[] {
  const inherited = config.secrets.required.filter((name) => !(name in secrets));
  return [
    ...Object.entries(config.vars).map(([name, text]) => ({ type: "plain_text", name, text })),
    ...Object.entries(secrets).map(([name, text]) => ({ type: "secret_text", name, text })),
    ...inherited.map((name) => ({ type: "inherit", name })),
    ...config.d1_databases.map(({ binding, database_id: id }) => ({
      type: "d1",
      name: binding,
      id,
    })),
    ...config.kv_namespaces.map(({ binding, id }) => ({
      type: "kv_namespace",
      name: binding,
      namespace_id: id,
    })),
    ...config.queues.producers.map(({ binding, queue }) => ({
      type: "queue",
      name: binding,
      queue_name: queue,
    })),
    ...config.durable_objects.bindings.map(({ name }) => ({
      type: "durable_object_namespace",
      name,
    })),
    ...config.ratelimits.map(({ name, namespace_id: id }) => ({
      type: "ratelimit",
      name,
      namespace_id: id,
    })),
  ];
}
