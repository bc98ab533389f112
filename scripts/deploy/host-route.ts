/** Routes of a zone: patterns that send requests to a Worker before custom domains are asked. */

import { text, type Client } from "./client.ts";

export interface Route {
  readonly pattern: string;
  /** Null sends requests past all Workers. */
  readonly worker: string | null;
}

/** Returns the most specific route that takes every path of a host. */
export async function routeOf(
  client: Client,
  zoneId: string,
  hostname: string,
): Promise<Route | null> {
  const rows = await client.list(`/zones/${zoneId}/workers/routes`);
  const fitting = rows
    .map(({ pattern, script }): Route => ({ pattern: text(pattern), worker: text(script) || null }))
    .filter(({ pattern }) => takesAll(pattern, hostname))
    .sort((one, other) => other.pattern.length - one.pattern.length);
  return fitting[0] ?? null;
}

/** `*` stands for anything, at the beginning of a host and at the end of a path only. */
function takesAll(pattern: string, hostname: string): boolean {
  const [host = "", ...path] = pattern.replace(/^https?:\/\//, "").split("/");
  if (path.join("/") !== "*") return false;
  return host.startsWith("*") ? hostname.endsWith(host.slice(1)) : host === hostname;
}
