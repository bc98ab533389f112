import { and, eq, isNotNull } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { domains } from "../db/schema/index.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { parseHostname } from "./hostname.ts";

/** The workspace has not proved the domain, or has lost it. */
export interface DomainUnavailable {
  readonly code: "domain_unavailable";
  readonly hostname: string;
}

/**
 * Gives the canonical name of a domain that a workspace may put links on now.
 *
 * No more than a look beforehand: a link whose domain is lost a moment later is not served, and is
 * parked by whoever proves the name next.
 */
export async function usableDomain(
  db: Database,
  workspaceId: number,
  hostname: string,
): Promise<Result<string, DomainUnavailable>> {
  const name = parseHostname(hostname);
  const [row] = name.ok
    ? await db
        .select({ hostname: domains.hostname })
        .from(domains)
        .where(
          and(
            eq(domains.workspaceId, workspaceId),
            eq(domains.hostname, name.value),
            isNotNull(domains.verifiedAtMs),
          ),
        )
    : [];
  return row === undefined ? err({ code: "domain_unavailable", hostname }) : ok(row.hostname);
}
