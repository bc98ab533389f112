/**
 * Makes links: one, a hundred or an import, always in one D1 batch for all of them together. Who
 * has a code is decided by D1's unique index alone, never by a look beforehand.
 */
import { allocatorFor } from "../codes/code-allocator.ts";
import { databaseOf } from "../db/database.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { DEFAULT_DOMAIN } from "./address.ts";
import type { Alongside, LinkContext } from "./context.ts";
import type { CreateLinkRefusal } from "./errors.ts";
import {
  refuseReserved,
  type CollectionLookup,
  columnsOf,
  lookUpCollections,
  tagNamesOf,
  UNSCHEDULED,
} from "./fields.ts";
import { insertLinks, type NewLink } from "./insert-links.ts";
import type { Link, LinkFields } from "./link.ts";

export interface LinkInput extends LinkFields {
  readonly destinationUrl: string;
  /** Empty for the default hosts. Whether the workspace may use it is the caller's to know. */
  readonly domain?: string | undefined;
  /** Within the dialect's grammar; without one the allocator gives one. */
  readonly code?: string | undefined;
}

/** An automatic code can only clash with custom ones: twice in a row is luck, five times a fault. */
const ATTEMPTS_MAX = 5;

/** Makes one link; see `createLinks`. */
export async function createLink(
  context: LinkContext,
  input: LinkInput,
  alongside?: Alongside,
): Promise<Result<Link, CreateLinkRefusal>> {
  const [result] = await createLinks(context, [input], alongside);
  if (result === undefined) throw new Error("createLinks answers each input.");
  return result;
}

/**
 * Makes links independently of one another: those that are refused keep nobody else back.
 *
 * Answers in the order of the inputs. Writes no KV: a link's first visit does.
 */
export async function createLinks(
  context: LinkContext,
  inputs: readonly LinkInput[],
  alongside?: Alongside,
): Promise<Result<Link, CreateLinkRefusal>[]> {
  const { env, access } = context;
  const db = databaseOf(env.DB);
  const collections = await lookUpCollections(
    db,
    access.workspace.id,
    inputs.map(({ collection }) => collection),
  );
  const drafts = inputs.map((input) => draftOf(input, collections, context));
  const made = new Map<string, Link>();
  const uuids = drafts.flatMap((draft) => (draft.ok ? [draft.value.uuid] : []));
  let pending = drafts.flatMap((draft) => (draft.ok ? [draft.value] : []));
  for (let attempt = 1; pending.length > 0; attempt += 1) {
    if (attempt > ATTEMPTS_MAX) throw new Error("The allocator's codes are taken again and again.");
    const rows = await withCodes(env, pending);
    const inserted = await insertLinks(db, context, rows, alongside?.(uuids) ?? []);
    for (const link of inserted) made.set(link.uuid, link);
    // A custom code that is taken stays taken; an automatic one gives way to the next number.
    pending = pending.filter(({ uuid, code }) => code === null && !made.has(uuid));
  }
  return drafts.map((draft) => {
    if (!draft.ok) return draft;
    const link = made.get(draft.value.uuid);
    return link === undefined
      ? err({ code: "code_taken", slug: draft.value.code ?? "" })
      : ok(link);
  });
}

type Draft = Omit<NewLink, "code"> & { readonly code: string | null };

function draftOf(
  input: LinkInput,
  collections: CollectionLookup,
  context: LinkContext,
): Result<Draft, CreateLinkRefusal> {
  if (input.code !== undefined) {
    const code = refuseReserved(input.code);
    if (!code.ok) return code;
  }
  const columns = columnsOf(input, UNSCHEDULED, context);
  if (!columns.ok) return columns;
  const collectionId = collections(input.collection) ?? null;
  if (collectionId === "unknown") return err({ code: "collection_not_found" });
  return ok({
    ...columns.value,
    destinationUrl: columns.value.destinationUrl ?? input.destinationUrl,
    uuid: crypto.randomUUID(),
    domain: input.domain ?? DEFAULT_DOMAIN,
    code: input.code ?? null,
    collectionId,
    tags: tagNamesOf(input.tags ?? []),
  });
}

/** Gives each draft that has no code one, with one call to each domain's allocator. */
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
    if (code === undefined)
      throw new Error("The allocator gave fewer codes than it was asked for.");
    return { ...draft, code };
  });
}
