import { native } from "../../src/api/native/app.ts";

/** Lists the native API's routes as `METHOD /path`, each once: what the table tests must cover. */
export function nativeRoutes(): string[] {
  const routes = native()
    .routes
    // Middleware is registered for all methods and answers nothing by itself.
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${path}`);
  return [...new Set(routes)].sort((a, b) => a.localeCompare(b));
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
