/**
 * Gives new links their passwords: the first few are hashed before the call answers, the others are
 * sealed, and a sweep hashes them afterwards.
 */

import { sql } from "drizzle-orm";

import type { QuotaExceeded } from "../access/quotas.ts";
import { batchAround } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { jsonSlices } from "../db/json-slices.ts";
import { hashPassword } from "../platform/password.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { sealPassword } from "../platform/sealed-password.ts";
import type { LinkContext } from "./context.ts";
import type { CreateLinkRefusal } from "./errors.ts";
import { isFree } from "./held-codes.ts";
import { overQuota, selectRoom } from "./room.ts";

/** Each hash takes 150 ms of the thread that also answers redirects. */
export const HASHED_MAX = 10;
/** Sealing takes microseconds, but thousands of them would still hold up the isolate. */
const SEALED_AT_ONCE = 100;

interface Draft {
  readonly uuid: string;
  readonly domain: string;
  /** Null for an automatic code. */
  readonly code: string | null;
}

type Drafts<D> = Result<D, CreateLinkRefusal>[];

/**
 * Adds the stored form of each password, given in the order of the drafts.
 *
 * Refuses beforehand what the insert would refuse, so that a refused link costs no hash. The insert
 * still decides: this is a look-up, and others may write meanwhile.
 */
export async function withPasswords<D extends Draft>(
  db: Database,
  context: Pick<LinkContext, "env" | "access" | "nowMs">,
  drafts: Drafts<D>,
  passwords: readonly (string | null | undefined)[],
): Promise<Result<Drafts<D & { readonly passwordHash?: string }>, QuotaExceeded>> {
  if (!drafts.some((draft, at) => draft.ok && typeof passwords[at] === "string")) return ok(drafts);
  const forecast = await refuseEarly(db, context, drafts);
  if (!forecast.ok) return forecast;
  const stored: Drafts<D & { readonly passwordHash?: string }> = [];
  let count = 0;
  for (const [at, draft] of forecast.value.entries()) {
    const password = passwords[at];
    if (!draft.ok || typeof password !== "string") {
      stored.push(draft);
      continue;
    }
    count += 1;
    const { uuid } = draft.value;
    const passwordHash =
      count <= HASHED_MAX
        ? await hashPassword(password)
        : await sealPassword(context.env.ENCRYPTION_KEY, uuid, password);
    stored.push(ok({ ...draft.value, passwordHash }));
    if (count % SEALED_AT_ONCE === 0) await scheduler.wait(0);
  }
  return ok(stored);
}

/** Refuses drafts whose code is taken or asked for twice, and all of them if the plan is full. */
async function refuseEarly<D extends Draft>(
  db: Database,
  { access: { workspace }, nowMs }: Pick<LinkContext, "access" | "nowMs">,
  drafts: Drafts<D>,
): Promise<Result<Drafts<D>, QuotaExceeded>> {
  const good = drafts.flatMap((draft) => (draft.ok ? [draft.value] : []));
  const wanted = good.flatMap(({ domain, code }) => (code === null ? [] : [[domain, code]]));
  const address = { domain: sql`pair.value->>0`, code: sql`pair.value->>1` };
  const [[room], ...found] = await batchAround(
    db,
    [],
    [
      selectRoom(db, workspace),
      ...jsonSlices(wanted).map((json) =>
        db.all<{ domain: string; code: string }>(sql`
          select pair.value->>0 as domain, pair.value->>1 as code from json_each(${json}) as pair
          where not (${isFree(address, workspace.id, nowMs)})`),
      ),
    ],
  );
  const over = overQuota(workspace, room, good.length);
  if (over !== null) return err(over);
  const taken = new Set(found.flat().map(({ domain, code }) => `${domain}/${code}`));
  return ok(
    drafts.map((draft) => {
      if (!draft.ok || draft.value.code === null) return draft;
      const { domain, code } = draft.value;
      const key = `${domain}/${code}`;
      if (taken.has(key)) return err({ reason: "code_taken", code });
      taken.add(key);
      return draft;
    }),
  );
}
