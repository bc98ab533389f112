/**
 * Tells the installation's own hosts from all others: a link or a webhook that leads to one would
 * call us in a circle.
 */

import { sql } from "drizzle-orm";

import { type Config, configOf } from "../config.ts";
import { canonicalHostname } from "../platform/canonical-hostname.ts";
import { type Database, databaseOf } from "./database.ts";
import { jsonSlices } from "./json-slices.ts";

/**
 * Whether the configuration names a host: as PUBLIC_URL's, as the Worker's on workers.dev, or as a
 * preview of the Worker there.
 */
export function isConfiguredHost(
  hostname: string,
  { publicUrl, workersDevHost }: Pick<Config, "publicUrl" | "workersDevHost">,
): boolean {
  const host = canonicalHostname(hostname);
  return [publicUrl.hostname, workersDevHost].some(
    (own) => own !== "" && (host === own || (isWorkersDev(own) && host.endsWith(`-${own}`))),
  );
}

function isWorkersDev(hostname: string): boolean {
  return hostname.endsWith(".workers.dev");
}

/** Selects those of these canonical host names that any workspace has verified, with its id. */
export function selectVerifiedHosts(db: Database, hostnames: readonly string[]) {
  const wanted = ["[]", ...jsonSlices([...new Set(hostnames)])].map(
    (json) => sql`select value from json_each(${json})`,
  );
  return db.all<{ hostname: string; workspaceId: number }>(sql`
    select hostname, workspace_id as "workspaceId" from domains
    where verified_at_ms is not null and hostname in (${sql.join(wanted, sql` union all `)})`);
}

/**
 * Whether a host is the installation's own: configured, or a custom domain that any workspace has
 * verified. Loopback names are not, unless PUBLIC_URL has one: other services listen there too.
 */
export async function isOwnHost(hostname: string, env: Cloudflare.Env): Promise<boolean> {
  if (isConfiguredHost(hostname, configOf(env))) return true;
  const found = await selectVerifiedHosts(databaseOf(env.DB), [canonicalHostname(hostname)]);
  return found.length > 0;
}
