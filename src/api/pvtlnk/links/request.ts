/** What the routes of links need of a request besides its body. */

import type { LinkActivity } from "../../../ledger/contract.ts";
import { ledgerFor } from "../../../ledger/stub.ts";
import type { LinkContext } from "../../../links/context.ts";
import type { Link } from "../../../links/link.ts";
import { linkContextOf as contextOf } from "../../shared/link-request.ts";
import type { PvtlnkContext } from "../environment.ts";

/** PVTLNK's links lead to web pages elsewhere; expired ones can be restored. */
export function linkContextOf(c: PvtlnkContext): LinkContext {
  return contextOf(c, { deepLinks: false, pastExpiry: true });
}

const NUMBER = /^[1-9]\d{0,14}$/;

/** Reads the number of a link or a variant; what is none names nothing, as number 0 does. */
export function numberOf(text: string | undefined): number {
  return text !== undefined && NUMBER.test(text) ? Number(text) : 0;
}

/** Asks the Ledger once for the clicks of all these links. */
export async function activityOf(
  c: PvtlnkContext,
  linkIds: readonly number[],
): Promise<ReadonlyMap<number, LinkActivity>> {
  if (linkIds.length === 0) return new Map();
  const ledger = ledgerFor(c.env, c.get("access").workspace.ledger);
  const activities = await ledger.linkTotals(linkIds);
  return new Map(activities.map((activity) => [activity.linkId, activity]));
}

/** Gives what is known of a link's clicks; a link without any is not in the map. */
export function activityIn(
  activities: ReadonlyMap<number, LinkActivity>,
  { id }: Pick<Link, "id">,
): LinkActivity {
  return activities.get(id) ?? { linkId: id, clicks: 0, lastClickAtMs: null };
}
