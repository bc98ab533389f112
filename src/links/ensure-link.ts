/**
 * Makes a link unless the workspace has it, or changes the one that it has. Of two calls at once,
 * one makes the link: the insert decides (unique indexes, and its own guard for destinations).
 */

import { type Alongside, batchAround } from "../db/batch.ts";
import { databaseOf } from "../db/database.ts";
import { err, ok, type Result } from "../platform/result.ts";
import type { LinkContext } from "./context.ts";
import { createLink, type CreateLinksRefusal, type LinkInput } from "./create-link.ts";
import { destinationText } from "./destination.ts";
import type { CreateLinkRefusal, UpdateLinkRefusal } from "./errors.ts";
import type { Link, LinkKey } from "./link.ts";
import { DEFAULT_DOMAIN } from "./route/address.ts";
import { linkStore } from "./store.ts";
import { type LinkChanges, updateLink } from "./update-link.ts";

/** A link, and whether the call has made it. */
export interface EnsuredLink {
  readonly link: Link;
  readonly isNew: boolean;
}

/** The fields by which a wanted link is known again. */
export type Wanted = Pick<LinkInput, "externalId" | "code" | "domain" | "destinationUrl">;

/**
 * Creates a link, or returns the one that the workspace has: with its external id; else with its code
 * and destination, if it asks for a code; else the newest that is not archived with its destination
 * on its domain.
 *
 * `alongside` gets the UUID of a new link, or an empty one and that of an existing link.
 */
export async function createUnlessExists(
  context: LinkContext,
  input: LinkInput,
  alongside: Alongside,
): Promise<Result<EnsuredLink, CreateLinkRefusal | CreateLinksRefusal>> {
  const existing = async (): Promise<Link | null> => {
    const found = await findWanted(context, input);
    const isSame = found?.destinationUrl === destinationText(input.destinationUrl);
    if (found === null || (isByAddress(input) && !isSame)) return null;
    await runAlongside(context, alongside(["", found.uuid]));
    return found;
  };
  const before = await existing();
  if (before !== null) return ok({ link: before, isNew: false });
  const made = await createLink(context, { ...input, isOnly: isByDestination(input) }, alongside);
  if (made.ok) return ok({ link: made.value, isNew: true });
  // Another call may have made the link since it was looked for.
  const rival = OVERTAKEN.has(made.error.reason) ? await existing() : null;
  return rival === null ? made : ok({ link: rival, isNew: false });
}

/** How a call wants its link, as it reads it. */
export interface Upsert<E> {
  /** What is wanted of the link as it is. */
  readonly changes: (before: Link) => Promise<Result<LinkChanges, E>>;
  /** What is wanted of a new link. */
  readonly input: () => Promise<Result<LinkInput, E>>;
}

/** Calls that overtake each other in turn are few. */
const ATTEMPTS_MAX = 3;

/**
 * Changes the link that the workspace has, or creates it: the one with the external id; else the one
 * with the code, if one is asked for; else the newest that is not archived with the destination on
 * the domain. `alongside` is called as by `createUnlessExists`.
 */
export async function upsertLink<E extends { readonly reason: string }>(
  context: LinkContext,
  wanted: Wanted,
  { changes, input }: Upsert<E>,
  alongside: Alongside,
): Promise<Result<EnsuredLink, E | UpdateLinkRefusal | CreateLinksRefusal>> {
  const make = async () => {
    const read = await input();
    if (!read.ok) return read;
    const made = await createLink(
      context,
      { ...read.value, isOnly: isByDestination(wanted) },
      alongside,
    );
    return made.ok ? ok({ link: made.value, isNew: true }) : made;
  };
  const change = async (before: Link) => {
    const read = await changes(before);
    if (!read.ok) return read;
    const changed = await updateLink(context, { id: before.id }, read.value);
    if (!changed.ok) return changed;
    // Not in the change's batch: a change that is made again changes nothing.
    await runAlongside(context, alongside(["", before.uuid]));
    return ok({ link: changed.value, isNew: false });
  };
  for (let attempt = 1; ; attempt += 1) {
    const before = await findWanted(context, wanted);
    const outcome = before === null ? await make() : await change(before);
    const isOvertaken = !outcome.ok && OVERTAKEN.has(outcome.error.reason);
    // A code that is taken may be another workspace's, so it is not tried again.
    if (!isOvertaken || outcome.error.reason === "code_taken" || attempt === ATTEMPTS_MAX) {
      return outcome.ok ? outcome : err(outcome.error);
    }
  }
}

/** Why a link is not made or changed if another call has made or deleted it just before. */
const OVERTAKEN: ReadonlySet<string> = new Set([
  "external_id_taken",
  "code_taken",
  "link_exists",
  "link_not_found",
]);

function isByAddress({ externalId, code }: Wanted): boolean {
  return typeof externalId !== "string" && code !== undefined;
}

function isByDestination({ externalId, code }: Wanted): boolean {
  return typeof externalId !== "string" && code === undefined;
}

async function findWanted({ env, access }: LinkContext, wanted: Wanted): Promise<Link | null> {
  const found = await linkStore(databaseOf(env.DB), access.workspace.id).findBy(keyOf(wanted));
  return found.ok ? found.value : null;
}

function keyOf({ externalId, code, domain = DEFAULT_DOMAIN, destinationUrl }: Wanted): LinkKey {
  if (typeof externalId === "string") return { externalId };
  if (code !== undefined) return { domain, code };
  return { destinationUrl: destinationText(destinationUrl), domain };
}

async function runAlongside({ env }: LinkContext, statements: ReturnType<Alongside>) {
  const [first, ...rest] = statements;
  if (first !== undefined) await batchAround(databaseOf(env.DB), [], [first, ...rest]);
}
