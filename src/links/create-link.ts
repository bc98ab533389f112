/**
 * Creates links: one, a hundred or an import, always in one D1 batch for all of them. Only D1's
 * unique index decides which link gets a code, never a look-up beforehand.
 */

import { checkFeature, type QuotaExceeded } from "../access/quotas.ts";
import { allocatorFor } from "../codes/code-allocator.ts";
import type { Alongside } from "../db/batch.ts";
import { databaseOf } from "../db/database.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { acceptLink, type AcceptContext, type WantedLink } from "./accept-link.ts";
import type { LinkContext } from "./context.ts";
import type { CreateLinkRefusal } from "./errors.ts";
import { insertLinks, type NewLink } from "./insert-links.ts";
import type { Link } from "./link.ts";
import { lookUp } from "./look-ups.ts";
import { withPasswords } from "./new-passwords.ts";
import { DEFAULT_DOMAIN } from "./route/address.ts";

/** A new link. Without a code it gets one from the allocator. */
export interface LinkInput extends WantedLink {
  readonly destinationUrl: string;
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

/**
 * Creates links independently of one another: a refused link does not affect the others. Only the
 * plan refuses the call as a whole, if it has no room for all links that are otherwise accepted.
 *
 * Returns results in the order of the inputs. Writes no KV: the first visit of a link does.
 */
export async function createLinks(
  context: LinkContext,
  inputs: readonly LinkInput[],
  alongside?: Alongside,
): Promise<Result<Result<Link, CreateLinkRefusal>[], QuotaExceeded>> {
  const { env, access } = context;
  const { workspace } = access;
  const bulk = checkFeature(workspace, "bulk", { asked: inputs.length, limit: 1 });
  if (!bulk.ok) return bulk;
  const db = databaseOf(env.DB);
  const accepting = { ...context, lookUps: await lookUp(db, workspace.id, inputs) };
  const locked = await withPasswords(
    db,
    context,
    inputs.map((input) => draftOf(input, accepting)),
    inputs.map(({ password }) => password),
  );
  if (!locked.ok) return locked;
  const drafts = locked.value;
  // One entry per input, so that the statements run alongside can refer to inputs by position.
  const uuids = drafts.map((draft) => (draft.ok ? draft.value.uuid : crypto.randomUUID()));
  const made = new Map<string, Link>();
  let pending = drafts.flatMap((draft) => (draft.ok ? [draft.value] : []));
  let refused: QuotaExceeded | null = null;
  for (let attempt = 1; pending.length > 0 && refused === null; attempt += 1) {
    if (attempt > ATTEMPTS_MAX)
      throw new Error("The allocator keeps returning codes that are taken.");
    const rows = await withCodes(env, pending);
    const inserted = await insertLinks(db, context, rows, alongside?.(uuids) ?? []);
    for (const link of inserted.links) made.set(link.uuid, link);
    ({ refused } = inserted);
    // A custom code that is taken is refused; an automatic one is replaced by the next number.
    pending = pending.filter(({ uuid, code }) => code === null && !made.has(uuid));
  }
  if (refused !== null && made.size === 0) return err(refused);
  return ok(drafts.map((draft) => (draft.ok ? outcomeOf(draft.value, made, refused) : draft)));
}

type Draft = Omit<NewLink, "code"> & { readonly code: string | null };

function outcomeOf(
  { uuid, code }: Draft,
  made: ReadonlyMap<string, Link>,
  refused: QuotaExceeded | null,
): Result<Link, CreateLinkRefusal> {
  const link = made.get(uuid);
  if (link !== undefined) return ok(link);
  // An automatic code is retried until it is free, unless other links took the room meanwhile.
  return err(
    code === null && refused !== null ? refused : { reason: "code_taken", code: code ?? "" },
  );
}

function draftOf(input: LinkInput, context: AcceptContext): Result<Draft, CreateLinkRefusal> {
  const accepted = acceptLink(input, null, context);
  if (!accepted.ok) return err(accepted.error[0]);
  const { columns, place, tags, variants } = accepted.value;
  return ok({
    ...columns,
    destinationUrl: columns.destinationUrl ?? input.destinationUrl,
    uuid: crypto.randomUUID(),
    domain: place.domain ?? DEFAULT_DOMAIN,
    code: place.code,
    tags: tags ?? [],
    variants: variants ?? [],
  });
}

/** Gives each draft without a code an automatic one, with one call per domain to its allocator. */
async function withCodes(env: LinkContext["env"], drafts: readonly Draft[]): Promise<NewLink[]> {
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
