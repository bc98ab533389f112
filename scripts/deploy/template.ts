/** Reads wrangler.toml: what every installation has in common. */

import { parse, type TomlTable } from "smol-toml";

import { Trouble } from "../../tools/trouble.ts";

export interface Template {
  readonly name: string;
  /** The whole file. */
  readonly toml: TomlTable;
  readonly vars: Readonly<Record<string, string>>;
  readonly requiredSecrets: readonly string[];
  /** Each queue once, dead-letter queues too. */
  readonly queues: readonly string[];
  /** The queues that the Worker sends to, and those that it consumes. */
  readonly producedQueues: readonly string[];
  readonly consumedQueues: readonly string[];
  readonly databaseBinding: string;
  readonly namespaceBinding: string;
  /** Null if the file has only a placeholder. */
  readonly databaseId: string | null;
  readonly namespaceId: string | null;
}

/** Reads the text of wrangler.toml. Refuses what a deployment decides by itself. */
export function readTemplate(text: string): Template {
  const toml = parse(text);
  if (toml["routes"] !== undefined || toml["route"] !== undefined) {
    throw new Trouble(
      "wrangler.toml sets routes. wrangler takes them as the complete set, and would detach every " +
        "other host: remove them, and name hosts by --url and --domain.",
    );
  }
  const [database] = tables(toml, "d1_databases");
  const [namespace] = tables(toml, "kv_namespaces");
  return {
    name: textOf(toml["name"]) ?? "signpost",
    toml,
    vars: strings(table(toml, "vars")),
    requiredSecrets: list(table(toml, "secrets")["required"]),
    queues: queuesOf(toml, ["producers", "consumers"], ["queue", "dead_letter_queue"]),
    producedQueues: queuesOf(toml, ["producers"], ["queue"]),
    consumedQueues: queuesOf(toml, ["consumers"], ["queue"]),
    databaseBinding: textOf(database?.["binding"]) ?? "",
    namespaceBinding: textOf(namespace?.["binding"]) ?? "",
    databaseId: realId(textOf(database?.["database_id"])),
    namespaceId: realId(textOf(namespace?.["id"])),
  };
}

/** Lists the tables of an array of tables, which may be missing. */
export function tables(toml: TomlTable, key: string): readonly TomlTable[] {
  const value = toml[key];
  return Array.isArray(value) ? (value as TomlTable[]) : [];
}

/** Returns a table, empty if it is missing. */
export function table(toml: TomlTable, key: string): TomlTable {
  return (toml[key] ?? {}) as TomlTable;
}

function queuesOf(
  toml: TomlTable,
  sides: readonly ("producers" | "consumers")[],
  keys: readonly ("queue" | "dead_letter_queue")[],
): readonly string[] {
  const rows = sides.flatMap((side) => tables(table(toml, "queues"), side));
  const names = rows.flatMap((row) => keys.map((key) => textOf(row[key])));
  return [...new Set(names.filter((name) => name !== null))].sort();
}

/** Vars as the Worker reads them: as text, however they are written. */
function strings(values: TomlTable): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      return [key, typeof value === "string" ? value : JSON.stringify(value)];
    }),
  );
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function realId(id: string | null): string | null {
  return id === null || /^[0-]*1?$/.test(id) ? null : id;
}
