/** Creates up to 100 links per call, each independently of the others. */

import { type Config, configOf } from "../../../config.ts";
import type { WithActivity } from "../../../links/activity.ts";
import type { LinkInput } from "../../../links/create-link.ts";
import type { ListedLink } from "../../../links/link.ts";
import { mapInSlices } from "../../../platform/pauses.ts";
import { err, ok, type Result } from "../../../platform/result.ts";
import { createEachOnce, type Outcomes } from "../../shared/create-each.ts";
import { announceLiveBy } from "../../shared/dialect.ts";
import { onceRequestOf } from "../../shared/once-request.ts";
import { toIssue } from "../../shared/validate.ts";
import type { NativeContext } from "../environment.ts";
import { type NativeRefusal, refuse, wireFailure } from "../errors.ts";
import { operation } from "../operation.ts";
import { newLink, newLinks } from "./contract.ts";
import { linkContextOf, newlyMade, routingSurroundingsOf } from "./request.ts";
import { readRouting, type RoutingSurroundings } from "./routing.ts";
import { toInput, wireListedLink } from "./translate.ts";

const BODY_BYTES_MAX = 4 * 1024 * 1024;
/** Items that are read before a pause: each may have a hundred rules. */
const ITEMS_AT_ONCE = 5;

export const linkBulkOperations = {
  createLinks: operation({
    method: "POST",
    path: "/links/bulk",
    requires: { scope: "links:create" },
    body: { schema: newLinks, limitBytes: BODY_BYTES_MAX },
    async answer(c, { body }) {
      const request = { ...onceRequestOf(c, "POST /api/links/bulk"), body };
      const created = await createEachOnce<NativeRefusal>(request, linkContextOf(c), {
        count: body.links.length,
        read: () => readItems(c, body.links, routingSurroundingsOf(c, null)),
        reread: () => readItems(c, body.links, WITHOUT_LOGOS),
      });
      if (!created.ok) return refuse(c, created.error);
      announceLiveBy(c);
      if (created.value.replayed) c.header("Idempotent-Replayed", "true");
      const { value: outcomes } = created.value;
      const links = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
      return c.json(
        wireOutcomes(await newlyMade(c, links, created.value), outcomes, configOf(c.env)),
      );
    },
  }),
};

type Input = Result<LinkInput, NativeRefusal>;

async function readItems(
  c: NativeContext,
  items: readonly unknown[],
  surroundings: RoutingSurroundings,
): Promise<Input[]> {
  // All logos are fetched at the same time.
  return Promise.all(
    await mapInSlices(items, ITEMS_AT_ONCE, (item) => readItem(c, item, surroundings)),
  );
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

/** Checks items again without fetching what they name: their links have it already. */
const WITHOUT_LOGOS: RoutingSurroundings = {
  completeQr: async ({ logoUrl: _logoUrl, ...settings }) => ok(settings),
  qrBefore: null,
};

function wireOutcomes(
  created: readonly WithActivity<ListedLink>[],
  outcomes: Outcomes<NativeRefusal>,
  config: Config,
) {
  return {
    created: created.map(([link, activity]) => wireListedLink(link, activity, config)),
    failed: outcomes.flatMap((outcome, index) =>
      outcome.ok ? [] : [{ index, error: wireFailure(outcome.error) }],
    ),
  };
}
