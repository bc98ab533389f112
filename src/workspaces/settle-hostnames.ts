/**
 * Makes Cloudflare for SaaS serve the host names that workspaces have verified, and no longer those
 * that they have lost or released. Each step finds what an earlier one has done, so it may be cut
 * off anywhere and repeated.
 */

import { sql } from "drizzle-orm";

import { configOf } from "../config.ts";
import { type Database, databaseOf } from "../db/database.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../platform/clock.ts";
import { within } from "../platform/deadline.ts";
import { log, tolerate } from "../platform/log.ts";
import { ok, type Result } from "../platform/result.ts";
import { type RemoteHostname, type SaasApi, saasApi, type SaasFailure } from "./saas-api.ts";

/** Cloudflare allows an account 1,200 calls in five minutes; these names make up to 200 of them. */
const HOSTNAMES_MAX = 20;
const AT_ONCE = 5;
const HOSTNAME_MS = 12 * SECOND_MS;
/** The next look at a name that waits for its owner, as a fraction of how long it has waited. */
const WAITED_FRACTION = 0.1;
const LOOK_MS_MAX = 6 * HOUR_MS;

interface Due {
  readonly hostname: string;
  readonly remoteId: string | null;
  readonly isOurs: 0 | 1;
  readonly failures: number;
  readonly askedAtMs: number;
  /** When the next try is due, unless a change makes it due earlier. */
  readonly retryAtMs: number;
  readonly isWanted: 0 | 1;
}

/** Settles the host names that are due, the longest overdue first; returns how many it looked at. */
export async function settleHostnames(env: Cloudflare.Env, nowMs: number): Promise<number> {
  const { saas } = configOf(env);
  if (saas === null) return 0;
  const db = databaseOf(env.DB);
  // Counted and put off before the work, which may not survive: a name must not hold up the others.
  const due = await db.all<Due>(sql`
    update custom_hostnames set failures = failures + 1,
      due_at_ms = ${nowMs} + min(${HOUR_MS}, ${MINUTE_MS} << min(failures, 6))
    where hostname in (
      select hostname from custom_hostnames where due_at_ms <= ${nowMs}
      order by due_at_ms limit ${HOSTNAMES_MAX})
    returning hostname, remote_id as "remoteId", is_ours as "isOurs", failures,
      asked_at_ms as "askedAtMs", due_at_ms as "retryAtMs", exists (
        select 1 from domains where domains.hostname = custom_hostnames.hostname
          and verified_at_ms is not null) as "isWanted"`);
  const api = saasApi(saas);
  for (let at = 0; at < due.length; at += AT_ONCE) {
    await Promise.all(
      due.slice(at, at + AT_ONCE).map((each) => {
        const work = each.isWanted === 1 ? keep(db, api, each, nowMs) : drop(db, api, each);
        return tolerate("upkeep.hostname.failed", within(HOSTNAME_MS, work));
      }),
    );
  }
  return due.length;
}

async function keep(db: Database, api: SaasApi, due: Due, nowMs: number): Promise<void> {
  const made = await findOrCreate(db, api, due);
  if (!made.ok) return note(db, due, made.error);
  const again = made.value.isStuck ? await api.validate(made.value.id) : made;
  if (!again.ok) return note(db, due, again.error);
  const { id, isActive, records, problem } = again.value;
  const waited = Math.max(0, nowMs - due.askedAtMs) * WAITED_FRACTION;
  const pauseMs = isActive ? DAY_MS : Math.min(LOOK_MS_MAX, Math.max(MINUTE_MS, waited));
  await db.run(sql`
    update custom_hostnames set remote_id = ${id}, is_active = ${isActive ? 1 : 0},
      records = ${JSON.stringify(records)}, problem = ${problem}, failures = 0,
      due_at_ms = iif(due_at_ms = ${due.retryAtMs}, ${Math.round(nowMs + pauseMs)}, due_at_ms)
    where hostname = ${due.hostname}`);
}

async function findOrCreate(
  db: Database,
  api: SaasApi,
  { hostname, remoteId }: Due,
): Promise<Result<RemoteHostname, SaasFailure>> {
  const known = remoteId === null ? await api.find(hostname) : await api.get(remoteId);
  if (!known.ok) return known;
  if (known.value !== null) return ok(known.value);
  // Said before it is made: if this ends in between, the next one finds a name that is ours.
  await db.run(sql`
    update custom_hostnames set is_ours = 1, remote_id = null where hostname = ${hostname}`);
  return api.create(hostname);
}

async function drop(db: Database, api: SaasApi, due: Due): Promise<void> {
  const { hostname, remoteId, isOurs } = due;
  if (isOurs === 1) {
    const found = remoteId === null ? await api.find(hostname) : ok({ id: remoteId });
    if (!found.ok) return note(db, due, found.error);
    const removed = found.value === null ? ok(null) : await api.remove(found.value.id);
    if (!removed.ok) return note(db, due, removed.error);
  }
  // A name that was verified again meanwhile has lost its remote one, and is made anew.
  await db.run(sql`
    delete from custom_hostnames where hostname = ${hostname} and not exists (
      select 1 from domains where domains.hostname = ${hostname} and verified_at_ms is not null)`);
}

/** Notes a failure for the owner and the operator; the next try is already due. */
async function note(db: Database, due: Due, { status, code }: SaasFailure): Promise<void> {
  const { hostname, failures } = due;
  log("warn", "upkeep.hostname.refused", {
    ...(status !== null && { status }),
    ...(code !== null && { code }),
    attempt: failures,
  });
  const problem =
    status === null || status === 429 || status >= 500
      ? "Cloudflare does not answer; the certificate will be requested again."
      : `Cloudflare refused the certificate (${code ?? status}); it will be requested again.`;
  await db.run(sql`
    update custom_hostnames set problem = ${problem} where hostname = ${hostname}`);
}
