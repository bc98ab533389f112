/** Derives the configuration that wrangler uploads: wrangler.toml, filled in for one installation. */

import { stringify, type TomlTable } from "smol-toml";

import type { Found } from "./found.ts";
import { rateLimitId, type Names } from "./names.ts";
import { table, tables, type Template } from "./template.ts";

export interface Installation {
  readonly accountId: string;
  readonly names: Names;
  readonly databaseId: string;
  readonly namespaceId: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly plan: Found["plan"];
  /** The names of the secrets without which the Worker is not to be uploaded. */
  readonly secrets: readonly string[];
}

const HEADER = `# Written by \`npm run deploy\` from wrangler.toml and what Cloudflare has: the next deployment writes
# it anew. Use it for commands such as \`npx wrangler tail --config …\`; settings are changed by flags.

`;

/** Returns the text of the configuration. It has no hosts: a list of them would be a complete set. */
export function deriveConfig(template: Template, installation: Installation): string {
  const { accountId, names, databaseId, namespaceId, vars, plan, secrets } = installation;
  const toml = structuredClone(template.toml);
  const isOnWorkersDev = new URL(vars["PUBLIC_URL"] ?? "").hostname.endsWith(".workers.dev");
  Object.assign(toml, {
    name: names.worker,
    account_id: accountId,
    workers_dev: isOnWorkersDev,
    preview_urls: false,
    vars: { ...vars },
    secrets: { required: [...secrets] },
  });
  // The free plan has a limit of its own, and refuses another.
  if (plan === "free") delete toml["limits"];
  setIn(tables(toml, "d1_databases"), { database_name: names.database, database_id: databaseId });
  setIn(tables(toml, "kv_namespaces"), { id: namespaceId });
  renameQueues(table(toml, "queues"), names);
  for (const limit of tables(toml, "ratelimits")) {
    const { name } = limit;
    if (typeof name === "string") limit["namespace_id"] = rateLimitId(names.worker, name);
  }
  return HEADER + stringify(toml);
}

function setIn(rows: readonly TomlTable[], values: TomlTable): void {
  if (rows[0] !== undefined) Object.assign(rows[0], values);
}

function renameQueues(queues: TomlTable, names: Names): void {
  for (const row of [...tables(queues, "producers"), ...tables(queues, "consumers")]) {
    for (const key of ["queue", "dead_letter_queue"]) {
      const written = row[key];
      if (typeof written === "string") row[key] = names.queues.get(written) ?? written;
    }
  }
}
