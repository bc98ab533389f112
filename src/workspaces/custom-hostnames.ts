/**
 * Notes which host names Cloudflare for SaaS is to serve. Nothing here calls Cloudflare: what is
 * noted in the batch of a change is settled by a sweep (`settle-hostnames.ts`), so that no failure
 * of Cloudflare's API loses a claim, and no request of a client makes more than a few calls a minute.
 */

import { type SQL, sql } from "drizzle-orm";

import type { Statement } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import type { CertificateRecord } from "../db/schema/index.ts";
import { SECOND_MS } from "../platform/clock.ts";

/** A name that somebody asks for again and again is looked at no more often. */
const ASK_AGAIN_MS = 30 * SECOND_MS;

/** What is known of a host name at Cloudflare. */
export interface CustomHostname {
  readonly hostname: string;
  readonly isActive: boolean;
  readonly records: readonly CertificateRecord[];
  readonly problem: string | null;
}

/** Asks for the verified host names that match `guard` (a condition on `domains`). */
export function wantHostnames(db: Database, guard: SQL, nowMs: number): Statement {
  return db.run(sql`
    insert into custom_hostnames (hostname, asked_at_ms, due_at_ms)
    select hostname, ${nowMs}, ${nowMs} from domains where verified_at_ms is not null and ${guard}
    on conflict (hostname) do update set asked_at_ms = ${nowMs},
      due_at_ms = min(due_at_ms, ${nowMs + ASK_AGAIN_MS})`);
}

/** Asks for those of them that were never asked for: verified before SaaS was set up. */
export function wantMissingHostnames(db: Database, guard: SQL, nowMs: number): Statement {
  return db.run(sql`
    insert into custom_hostnames (hostname, asked_at_ms, due_at_ms)
    select hostname, ${nowMs}, ${nowMs} from domains where verified_at_ms is not null and ${guard}
    on conflict (hostname) do nothing`);
}

/**
 * Has the host names that match `guard` (a condition on `domains`) looked at, before their rows go
 * or lose their verification. A name that another workspace has verified by then stays.
 */
export function leaveHostnames(db: Database, guard: SQL, nowMs: number): Statement {
  return db.run(sql`
    update custom_hostnames set due_at_ms = ${nowMs}
    where hostname in (select hostname from domains where verified_at_ms is not null and ${guard})`);
}

/** Reads what is known of host names, by name; a name that was never asked for is missing. */
export async function readHostnames(
  db: Database,
  hostnames: readonly string[],
): Promise<ReadonlyMap<string, CustomHostname>> {
  const rows = await db.all<{
    hostname: string;
    isActive: 0 | 1;
    records: string;
    problem: string | null;
  }>(sql`
    select hostname, is_active as "isActive", records, problem from custom_hostnames
    where hostname in (select value from json_each(${JSON.stringify(hostnames)}))`);
  return new Map(
    rows.map(({ hostname, isActive, records, problem }) => [
      hostname,
      {
        hostname,
        isActive: isActive === 1,
        records: JSON.parse(records) as CertificateRecord[],
        problem,
      },
    ]),
  );
}
