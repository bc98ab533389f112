/** Reads what the API says of databases, namespaces and queues. */

import { Trouble } from "../../tools/trouble.ts";
import { text, type Client, type Row } from "./client.ts";
import type { Database, Queue, Worker } from "./found.ts";

/** Returns the id that a binding of this name has on the live Worker. */
export function boundId(
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

/** Chooses a row of a list. What the Worker is bound to goes before what only has the right name. */
export function chosen(
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

/** Looks into a database: whether it is ours, and whether anything depends on its secrets. */
export async function databaseOf(client: Client, account: string, row: Row): Promise<Database> {
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

/** Reads a queue of the API. */
export function queueOf(row: Row): Queue {
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

/** Reads where something is kept. */
export function jurisdictionOf(row: Row): string | null | undefined {
  const value = row["jurisdiction"];
  return typeof value === "string" || value === null ? value : undefined;
}
