import { native } from "../../src/api/native/app.ts";
import type { DialectApp, DialectEnvironment } from "../../src/api/shared/dialect.ts";
import type { Contracts } from "../../src/api/shared/reference.ts";
import { type DialectName, PREFIXES } from "../../src/prefixes.ts";

/** An operation's id in its table, and its route as `METHOD /path`. */
export interface TableRoute<T extends Contracts> {
  readonly id: keyof T & string;
  readonly route: string;
}

/** Lists the routes of a dialect's table. */
export function routesOf<T extends Contracts>(dialect: DialectName, table: T): TableRoute<T>[] {
  return PREFIXES[dialect].flatMap((prefix) =>
    Object.entries(table).map(([id, { method, path }]) => ({
      id: id as keyof T & string,
      route: `${method} ${prefix}${path}`,
    })),
  );
}

/** Lists the routes that an app answers as `METHOD /path`, each once. */
export function mountedRoutes<E extends DialectEnvironment>(app: DialectApp<E>): string[] {
  const routes = app.routes
    // Middleware is registered for all methods and answers nothing by itself.
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${path}`);
  return [...new Set(routes)].sort();
}

/** Lists the native API's routes: what the table tests must cover. */
export function nativeRoutes(): string[] {
  return mountedRoutes(native()).sort((a, b) => a.localeCompare(b));
}

/** Fills the parameters of a route's path, those not given with a UUID that nothing has. */
export function pathOf(route: string, given: Readonly<Record<string, string>> = {}): string {
  const path = route.slice(route.indexOf(" ") + 1);
  return path.replace(/:(\w+)/g, (_, name: string) => given[name] ?? crypto.randomUUID());
}

/** A request of a route with these headers; what is no read sends an empty JSON object. */
export function requestOf(route: string, headers: Record<string, string>): RequestInit {
  const method = route.slice(0, route.indexOf(" "));
  if (method === "GET") return { method, headers };
  return { method, body: "{}", headers: { "Content-Type": "application/json", ...headers } };
}
