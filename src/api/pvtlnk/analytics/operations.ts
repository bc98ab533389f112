/** Reports on a whole workspace, over its attribution window. */

import { databaseOf } from "../../../db/database.ts";
import type { LinkTotal } from "../../../ledger/counts/contract.ts";
import { dateOf, dayOf } from "../../../ledger/counts/day.ts";
import { ledgerFor } from "../../../ledger/stub.ts";
import { activitiesOf } from "../../../links/activity.ts";
import type { LinkField, LinkName, WantedNames } from "../../../links/store.ts";
import { DAY_MS } from "../../../platform/clock.ts";
import { loadAttributionDays } from "../../../workspaces/settings.ts";
import { nowOf } from "../../shared/dialect.ts";
import { linkStoreOf } from "../../shared/link-request.ts";
import type { PvtlnkContext } from "../environment.ts";
import { operation } from "../operation.ts";
import {
  type ClickedLink,
  type ConvertedLink,
  type ReportWindow,
  wireAdvanced,
  wireOverview,
} from "./translate.ts";

const TOP_LINKS_MAX = 10;
/** The maximum number of links analyzed, by clicks or conversions. */
const ANALYSED_LINKS_MAX = 100;

const FOR_REPORTS = { scope: "links:read:analytics", role: "manager" } as const;

export const reportOperations = {
  getOverview: operation({
    method: "GET",
    path: "/analytics/overview",
    requires: FOR_REPORTS,
    async answer(c) {
      const window = await windowOf(c);
      const report = await ledgerOf(c).workspaceReport(window.range);
      const top = await topLinks(c, report.links);
      return c.json({ success: true, overview: wireOverview(window, report, top) });
    },
  }),
  getAdvancedReport: operation({
    method: "GET",
    path: "/analytics/advanced",
    requires: FOR_REPORTS,
    async answer(c) {
      const window = await windowOf(c);
      const report = await ledgerOf(c).conversionReport(window.range);
      const converted = report.conversions;
      const conversions = new Map(converted.map((one) => [one.linkId, one.conversions]));
      const clicked = new Set(report.links.map(({ linkId }) => linkId));
      const unclicked = converted.filter(({ linkId }) => !clicked.has(linkId));
      const totals = [...report.links, ...unclicked.map(({ linkId }) => ({ linkId, clicks: 0 }))];
      const shown = { fields: ["code", "title", "createdAtMs"], max: ANALYSED_LINKS_MAX } as const;
      const links: ConvertedLink[] = (await linksOf(c, totals, shown)).map((one) => ({
        ...one,
        conversions: conversions.get(one.link.id) ?? 0,
      }));
      return c.json({ success: true, advanced: wireAdvanced(window, report, links) });
    },
  }),
};

function ledgerOf(c: PvtlnkContext) {
  return ledgerFor(c.env, c.get("access").workspace.ledger);
}

/** Returns the window. Its last day is today, so it ends with the coming midnight. */
async function windowOf(c: PvtlnkContext): Promise<ReportWindow> {
  const days = await loadAttributionDays(databaseOf(c.env.DB), c.get("access").workspace.id);
  const today = dayOf(nowOf(c));
  return {
    days,
    range: { from: dateOf(today - days + 1), to: dateOf(today) },
    startMs: (today - days + 1) * DAY_MS,
    endMs: (today + 1) * DAY_MS,
  };
}

/** Loads the first of these links. A purged link is left out, and the next one moves up. */
async function linksOf<Told extends LinkField>(
  c: PvtlnkContext,
  totals: readonly LinkTotal[],
  shown: Pick<WantedNames<Told>, "fields" | "max">,
): Promise<{ readonly link: LinkName<Told>; readonly clicks: number }[]> {
  const clicks = new Map(totals.map((total) => [total.linkId, total.clicks]));
  const found = await linkStoreOf(c).findNames({ ids: [...clicks.keys()], ...shown });
  return found.map((link) => ({ link, clicks: clicks.get(link.id) ?? 0 }));
}

async function topLinks(c: PvtlnkContext, totals: readonly LinkTotal[]): Promise<ClickedLink[]> {
  const shown = { fields: ["code", "title", "destinationUrl"], max: TOP_LINKS_MAX } as const;
  const found = await linksOf(c, totals, shown);
  const activities = await activitiesOf(
    { env: c.env, access: c.get("access") },
    found.map(({ link }) => link.id),
  );
  return found.map((one) => ({
    ...one,
    lastClickAtMs: activities.get(one.link.id)?.lastClickAtMs ?? null,
  }));
}
