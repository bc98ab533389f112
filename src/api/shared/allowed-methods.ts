import type { RouterRoute } from "hono/types";

/** Lists the methods that routes answer on a path, sorted; empty if the path is unknown. */
export function allowedMethods(routes: readonly RouterRoute[], path: string): string[] {
  const methods = new Set<string>();
  for (const route of routes) {
    // Middleware is registered for all methods, but does not answer by itself.
    if (route.method === "ALL" || !matches(route.path, path)) continue;
    methods.add(route.method);
    if (route.method === "GET") methods.add("HEAD");
  }
  return [...methods].sort();
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const given = path.split("/");
  return (
    wanted.length === given.length &&
    wanted.every((segment, at) =>
      segment.startsWith(":") ? given[at] !== "" : segment === given[at],
    )
  );
}
