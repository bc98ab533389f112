/** Reads what links show of their clicks: the Ledger counts them, and D1 does not know them. */

import type { Workspace } from "../access/access.ts";
import type { LinkActivity } from "../ledger/counts/contract.ts";
import { ledgerFor } from "../ledger/stub.ts";
import { within } from "../platform/deadline.ts";
import { log } from "../platform/log.ts";
import type { Link } from "./link.ts";

/** By the ids of links; a link without clicks may be absent. */
export type Activities = ReadonlyMap<number, LinkActivity>;

export interface ActivityContext {
  readonly env: Cloudflare.Env;
  readonly access: { readonly workspace: Pick<Workspace, "ledger"> };
}

/** What a link shows: null where the Ledger did not answer. */
export interface ShownActivity {
  readonly clicks: number | null;
  readonly lastClickAtMs: number | null;
}

/** A link with what it shows of its clicks. */
export type WithActivity<L> = readonly [link: L, activity: ShownActivity];

/** The activity of a link that nobody has followed. */
export const NO_CLICKS: ShownActivity = { clicks: 0, lastClickAtMs: null };

const UNKNOWN: ShownActivity = { clicks: null, lastClickAtMs: null };

/** How long a list of links waits for their clicks. */
const LEDGER_MS = 3_000;

/** Asks the Ledger once for the clicks of all these links. */
export async function activitiesOf(
  { env, access }: ActivityContext,
  linkIds: readonly number[],
): Promise<Activities> {
  if (linkIds.length === 0) return new Map();
  const totals = await ledgerFor(env, access.workspace.ledger).linkTotals(linkIds);
  return new Map(totals.map((activity) => [activity.linkId, activity]));
}

/** Returns the activity of a link from what the Ledger answered. */
export function activityIn(activities: Activities, { id }: Pick<Link, "id">): LinkActivity {
  return activities.get(id) ?? { linkId: id, clicks: 0, lastClickAtMs: null };
}

/**
 * Returns a function that pairs links with their activity, with one call to the Ledger. Once that
 * does not answer, activity is unknown and no longer asked for: the links themselves are worth more
 * than their clicks.
 */
export function activityReader(context: ActivityContext) {
  let isAnswering = true;
  return async <L extends Pick<Link, "id">>(links: readonly L[]): Promise<WithActivity<L>[]> => {
    try {
      const ids = isAnswering ? links.map(({ id }) => id) : [];
      const activities = await within(LEDGER_MS, activitiesOf(context, ids));
      if (isAnswering) return links.map((link) => [link, activityIn(activities, link)]);
    } catch (error) {
      isAnswering = false;
      const { ledger } = context.access.workspace;
      log("warn", "links.activity.unknown", { ledger, error });
    }
    return links.map((link) => [link, UNKNOWN]);
  };
}

/** Pairs links with their activity; see `activityReader`. */
export async function withActivity<L extends Pick<Link, "id">>(
  context: ActivityContext,
  links: readonly L[],
): Promise<WithActivity<L>[]> {
  return activityReader(context)(links);
}
