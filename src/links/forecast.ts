/**
 * Forecasts which links of a call can be made, before anything is spent on them: no code is
 * allocated, no password hashed and no row written for a link that will be refused.
 *
 * Only a forecast: the statements that write decide again.
 */

import { type SQL, sql } from "drizzle-orm";

import type { QuotaExceeded } from "../access/quotas.ts";
import {
  LOOKS_A_CALL,
  payForLooks,
  returnLooks,
  secondsToWait,
  selectLooks,
} from "../codes/looks.ts";
import { batchAround, type Statement } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { tolerate } from "../platform/log.ts";
import { err, ok, type Result } from "../platform/result.ts";
import type { LinkContext } from "./context.ts";
import type { CallStopped, CodeTaken, ExternalIdTaken, TooManyLooks } from "./errors.ts";
import { selectHeldExternalIds } from "./external-ids.ts";
import { isFree, isOwn } from "./held-codes.ts";
import { hasRoom, isLimited, type Load, overQuota, selectRoom } from "./room.ts";
import { DEFAULT_DOMAIN } from "./route/address.ts";

/** Where a link is to be served. */
export interface WantedPlace {
  /** Null for a parked link, which is not served. */
  readonly domain: string | null;
  /** Null for an automatic code. */
  readonly code: string | null;
}

/** A place, and the link that is to be there. */
export interface WantedLinkPlace extends WantedPlace {
  readonly uuid: string;
  readonly externalId?: string | null | undefined;
}

export interface Forecast {
  /** Why a link cannot be made, in the order of the places; undefined where it can. */
  readonly refusals: readonly (CodeTaken | ExternalIdTaken | CallStopped | undefined)[];
  /**
   * Returns statements for the end of the batch that makes the links: they give back the looks that
   * turned out not to tell another workspace's code.
   */
  settle(): Statement[];
  /** Gives back what was paid for looks, if the links are not made after all. */
  giveUp(): Promise<void>;
}

type Context = Pick<LinkContext, "access" | "nowMs">;

/**
 * Forecasts the links of a call, which add a load to the workspace. A call beyond the plan, or by a person who
 * may look at no more codes, is refused as a whole, and tells nothing about its codes.
 */
export async function forecast(
  db: Database,
  { access, nowMs }: Context,
  places: readonly (WantedPlace | WantedLinkPlace)[],
  adding: Load,
): Promise<Result<Forecast, QuotaExceeded | TooManyLooks>> {
  const { userId, workspace } = access;
  const coded = places.flatMap(({ domain, code }, at) =>
    domain === null || code === null ? [] : [{ at, domain, code }],
  );
  const shared = coded.filter(({ domain }) => domain === DEFAULT_DOMAIN).map(({ code }) => code);
  const paid = Math.min(shared.length, LOOKS_A_CALL);
  const isCounted = isLimited(workspace) && (adding.links > 0 || adding.bytes > 0);
  const named = places.flatMap((place) =>
    "uuid" in place && typeof place.externalId === "string" ? [place] : [],
  );
  if (coded.length === 0 && named.length === 0 && !isCounted) return ok(NOTHING_FORESEEN);
  const looker = { userId, nowMs };
  const [[room], payment, [looks], taken, held] = await batchAround(
    db,
    [],
    [
      selectRoom(db, workspace),
      paid === 0
        ? db.all(sql`select ${1}`)
        : payForLooks(db, looker, paid, isCounted ? hasRoom(workspace, adding, []) : sql`true`),
      selectLooks(db, looker),
      selectTaken(db, workspace.id, coded, nowMs),
      selectHeldExternalIds(db, workspace.id, named),
    ],
  );
  const refused = overQuota(workspace, room, adding);
  if (refused !== null) return err(refused);
  if (payment.length === 0) {
    return err({ reason: "rate_limited", retryAfterSeconds: secondsToWait(looks) ?? 1 });
  }
  const heldIds = new Set(held.map(({ externalId }) => externalId));
  const { refusals, told } = refusalsOf(places, taken, heldIds);
  const unused = paid - told;
  const hoped = coded.filter(({ at, domain }) => domain === DEFAULT_DOMAIN && !refusals[at]);
  return ok({
    refusals,
    settle: () =>
      unused === 0 ? [] : [returnLooks(db, userId, lessUnmade(unused, workspace.id, hoped))],
    async giveUp() {
      if (unused === 0) return;
      await tolerate("codes.looks.failed", batchAround(db, [], [returnLooks(db, userId, unused)]));
    },
  });
}

const NOTHING_FORESEEN: Forecast = {
  refusals: [],
  settle: () => [],
  giveUp: () => Promise.resolve(),
};

interface CodedPlace {
  /** The place's position in the call. */
  readonly at: number;
  readonly domain: string;
  readonly code: string;
}

interface TakenRow {
  readonly at: number;
  /** Whether the workspace itself has the code. */
  readonly isOwn: 0 | 1;
}

/** Selects the places that are taken, or held for another workspace. */
function selectTaken(
  db: Database,
  workspaceId: number,
  coded: readonly CodedPlace[],
  nowMs: number,
) {
  const address = { domain: sql`wanted.value->>'domain'`, code: sql`wanted.value->>'code'` };
  return db.all<TakenRow>(sql`
    select wanted.value->>'at' as at, ${isOwn(address, workspaceId)} as isOwn
    from json_each(${JSON.stringify(coded)}) as wanted
    where not (${isFree(address, workspaceId, nowMs)})`);
}

/** `told` counts the refusals that tell another workspace's code. */
function refusalsOf(
  places: readonly (WantedPlace | WantedLinkPlace)[],
  taken: readonly TakenRow[],
  heldIds: ReadonlySet<string>,
) {
  const takenAt = new Map(taken.map((row) => [row.at, row]));
  const wanted = new Set<string>();
  const wantedIds = new Set(heldIds);
  let told = 0;
  const refusals = places.map((place, at): Forecast["refusals"][number] => {
    const { domain, code } = place;
    const externalId = "uuid" in place ? (place.externalId ?? null) : null;
    // The code of a link that is refused for its external id is not told.
    if (externalId !== null && wantedIds.has(externalId)) {
      return { reason: "external_id_taken", externalId };
    }
    if (told === LOOKS_A_CALL) return { reason: "call_stopped", taken: LOOKS_A_CALL };
    if (externalId !== null) wantedIds.add(externalId);
    if (code === null) return undefined;
    const row = takenAt.get(at);
    if (row?.isOwn === 0) told += 1;
    const address = `${domain}/${code}`;
    // Of two links that ask for one code, the first gets it.
    const isTaken = row !== undefined || wanted.has(address);
    wanted.add(address);
    return isTaken ? { reason: "code_taken", code } : undefined;
  });
  return { refusals, told };
}

/** The unused looks, less those that the batch used: codes that were taken in the meantime. */
function lessUnmade(unused: number, workspaceId: number, hoped: readonly CodedPlace[]): SQL {
  const codes = JSON.stringify(hoped.map(({ code }) => code));
  return sql`${unused} - (
    select count(*) from json_each(${codes}) as hoped
    where not ${isOwn({ domain: DEFAULT_DOMAIN, code: sql`hoped.value` }, workspaceId)})`;
}
