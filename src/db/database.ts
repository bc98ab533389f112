/** The drizzle client of the D1 database. */

import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";

import * as schema from "./schema/index.ts";

export type Database = DrizzleD1Database<typeof schema> & { readonly $client: D1Database };

const opened = new WeakMap<D1Database, Database>();

/** Returns the drizzle client of a D1 binding, always the same one. */
export function databaseOf(d1: D1Database): Database {
  const known = opened.get(d1);
  if (known !== undefined) return known;
  const database = drizzle(d1, { schema });
  opened.set(d1, database);
  return database;
}
