/** What the routes of each dialect that tell clicks cost, through the whole API. */

import { print, printTable, whole } from "../support/print.ts";
import type { Runtime } from "../support/runtime.ts";
import { median } from "../support/statistics.ts";
import type { CallPlan, PlainAnswer, ReportCallCost } from "../tasks.ts";
import { authorization, type BenchLink, type BenchWorkspace } from "./workspace.ts";

const ROUNDS = 7;
const DAY_MS = 86_400_000;
/** For a report of a link or of a workspace over 30 days, whatever the clicks. */
const ROWS_MAX = 40;
const MS_MAX = 100;

interface ReportRoute {
  readonly name: string;
  readonly path: string;
  readonly hasTarget?: boolean;
}

interface Measured extends ReportCallCost {
  readonly ms: number;
}

/** Measures every route in each workspace, and prints a row for each route. */
export async function printRoutes(
  runtime: Runtime,
  workspaces: readonly BenchWorkspace[],
  heads: string,
): Promise<void> {
  const columns: Measured[][] = [];
  for (const workspace of workspaces) {
    const measured: Measured[] = [];
    for (const route of routesOf(workspace)) {
      measured.push(await measure(runtime, workspace, route));
    }
    columns.push(measured);
  }
  const [first] = workspaces;
  const routes = first === undefined ? [] : routesOf(first);
  print(
    `Reports of each dialect, through the whole API, at ${heads} clicks, of which one in a hundred of the last 30 days led to a conversion. Milliseconds are medians of ${ROUNDS}; rows are those that a Ledger reads which has just woken up, and D1's.\n`,
  );
  printTable(
    [
      ["report", "left"],
      ["ms", "right"],
      ["Ledger rows read", "right"],
      ["D1 rows read", "right"],
      ["D1 round trips", "right"],
      ["bytes", "right"],
      ["target", "left"],
    ],
    routes.map((route, place) =>
      rowOf(route, columns.map((column) => column[place]).filter(isThere)),
    ),
  );
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}

function rowOf({ name, hasTarget }: ReportRoute, costs: readonly Measured[]): readonly string[] {
  return [
    name,
    bySize(costs.map(({ ms }) => ms.toFixed(1))),
    bySize(costs.map(({ rowsRead }) => whole(rowsRead))),
    bySize(costs.map(({ d1RowsRead }) => whole(d1RowsRead))),
    bySize(costs.map(({ d1Trips }) => whole(d1Trips))),
    bySize(costs.map(({ bytes }) => whole(bytes))),
    hasTarget === true ? targetOf(costs) : "",
  ];
}

/** Says once what is the same for all sizes. */
function bySize(values: readonly string[]): string {
  return new Set(values).size === 1 ? (values[0] ?? "") : values.join(" / ");
}

function targetOf(costs: readonly Measured[]): string {
  const rows = costs.every(({ rowsRead }) => rowsRead <= ROWS_MAX) ? "" : " MISSED";
  const time = costs.every(({ ms }) => ms <= MS_MAX) ? "" : " MISSED";
  return `≤ ${ROWS_MAX} rows${rows}, ≤ ${MS_MAX} ms${time}`;
}

async function measure(
  runtime: Runtime,
  { ledger, token }: BenchWorkspace,
  { path }: ReportRoute,
): Promise<Measured> {
  const call: CallPlan = { method: "GET", path, headers: authorization(token) };
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const { status } = await runtime.ask<PlainAnswer>("plain-call", call);
    times.push(performance.now() - start);
    if (status !== 200) throw new Error(`${path} answered ${status}.`);
  }
  // Counted last: a token's first call in a minute also notes that it was used.
  const cost = await runtime.ask<ReportCallCost>("report-call", { ledger, call });
  if (cost.status !== 200) throw new Error(`${path} answered ${cost.status}.`);
  return { ...cost, ms: median(times) };
}

function routesOf(workspace: BenchWorkspace): readonly ReportRoute[] {
  return [
    { name: "no report: `/api/health`", path: "/api/health" },
    ...nativeRoutes(workspace),
    ...revolinkRoutes(workspace),
    ...pvtlnkRoutes(workspace),
  ];
}

function nativeRoutes({ hot }: BenchWorkspace): readonly ReportRoute[] {
  const route = (name: string, path: string, hasTarget = false): ReportRoute => {
    return { name: `native \`${name}`, path: `/api${path}`, hasTarget };
  };
  const link = `/analytics/link/${hot.uuid}`;
  return [
    route("/analytics/overview`", "/analytics/overview"),
    route("/analytics/link/:id`, 30 days", link, true),
    route("/analytics/link/:id`, 12 months", `${link}?range=12m`),
    route("/analytics/link/:id`, 3,660 days", `${link}?${rangeOf(3_660)}`),
    route("/links/export`, 1,000 links", "/links/export"),
  ];
}

function revolinkRoutes({ uuid, hot, ruled, tested }: BenchWorkspace): readonly ReportRoute[] {
  const workspaceId = objectIdOf(uuid);
  const path = (link: BenchLink | null, days: number): string => {
    const of = link === null ? "" : `/${objectIdOf(link.uuid)}`;
    return `/apiv1/links${of}/analytics?workspaceId=${workspaceId}&${rangeOf(days)}`;
  };
  const route = (what: string, link: BenchLink | null, days: number): ReportRoute => ({
    name: `RevoLink \`/links${link === null ? "" : "/:id"}/analytics\`, ${what}${whole(days)} days`,
    path: path(link, days),
    hasTarget: days === 30,
  });
  return [
    route("", hot, 30),
    route("10 rules, ", ruled, 30),
    route("A/B of 2, ", tested, 30),
    route("", hot, 365),
    route("10 rules, ", ruled, 365),
    route("", null, 30),
    route("", null, 365),
    route("", null, 3_660),
  ];
}

function pvtlnkRoutes({ hot, tested }: BenchWorkspace): readonly ReportRoute[] {
  const route = (name: string, path: string, hasTarget = false): ReportRoute => {
    return { name: `PVTLNK \`${name}`, path: `/api/v1${path}`, hasTarget };
  };
  return [
    route("/analytics/overview`, its 30 days", "/analytics/overview", true),
    route("/analytics/advanced`, its 30 days", "/analytics/advanced", true),
    route("/links`, 100 a page", "/links?per_page=100"),
    route("/links/:id`, with its last clicks", `/links/${hot.id}`),
    route("/links/:id/variants`, all time", `/links/${tested.id}/variants`),
    route("/links/export`, 1,000 links", "/links/export"),
  ];
}

function rangeOf(days: number): string {
  const date = (beforeToday: number): string =>
    new Date(Date.now() - beforeToday * DAY_MS).toISOString().slice(0, 10);
  return `from=${date(days - 1)}&to=${date(0)}`;
}

function objectIdOf(uuid: string): string {
  return uuid.replaceAll("-", "").slice(0, 24);
}
