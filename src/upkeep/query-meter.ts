/** Counts the statements that are sent to D1, which refuses more than 1,000 of one invocation. */

const SENDS = ["first", "run", "all", "raw"] as const;

export interface Metered {
  /** The same environment, whose database counts. */
  readonly env: Cloudflare.Env;
  /** The statements so far; each of a batch counts. */
  readonly used: () => number;
}

export function meterQueries(env: Cloudflare.Env): Metered {
  let used = 0;

  /** Has a statement count. It stays itself, because a batch takes no other. */
  function metered(statement: D1PreparedStatement): D1PreparedStatement {
    const bind = statement.bind.bind(statement);
    const sends = SENDS.map((name) => {
      const send = statement[name].bind(statement) as (...options: unknown[]) => unknown;
      const counting = (...options: unknown[]) => {
        used += 1;
        return send(...options);
      };
      return [name, counting] as const;
    });
    return Object.assign(statement, Object.fromEntries(sends), {
      bind: (...values: unknown[]) => metered(bind(...values)),
    });
  }

  const DB = new Proxy(env.DB, {
    get(database, name) {
      if (name === "prepare") return (query: string) => metered(database.prepare(query));
      if (name === "batch") {
        return (statements: D1PreparedStatement[]) => {
          used += statements.length;
          return database.batch(statements);
        };
      }
      const value: unknown = Reflect.get(database, name);
      return typeof value === "function" ? value.bind(database) : value;
    },
  });
  return { env: { ...env, DB }, used: () => used };
}
