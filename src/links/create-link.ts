/**
 * Creates links: one, a hundred or an import, always in one D1 batch for all of them. Only D1's
 * unique indexes decide which link gets a code or an external id, never a look-up beforehand.
 */

import { checkFeature, type QuotaExceeded } from "../access/quotas.ts";
import { allocatorFor } from "../codes/code-allocator.ts";
import type { Alongside, Statement } from "../db/batch.ts";
import { databaseOf } from "../db/database.ts";
import { mapInSlices } from "../platform/pauses.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { acceptLink, type AcceptContext, type WantedLink } from "./accept-link.ts";
import type { LinkContext } from "./context.ts";
import type { CreateLinkRefusal, TooManyLooks } from "./errors.ts";
import { forecast, type Forecast } from "./forecast.ts";
import { insertLinks, loadOf, type NewLink } from "./insert-links.ts";
import { bytesOf } from "./link-size.ts";
import type { Link } from "./link.ts";
import { ADDRESSES_AT_ONCE, addressCount, lookUp } from "./look-ups.ts";
import { withPasswords } from "./new-passwords.ts";
import { DEFAULT_DOMAIN } from "./route/address.ts";
import { beyondTags, foreseeTags, unlessBeyondTags } from "./tag-room.ts";

/** A new link. Without a code it gets one from the allocator. */
export interface LinkInput extends WantedLink {
  readonly destinationUrl: string;
  /** Refuse it if the workspace has a link to this destination on this domain, unless archived. */
  readonly isOnly?: boolean;
}

/**
 * The most attempts: an automatic code can only collide with custom ones, so two collisions in a
 * row are chance, and five are a fault.
 */
const ATTEMPTS_MAX = 5;

/** Creates one link; see `createLinks`. */
export async function createLink(
  context: LinkContext,
  input: LinkInput,
  alongside?: Alongside,
): Promise<Result<Link, CreateLinkRefusal>> {
  const results = await createLinks(context, [input], alongside);
  if (!results.ok) return results;
  const [result] = results.value;
  if (result === undefined) throw new Error("createLinks returns one result per input.");
  return result;
}

/** Why a call makes no link at all. */
export type CreateLinksRefusal = QuotaExceeded | TooManyLooks;

/**
 * Creates links independently of one another: a refused link does not affect the others. The call
 * as a whole is refused if the plan has no room for all links that are otherwise accepted, or if
 * the person may look at no more codes.
 *
 * Nothing is spent on a link that is refused: its code is not allocated and its password not
 * hashed. Only what other calls take between the forecast and the insert is found out too late.
 *
 * Returns results in the order of the inputs. Writes no KV: the first visit of a link does.
 */
export async function createLinks(
  context: LinkContext,
  inputs: readonly LinkInput[],
  alongside?: Alongside,
): Promise<Result<Result<Link, CreateLinkRefusal>[], CreateLinksRefusal>> {
  const { workspace } = context.access;
  const bulk = checkFeature(workspace, "bulk", { asked: inputs.length, limit: 1 });
  if (!bulk.ok) return bulk;
  const db = databaseOf(context.env.DB);
  const accepting = { ...context, lookUps: await lookUp(db, workspace.id, inputs) };
  const accept = (input: LinkInput) => draftOf(input, accepting);
  const drafts = await mapInSlices(inputs, ADDRESSES_AT_ONCE, accept, addressCount);
  const accepted = drafts.flatMap((draft) => (draft.ok ? [draft.value] : []));
  const untagged = await foreseeTags(db, workspace, accepted);
  if (untagged !== null) return err(untagged);
  const foreseen = await forecast(db, context, accepted, loadOf(accepted));
  if (!foreseen.ok) return foreseen;
  const { refusals } = foreseen.value;
  const refusalOf = new Map(accepted.map(({ uuid }, at) => [uuid, refusals[at]]));
  const hopeful = accepted.filter((_, at) => refusals[at] === undefined);
  // One entry per input, so that the statements run alongside can refer to inputs by position.
  const uuids = drafts.map((draft) => (draft.ok ? draft.value.uuid : crypto.randomUUID()));
  const { made, heldExternalIds, existing, refused } = await makeLinks(
    context,
    hopeful,
    foreseen.value,
    () => alongside?.(uuids) ?? [],
  );
  if (refused !== null && made.size === 0) return err(refused);
  return ok(
    drafts.map((draft) => {
      if (!draft.ok) return draft;
      const refusal = refusalOf.get(draft.value.uuid);
      if (refusal !== undefined) return err(refusal);
      return outcomeOf(draft.value, { made, heldExternalIds, existing, refused });
    }),
  );
}

/** A link that is accepted, before what it costs. */
interface Draft extends Omit<NewLink, "code" | "passwordHash"> {
  /** Null for an automatic one. */
  readonly code: string | null;
  readonly password: string | null;
}

interface Made {
  /** By their UUIDs. */
  readonly made: ReadonlyMap<string, Link>;
  /** Those of the drafts that other calls have taken meanwhile. */
  readonly heldExternalIds: ReadonlySet<string>;
  /** The UUIDs of the drafts that were to be the only ones, and are not. */
  readonly existing: ReadonlySet<string>;
  /** Set if other calls have taken the room meanwhile. */
  readonly refused: QuotaExceeded | null;
}

/** Makes the links that are expected to be possible. */
async function makeLinks(
  context: LinkContext,
  drafts: readonly Draft[],
  foreseen: Forecast,
  alongside: () => readonly Statement[],
): Promise<Made> {
  const db = databaseOf(context.env.DB);
  const made = new Map<string, Link>();
  let heldExternalIds: ReadonlySet<string> = new Set();
  let existing: ReadonlySet<string> = new Set();
  let refused: QuotaExceeded | null = null;
  let isSettled = false;
  try {
    let pending: readonly LockedDraft[] = await withPasswords(context.env, drafts);
    for (let attempt = 1; pending.length > 0 && refused === null; attempt += 1) {
      if (attempt > ATTEMPTS_MAX)
        throw new Error("The allocator keeps returning codes that are taken.");
      const rows = await withCodes(context.env, pending);
      const settling = isSettled ? [] : foreseen.settle();
      const inserted = await unlessBeyondTags(
        insertLinks(db, context, rows, [...settling, ...alongside()]),
      );
      if (inserted === null)
        return {
          made,
          heldExternalIds,
          existing,
          refused: await beyondTags(db, context.access.workspace),
        };
      isSettled = true;
      for (const link of inserted.links) made.set(link.uuid, link);
      ({ heldExternalIds, existing, refused } = inserted);
      const [held, known] = [heldExternalIds, existing];
      // A custom code that is taken is refused; an automatic one is replaced by the next number.
      pending = pending.filter(
        ({ uuid, code, externalId }) =>
          code === null && !made.has(uuid) && !held.has(externalId ?? "") && !known.has(uuid),
      );
    }
    return { made, heldExternalIds, existing, refused };
  } finally {
    if (!isSettled) await foreseen.giveUp();
  }
}

function outcomeOf(
  { uuid, code, externalId = null }: Draft,
  { made, heldExternalIds, existing, refused }: Made,
): Result<Link, CreateLinkRefusal> {
  const link = made.get(uuid);
  if (link !== undefined) return ok(link);
  if (externalId !== null && heldExternalIds.has(externalId)) {
    return err({ reason: "external_id_taken", externalId });
  }
  if (existing.has(uuid)) return err({ reason: "link_exists" });
  // An automatic code is retried until it is free, unless other links took the room meanwhile.
  return err(
    code === null && refused !== null ? refused : { reason: "code_taken", code: code ?? "" },
  );
}

function draftOf(input: LinkInput, context: AcceptContext): Result<Draft, CreateLinkRefusal> {
  const accepted = acceptLink(input, null, context);
  if (!accepted.ok) return err(accepted.error[0]);
  const { columns, place, tags, variants } = accepted.value;
  const destinationUrl = columns.destinationUrl ?? input.destinationUrl;
  return ok({
    ...columns,
    destinationUrl,
    bytes: bytesOf({ ...columns, destinationUrl }, variants ?? []),
    uuid: crypto.randomUUID(),
    domain: place.domain ?? DEFAULT_DOMAIN,
    code: place.code,
    tags: tags ?? [],
    variants: variants ?? [],
    password: input.password ?? null,
    isOnly: input.isOnly ?? false,
  });
}

type LockedDraft = Omit<NewLink, "code"> & Pick<Draft, "code">;

/** Gives each draft without a code an automatic one, with one call per domain to its allocator. */
async function withCodes(
  env: LinkContext["env"],
  drafts: readonly LockedDraft[],
): Promise<NewLink[]> {
  const wanted = new Map<string, number>();
  for (const { domain, code } of drafts) {
    if (code === null) wanted.set(domain, (wanted.get(domain) ?? 0) + 1);
  }
  const codes = new Map(
    await Promise.all(
      [...wanted].map(
        async ([domain, count]) =>
          [domain, await allocatorFor(env, domain).allocate(count)] as const,
      ),
    ),
  );
  return drafts.map((draft) => {
    const code = draft.code ?? codes.get(draft.domain)?.pop();
    if (code === undefined) throw new Error("The allocator returned fewer codes than requested.");
    return { ...draft, code };
  });
}
