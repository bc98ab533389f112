/** The loopback API of D1, whose databases are SQLite in memory, and of KV. */

import { addDatabase, type Database } from "./account.ts";
import { Refusal, type Asked, type Route } from "./answer.ts";

export const storageRoutes: readonly Route[] = [
  {
    method: "GET",
    path: /^\/accounts\/\w+\/d1\/database$/,
    needs: "D1 Edit",
    answer: ({ account, query }) => {
      const name = query.get("name");
      return account.databases
        .filter((database) => name === null || database.name.includes(name))
        .map((database) => ({ uuid: database.id, ...database.created }));
    },
  },
  {
    method: "POST",
    path: /^\/accounts\/\w+\/d1\/database$/,
    needs: "D1 Edit",
    answer: ({ account, body }) => {
      const name = String(body["name"]);
      if (account.databases.some((database) => database.name === name)) {
        throw new Refusal(400, 7502, `A database with the name "${name}" already exists`);
      }
      return { uuid: addDatabase(account, { ...body, name }).id, name };
    },
  },
  {
    method: "GET",
    path: /^\/accounts\/\w+\/d1\/database\/([\w-]+)$/,
    needs: "D1 Edit",
    answer: (asked) => {
      const database = databaseOf(asked);
      return { uuid: database.id, ...database.created };
    },
  },
  {
    method: "POST",
    path: /^\/accounts\/\w+\/d1\/database\/([\w-]+)\/query$/,
    needs: "D1 Edit",
    answer: (asked) => [
      { success: true, meta: {}, results: run(databaseOf(asked), String(asked.body["sql"])) },
    ],
  },
  {
    method: "GET",
    path: /^\/accounts\/\w+\/storage\/kv\/namespaces$/,
    needs: "Workers KV Storage Edit",
    answer: ({ account }) =>
      account.namespaces.map(({ id, title, created }) => ({ id, title, ...created })),
  },
  {
    method: "POST",
    path: /^\/accounts\/\w+\/storage\/kv\/namespaces$/,
    needs: "Workers KV Storage Edit",
    answer: ({ account, body }) => {
      const title = String(body["title"]);
      if (account.namespaces.some((namespace) => namespace.title === title)) {
        throw new Refusal(
          400,
          10_014,
          "create namespace: 'a namespace with this account ID and title already exists'",
        );
      }
      const namespace = { id: crypto.randomUUID().replaceAll("-", ""), title, created: body };
      account.namespaces.push(namespace);
      return { id: namespace.id, title };
    },
  },
];

function databaseOf({ account, params: [id] }: Asked): Database {
  const database = account.databases.find((candidate) => candidate.id === id);
  if (database === undefined) throw new Refusal(404, 7404, `The database ${id} could not be found`);
  return database;
}

/** Runs statements as one transaction. Only one that reads has results. */
function run({ sqlite }: Database, sql: string): readonly unknown[] {
  try {
    if (/^\s*(?:select|pragma)/i.test(sql)) return sqlite.prepare(sql).all();
    sqlite.exec("BEGIN");
    sqlite.exec(sql);
    sqlite.exec("COMMIT");
    return [];
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
    throw new Refusal(400, 7500, error instanceof Error ? error.message : String(error));
  }
}
