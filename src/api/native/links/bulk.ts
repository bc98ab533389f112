/** Creates up to 100 links per call, each independently of the others. */

import { checkFeature } from "../../../access/quotas.ts";
import { type Config, configOf } from "../../../config.ts";
import type { Alongside } from "../../../db/batch.ts";
import { databaseOf } from "../../../db/database.ts";
import { links as linkTable } from "../../../db/schema/index.ts";
import { createLinks, type LinkInput } from "../../../links/create-link.ts";
import type { ListedLink } from "../../../links/link.ts";
import { err, ok, type Result } from "../../../platform/result.ts";
import { announceLiveBy } from "../../shared/dialect.ts";
import { runOnce } from "../../shared/idempotency.ts";
import { linkStoreOf } from "../../shared/link-request.ts";
import { onceRequestOf } from "../../shared/once-request.ts";
import { toIssue } from "../../shared/validate.ts";
import type { NativeContext } from "../environment.ts";
import { type NativeRefusal, refuse, wireFailure } from "../errors.ts";
import { operation } from "../operation.ts";
import { newLink, newLinks } from "./contract.ts";
import { routingSurroundingsOf, linkContextOf } from "./request.ts";
import { readRouting, type RoutingSurroundings } from "./routing.ts";
import { toInput, wireListedLink } from "./translate.ts";

const BODY_BYTES_MAX = 4 * 1024 * 1024;

/** The outcome of each item, in the order of the items. */
type Outcomes = readonly Result<ListedLink, NativeRefusal>[];

/** No item was created, so no key is stored and the call can be repeated. */
interface NothingMade {
  readonly reason: "nothing_made";
  readonly outcomes: Outcomes;
}

export const linkBulkOperations = {
  createLinks: operation({
    method: "POST",
    path: "/links/bulk",
    requires: { scope: "links:create" },
    body: { schema: newLinks, limitBytes: BODY_BYTES_MAX },
    async answer(c, { body }) {
      const request = {
        ...onceRequestOf(c, "POST /api/links/bulk"),
        db: databaseOf(c.env.DB),
        body,
      };
      const created = await runOnce(request, {
        table: linkTable,
        change: (alongside) => createAll(c, body.links, alongside),
        rebuild: (ids) => rebuildAll(c, body.links, ids),
      });
      if (!created.ok) {
        const { error } = created;
        if (error.reason !== "nothing_made") return refuse(c, error);
        return c.json(wireOutcomes(error.outcomes, configOf(c.env)));
      }
      announceLiveBy(c);
      if (created.value.replayed) c.header("Idempotent-Replayed", "true");
      return c.json(wireOutcomes(created.value.value, configOf(c.env)));
    },
  }),
};

type Input = Result<LinkInput, NativeRefusal>;

async function readItems(
  c: NativeContext,
  items: readonly unknown[],
  surroundings: RoutingSurroundings,
): Promise<Input[]> {
  return Promise.all(items.map((item) => readItem(c, item, surroundings)));
}

async function readItem(
  c: NativeContext,
  item: unknown,
  surroundings: RoutingSurroundings,
): Promise<Input> {
  const body = newLink.safeParse(item);
  if (!body.success) {
    return err({ reason: "validation_failed", issues: body.error.issues.map(toIssue) });
  }
  const routing = await readRouting(body.data, surroundings);
  return routing.ok ? ok(toInput(body.data, routing.value, configOf(c.env))) : routing;
}

/** Creates all valid links with one call of the use case; the plan refuses all or none. */
async function createAll(
  c: NativeContext,
  items: readonly unknown[],
  alongside: Alongside,
): Promise<Result<Outcomes, NativeRefusal | NothingMade>> {
  // Before the items are read, since logos are fetched for them.
  const { workspace } = c.get("access");
  const bulk = checkFeature(workspace, "bulk", { asked: items.length, limit: 1 });
  if (!bulk.ok) return bulk;
  const inputs = await readItems(c, items, routingSurroundingsOf(c, null));
  const places = inputs.flatMap((input, at) => (input.ok ? [at] : []));
  const made = await createLinks(
    linkContextOf(c),
    inputs.flatMap((input) => (input.ok ? [input.value] : [])),
    // The key stores one id per item, or none for an item that was not created.
    (uuids) => alongside(inputs.map((_, at) => uuids[places.indexOf(at)] ?? "")),
  );
  if (!made.ok) return made;
  const outcomes: Outcomes = inputs.map((input, at) =>
    input.ok ? (made.value[places.indexOf(at)] ?? err(NOT_MADE)) : input,
  );
  return outcomes.some((outcome) => outcome.ok)
    ? ok(outcomes)
    : err({ reason: "nothing_made", outcomes });
}

const NOT_MADE: NativeRefusal = { reason: "link_not_made" };

/** Checks items again without fetching what they name: their links have it already. */
const WITHOUT_LOGOS: RoutingSurroundings = {
  completeQr: async ({ logoUrl: _logoUrl, ...settings }) => ok(settings),
  qrBefore: null,
};

/**
 * Rebuilds the response. An item that was not created has a reason only if the item itself shows
 * it.
 */
async function rebuildAll(
  c: NativeContext,
  items: readonly unknown[],
  ids: readonly number[],
): Promise<Outcomes> {
  const inputs = await readItems(c, items, WITHOUT_LOGOS);
  const links = await linkStoreOf(c).findMany(ids);
  const known = new Map(links.map((link) => [link.id, link]));
  return inputs.map((input, at) => {
    const link = known.get(ids[at] ?? 0);
    if (link !== undefined) return ok(link);
    return input.ok ? err(NOT_MADE) : input;
  });
}

function wireOutcomes(outcomes: Outcomes, config: Config) {
  return {
    created: outcomes.flatMap((outcome) =>
      outcome.ok ? [wireListedLink(outcome.value, config)] : [],
    ),
    failed: outcomes.flatMap((outcome, index) =>
      outcome.ok ? [] : [{ index, error: wireFailure(outcome.error) }],
    ),
  };
}
