/** What a host has now: its zone, its DNS records, and the Worker that it belongs to. */

import { ApiError, type Client, type Row } from "./client.ts";
import type { Permissions } from "./permissions.ts";

export interface Host {
  readonly hostname: string;
  /** The zone in this account that the host is in. */
  readonly zone: { readonly id: string; readonly name: string } | null;
  /** The Worker that has the host as a custom domain. */
  readonly owner: string | null;
  /** Its DNS records, such as `A 192.0.2.1`; null if the token may not read them. */
  readonly records: readonly string[] | null;
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
  const records = zone === null ? [] : await recordsOf(client, zone.id, hostname);
  return { hostname, zone, owner, records };
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

/** A login of wrangler may not read records; Cloudflare then refuses a conflict when it is asked. */
async function recordsOf(
  client: Client,
  zoneId: string,
  hostname: string,
): Promise<readonly string[] | null> {
  try {
    const rows = await client.list(`/zones/${zoneId}/dns_records`, { name: hostname });
    return rows.filter(isAddress).map((row) => `${String(row["type"])} ${String(row["content"])}`);
  } catch (error) {
    if (error instanceof ApiError && error.isDenied) return null;
    throw error;
  }
}

/** Records that lead visitors somewhere. A TXT record may stay. */
function isAddress(row: Row): boolean {
  return ["A", "AAAA", "CNAME"].includes(String(row["type"]));
}
