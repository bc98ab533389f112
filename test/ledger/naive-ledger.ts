/** A slow model of the Ledger, which keeps every click and recounts them for each report. */

import type { ClickBatch, ClickClass, LedgerClick } from "../../src/ledger/contract.ts";
import type { DetailedReport, Report, ServedReport } from "../../src/ledger/counts/contract.ts";
import { DAY, dateAt } from "./sample-clicks.ts";

export interface NaiveLedger {
  /** Returns the batch's first click id. */
  ingest(batch: ClickBatch): number;
  purge(linkId: number): void;
  total(linkId: number): number;
  report(linkId: number | null, from: number, to: number): NaiveReport;
  served(linkId: number, from: number, to: number): Pick<DetailedReport, "rules" | "variants">;
  variantClicks(linkId: number): Map<string, number>;
}

export type NaiveReport = Pick<
  Report,
  | "total"
  | "totalClasses"
  | "period"
  | "unique"
  | "hours"
  | "classes"
  | "countries"
  | "cities"
  | "devices"
  | "browsers"
  | "os"
  | "referrers"
  | "referrerHosts"
  | "links"
  | "scans"
  | "days"
>;

interface Kept {
  readonly atMs: number;
  readonly class: ClickClass;
  readonly click: LedgerClick | null;
}

export function naiveLedger(): NaiveLedger {
  let kept: Kept[] = [];
  let nextId = 1;
  const firstIds = new Map<string, number>();
  const purged = new Set<number>();

  return {
    ingest(batch) {
      const known = firstIds.get(batch.id);
      if (known !== undefined) return known;
      const firstId = nextId;
      firstIds.set(batch.id, firstId);
      nextId += batch.clicks.length;
      for (const click of batch.clicks) {
        const late = purged.has(click.linkId);
        kept.push({
          atMs: click.atMs,
          class: late ? "late" : click.class,
          click: late ? null : click,
        });
      }
      for (let n = 0; n < batch.lost; n++)
        kept.push({ atMs: batch.atMs, class: "lost", click: null });
      return firstId;
    },
    purge(linkId) {
      purged.add(linkId);
      kept = kept.filter(({ click }) => click?.linkId !== linkId);
    },
    total: (linkId) =>
      kept.filter(({ click, class: c }) => click?.linkId === linkId && c === "human").length,
    report(linkId, from, to) {
      const ofScope = kept.filter(({ click }) => linkId === null || click?.linkId === linkId);
      return recount(ofScope, linkId === null, from, to);
    },
    served(linkId, from, to) {
      const people = peopleOf(kept, linkId);
      const within = people.filter(
        ({ atMs }) => dayOf(atMs) >= dayOf(from) && dayOf(atMs) <= dayOf(to),
      );
      return {
        rules: recountParts(within, ({ rule }) => rule),
        variants: recountParts(within, ({ variant }) => variant),
      };
    },
    variantClicks: (linkId) =>
      new Map(
        recountParts(peopleOf(kept, linkId), ({ variant }) => variant).map(({ id, clicks }) => [
          id,
          clicks,
        ]),
      ),
  };
}

function recount(
  all: readonly Kept[],
  isWorkspace: boolean,
  from: number,
  to: number,
): NaiveReport {
  const day = ({ atMs }: { readonly atMs: number }) => dayOf(atMs);
  const within = all.filter(
    (one) => day(one) >= day({ atMs: from }) && day(one) <= day({ atMs: to }),
  );
  const people = within.flatMap(({ class: c, click }) =>
    c === "human" && click !== null ? [click] : [],
  );
  const tally = (value: (click: LedgerClick) => string) => ranked(people.map(value));
  const dates: number[] = [];
  for (let atMs = from; day({ atMs }) <= day({ atMs: to }); atMs += DAY) dates.push(atMs);
  return {
    total: all.filter(({ class: c }) => c === "human").length,
    totalClasses: classesOf(all),
    period: people.length,
    unique: uniqueOf(people),
    days: dates.map((atMs) => {
      const ofDay = within.filter((one) => day(one) === day({ atMs }));
      const clicks = ofDay.filter(({ class: c }) => c === "human").length;
      return { date: dateAt(atMs), clicks, classes: classesOf(ofDay) };
    }),
    hours: Array.from(
      { length: 24 },
      (_, hour) => people.filter(({ atMs }) => new Date(atMs).getUTCHours() === hour).length,
    ),
    classes: classesOf(within),
    countries: tally(({ country }) => country ?? ""),
    cities: ranked(
      people.flatMap(({ city, country }) => (city === null ? [] : [`${country ?? ""}/${city}`])),
    ).map(({ value, clicks }) => {
      const [country = "", city = ""] = value.split("/");
      return { value: city, clicks, country: country === "" ? null : country };
    }),
    devices: tally(({ device }) => device),
    browsers: tally(({ browser }) => browser),
    os: tally(({ os }) => os),
    referrers: tally(familyOf),
    referrerHosts: tally(({ referrer }) => referrer ?? ""),
    links: isWorkspace
      ? tally(({ linkId }) => String(linkId)).map(({ value, clicks }) => ({
          linkId: Number(value),
          clicks,
        }))
      : [],
    scans: people.filter(({ scan }) => scan).length,
  };
}

function recountParts(
  people: readonly LedgerClick[],
  idOf: (click: LedgerClick) => string | null,
): ServedReport[] {
  const ids = people.flatMap((click) => idOf(click) ?? []);
  return ranked(ids).map(({ value: id, clicks }) => {
    const ofId = people.filter((click) => idOf(click) === id);
    const referrers = ranked(ofId.map(familyOf));
    return { id, clicks, unique: uniqueOf(ofId), referrers };
  });
}

/** The only families among the model's referrers. */
function familyOf({ referrer }: LedgerClick): string {
  return referrer?.replace(/^(?:l|m)\.facebook\.com$/, "facebook.com") ?? "";
}

function peopleOf(all: readonly Kept[], linkId: number): LedgerClick[] {
  return all.flatMap(({ class: c, click }) =>
    c === "human" && click?.linkId === linkId ? [click] : [],
  );
}

function uniqueOf(people: readonly LedgerClick[]): number {
  const known = people.filter(({ addressHash }) => addressHash !== null);
  return new Set(known.map(({ addressHash, agentHash }) => `${addressHash}${agentHash}`)).size;
}

function dayOf(atMs: number): number {
  return Math.floor(atMs / DAY);
}

function classesOf(all: readonly Kept[]): Partial<Record<ClickClass, number>> {
  const classes: Partial<Record<ClickClass, number>> = {};
  for (const { class: c } of all) classes[c] = (classes[c] ?? 0) + 1;
  return classes;
}

function ranked(values: readonly string[]): { value: string; clicks: number }[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, clicks]) => ({ value, clicks }))
    .sort((a, b) => b.clicks - a.clicks || (a.value < b.value ? -1 : 1));
}
