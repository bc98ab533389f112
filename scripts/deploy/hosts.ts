/** What a host has now: its zone, its DNS records, its routes, and the Worker that it belongs to. */

import { ApiError, text, type Client } from "./client.ts";
import { routeOf, type Route } from "./host-route.ts";
import type { Permissions } from "./permissions.ts";

export interface Host {
  readonly hostname: string;
  /** The zone in this account that the host is in. */
  readonly zone: { readonly id: string; readonly name: string } | null;
  /** The Worker that has the host as a custom domain. */
  readonly owner: string | null;
  /** Its DNS records, such as `A 192.0.2.1`; null if the token may not read them. */
  readonly records: readonly string[] | null;
  /** The route that takes all requests for the host, before any custom domain does. */
  readonly route: Route | null;
}

/** Whether a route sends all requests for the host to this Worker already. */
export function isServed({ route }: Host, worker: string): boolean {
  return route?.worker === worker;
}

/** Looks at one host. */
export async function lookAtHost(
  client: Client,
  accountId: string,
  hostname: string,
  permissions: Permissions,
): Promise<Host> {
  const [zone, owner] = await Promise.all([
    permissions.ask("Zone: Read", () => zoneOf(client, accountId, hostname)),
    permissions.ask("Workers Scripts: Edit", () => ownerOf(client, accountId, hostname)),
  ]);
  if (zone === null) return { hostname, zone, owner, records: [], route: null };
  const [records, route] = await Promise.all([
    unlessDenied(recordsOf(client, zone.id, hostname)),
    unlessDenied(routeOf(client, zone.id, hostname)),
  ]);
  return { hostname, zone, owner, records, route };
}

/** The longest zone wins: a subdomain may be a zone of its own. */
async function zoneOf(client: Client, accountId: string, hostname: string): Promise<Host["zone"]> {
  const labels = hostname.split(".");
  for (let start = 0; start < labels.length - 1; start += 1) {
    const name = labels.slice(start).join(".");
    const [zone] = await client.list("/zones", { name, "account.id": accountId });
    if (zone !== undefined) return { id: String(zone["id"]), name };
  }
  return null;
}

async function ownerOf(
  client: Client,
  accountId: string,
  hostname: string,
): Promise<string | null> {
  const rows = await client.list(`/accounts/${accountId}/workers/domains`, { hostname });
  const [domain] = rows.filter((row) => row["hostname"] === hostname);
  return domain === undefined ? null : String(domain["service"]);
}

/** Records that lead visitors somewhere. A TXT record may stay. */
async function recordsOf(
  client: Client,
  zoneId: string,
  hostname: string,
): Promise<readonly string[]> {
  const rows = await client.list(`/zones/${zoneId}/dns_records`, { name: hostname });
  return rows
    .filter(({ type }) => ["A", "AAAA", "CNAME"].includes(text(type)))
    .map(({ type, content }) => `${text(type)} ${text(content)}`);
}

/** A login of wrangler may not read records; Cloudflare then refuses a conflict when it is asked. */
async function unlessDenied<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof ApiError && error.isDenied) return null;
    throw error;
  }
}
