/**
 * Checks daily whether verified domains still have their record: a name that has changed hands must
 * not keep serving its former owner's links.
 */

import { sql } from "drizzle-orm";

import { configOf } from "../config.ts";
import { batchAround } from "../db/batch.ts";
import { databaseOf } from "../db/database.ts";
import { parkLinks } from "../links/parked.ts";
import { DAY_MS, HOUR_MS } from "../platform/clock.ts";
import { within } from "../platform/deadline.ts";
import { leaveHostnames, wantMissingHostnames } from "./custom-hostnames.ts";
import { askProof } from "./domain-proof.ts";
import { leaveHosts, NEW_CHALLENGE } from "./domains.ts";

const CHECK_EVERY_MS = DAY_MS;
/** How soon a check that the DNS did not answer is repeated. */
const ASK_AGAIN_MS = HOUR_MS;
/**
 * A domain is lost once this many checks in a row have found no record, over at least this long.
 */
const FAILED_CHECKS_MIN = 3;
const FAILING_MIN_MS = 3 * DAY_MS;
/** Shorter than a sweep waits for a row, since a DNS that does not answer is no fault of the row. */
const DNS_DEADLINE_MS = 1_500;

export interface DueDomain {
  readonly id: number;
  readonly hostname: string;
  readonly challenge: string;
  readonly failed_checks: number;
  readonly failing_since_ms: number | null;
}

/** Checks a domain, and notes the result. */
export async function recheckDomain(
  env: Cloudflare.Env,
  domain: DueDomain,
  nowMs: number,
): Promise<void> {
  const { hostname, challenge } = domain;
  const asking = askProof({ hostname, challenge }, { dohUrl: env.DOH_URL });
  const proof = await within(DNS_DEADLINE_MS, asking).catch(() => "unanswered" as const);
  const db = databaseOf(env.DB);
  const still = sql`id = ${domain.id} and challenge = ${challenge} and verified_at_ms is not null`;
  if (proof === "present") {
    const isThere = db.run(sql`
      update domains set checked_at_ms = ${nowMs}, failed_checks = 0, failing_since_ms = null
      where ${still}`);
    const isServed = configOf(env).saas === null ? [] : [wantMissingHostnames(db, still, nowMs)];
    await batchAround(db, [], [isThere], isServed);
    return;
  }
  if (proof === "unanswered") {
    const checkedAtMs = nowMs - CHECK_EVERY_MS + ASK_AGAIN_MS;
    await db.run(sql`update domains set checked_at_ms = ${checkedAtMs} where ${still}`);
    return;
  }
  const failedChecks = domain.failed_checks + 1;
  const failingSinceMs = domain.failing_since_ms ?? nowMs;
  if (failedChecks >= FAILED_CHECKS_MIN && failingSinceMs <= nowMs - FAILING_MIN_MS) {
    const guard = sql`domain = ${hostname} and exists (select 1 from domains where ${still}
      and domains.workspace_id = links.workspace_id)`;
    const lose = db.run(sql`
      update domains set verified_at_ms = null, challenge = ${NEW_CHALLENGE}, checked_at_ms = null,
        failed_checks = 0, failing_since_ms = null where ${still}`);
    const before = [
      ...parkLinks(db, guard, nowMs),
      leaveHostnames(db, still, nowMs),
      leaveHosts(db, still, nowMs),
    ];
    await batchAround(db, before, [lose]);
    return;
  }
  await db.run(sql`
    update domains set checked_at_ms = ${nowMs}, failed_checks = ${failedChecks},
      failing_since_ms = ${failingSinceMs} where ${still}`);
}
