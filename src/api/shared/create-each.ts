/** Creates a link from each item of a call, each independently of the others. */

import { checkFeature } from "../../access/quotas.ts";
import type { Alongside } from "../../db/batch.ts";
import { databaseOf } from "../../db/database.ts";
import { links as linkTable } from "../../db/schema/index.ts";
import type { LinkContext } from "../../links/context.ts";
import { createLinks, type CreateLinksRefusal, type LinkInput } from "../../links/create-link.ts";
import type { CreateLinkRefusal } from "../../links/errors.ts";
import type { ListedLink } from "../../links/link.ts";
import { linkStore } from "../../links/store.ts";
import { err, ok, type Result } from "../../platform/result.ts";
import {
  type IdempotencyRefusal,
  type OnceOutcome,
  type OnceRequest,
  runOnce,
} from "./idempotency.ts";

/** The links, or why there is none, in the order of the items. */
export type Outcomes<E> = readonly Result<ListedLink, E>[];

/** An item that the first request with a key did not make, for a reason that it alone knew. */
export interface LinkNotMade {
  readonly reason: "link_not_made";
}

/** The items of a call, and how a dialect reads them. */
export interface Items<E> {
  readonly count: number;
  /** Reads all items, with what they name looked up and fetched. */
  read(): Promise<readonly Result<LinkInput, E>[]>;
  /** Reads all items again, to tell why some were refused; fetches nothing. */
  reread(): Promise<readonly Result<unknown, E>[]>;
  /** Words the refusal of an item that was read; as it is by default. */
  refused?(refusal: CreateLinkRefusal, at: number): E | CreateLinkRefusal;
}

type Refusal<E> = E | CreateLinkRefusal | LinkNotMade;

/**
 * Creates links from all items that can be read, at most once per key. The plan refuses all items
 * or none. Where nothing was created, no key is stored, and the call can be repeated.
 */
export async function createEachOnce<E>(
  request: Omit<OnceRequest, "db">,
  context: LinkContext,
  items: Items<E>,
): Promise<Result<OnceOutcome<Outcomes<Refusal<E>>>, CreateLinksRefusal | IdempotencyRefusal>> {
  const db = databaseOf(context.env.DB);
  const created = await runOnce<Outcomes<Refusal<E>>, CreateLinksRefusal | NothingMade<E>>(
    { ...request, db },
    {
      table: linkTable,
      change: (alongside) => createEach(context, items, alongside),
      async rebuild(ids) {
        const read = await items.reread();
        const links = await linkStore(db, context.access.workspace.id).findMany(ids);
        const known = new Map(links.map((link) => [link.id, link]));
        return read.map((item, at) => {
          const link = known.get(ids[at] ?? 0);
          if (link !== undefined) return ok(link);
          return item.ok ? err({ reason: "link_not_made" }) : item;
        });
      },
    },
  );
  if (created.ok) return created;
  const { error } = created;
  return error.reason === "nothing_made"
    ? ok({ value: error.outcomes, replayed: false })
    : err(error);
}

interface NothingMade<E> {
  readonly reason: "nothing_made";
  readonly outcomes: Outcomes<Refusal<E>>;
}

async function createEach<E>(
  context: LinkContext,
  items: Items<E>,
  alongside: Alongside,
): Promise<Result<Outcomes<Refusal<E>>, CreateLinksRefusal | NothingMade<E>>> {
  // Before the items are read, since logos are fetched for them.
  const bulk = checkFeature(context.access.workspace, "bulk", { asked: items.count, limit: 1 });
  if (!bulk.ok) return bulk;
  const inputs = await items.read();
  const places = inputs.flatMap((input, at) => (input.ok ? [at] : []));
  const made = await createLinks(
    context,
    inputs.flatMap((input) => (input.ok ? [input.value] : [])),
    // The key stores one id per item, or none for an item that was not created.
    (uuids) => alongside(inputs.map((_, at) => uuids[places.indexOf(at)] ?? "")),
  );
  if (!made.ok) return made;
  const outcomes = inputs.map((input, at): Result<ListedLink, Refusal<E>> => {
    if (!input.ok) return input;
    const link = made.value[places.indexOf(at)] ?? err({ reason: "link_not_made" });
    if (link.ok || link.error.reason === "link_not_made") return link;
    return err(items.refused?.(link.error, at) ?? link.error);
  });
  return outcomes.some((outcome) => outcome.ok)
    ? ok(outcomes)
    : err({ reason: "nothing_made", outcomes });
}
