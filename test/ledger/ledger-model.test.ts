/** Compares the Ledger's reports with a naive recount, after random histories. */

import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import fc from "fast-check";
import { describe, it } from "vitest";

import type { ClickBatch, LedgerClick } from "../../src/ledger/contract.ts";
import type { Report } from "../../src/ledger/counts/contract.ts";
import { freshLedger } from "./fresh-ledger.ts";
import { naiveLedger, type NaiveReport } from "./naive-ledger.ts";
import { batchId, click, DAY, dateAt, hashOf, NOON } from "./sample-clicks.ts";

const LINKS = 4;
const FIRST_DAY = NOON - 6 * DAY;

const clicks: fc.Arbitrary<LedgerClick> = fc
  .record({
    linkId: fc.integer({ min: 1, max: LINKS }),
    atMs: fc.integer({ min: FIRST_DAY, max: NOON }),
    class: fc.constantFrom("human", "human", "human", "bot", "unfurler", "prefetch", "head"),
    country: fc.constantFrom("UA", "US", "FR", null),
    city: fc.constantFrom("Kyiv", "Paris", null),
    device: fc.constantFrom("desktop", "mobile", "smarttv"),
    browser: fc.constantFrom("Chrome", "Safari", ""),
    os: fc.constantFrom("iOS", "Linux"),
    referrer: fc.constantFrom(
      "example.com",
      "news.example",
      "l.facebook.com",
      "m.facebook.com",
      null,
    ),
    rule: fc.constantFrom("r1", "r2", null),
    variant: fc.constantFrom("v1", "v2", null),
    scan: fc.boolean(),
    visitor: fc.option(fc.integer({ min: 0, max: 30 }), { freq: 8 }),
  })
  .map(({ visitor, ...fields }) =>
    click({
      ...fields,
      addressHash: visitor === null ? null : hashOf(visitor),
      agentHash: visitor === null ? null : hashOf(visitor % 3),
    }),
  );

type Step =
  | { readonly do: "ingest"; readonly batches: readonly number[] }
  | { readonly do: "purge"; readonly linkId: number }
  | { readonly do: "restart" }
  | { readonly do: "alarm" };

const history = fc
  .array(fc.record({ clicks: fc.array(clicks, { maxLength: 8 }), lost: fc.nat({ max: 2 }) }), {
    minLength: 1,
    maxLength: 8,
  })
  .chain((contents) =>
    fc.record({
      contents: fc.constant(contents),
      steps: fc.array(
        fc.oneof(
          {
            weight: 8,
            arbitrary: fc
              .array(fc.nat({ max: contents.length - 1 }), { minLength: 1, maxLength: 4 })
              .map((batches): Step => ({ do: "ingest", batches })),
          },
          { weight: 1, arbitrary: fc.constant<Step>({ do: "restart" }) },
          { weight: 1, arbitrary: fc.constant<Step>({ do: "alarm" }) },
          {
            weight: 1,
            arbitrary: fc
              .integer({ min: 1, max: LINKS })
              .map((linkId): Step => ({ do: "purge", linkId })),
          },
        ),
        { minLength: 1, maxLength: 12 },
      ),
    }),
  );

/** Returns a report as plain data, so that it can be compared with the model's. */
function comparable(report: Report | NaiveReport): unknown {
  return JSON.parse(JSON.stringify(report)) as unknown;
}

describe("the Ledger", () => {
  it(
    "reports what a recount reports after any history of repeats, restarts and purges",
    { timeout: 120_000 },
    async ({ expect }) => {
      await fc.assert(
        fc.asyncProperty(history, async ({ contents, steps }) => {
          const ledger = freshLedger();
          const model = naiveLedger();
          const batches = contents.map(({ clicks: some, lost }): ClickBatch => {
            const atMs = Math.max(FIRST_DAY, ...some.map((one) => one.atMs));
            return { id: batchId(atMs), atMs, clicks: some, lost };
          });
          const purged = new Set<number>();
          for (const step of steps) {
            if (step.do === "restart") {
              await ledger.totals(); // only a running object can be evicted
              await evictDurableObject(ledger);
            } else if (step.do === "alarm") await runDurableObjectAlarm(ledger);
            else if (step.do === "purge") {
              purged.add(step.linkId);
              model.purge(step.linkId);
              await ledger.purgeLink(step.linkId, FIRST_DAY);
            } else {
              const sent = step.batches.flatMap((index) => batches[index] ?? []);
              const answers = await ledger.ingest(sent);
              expect(answers.map(({ firstClickId }) => firstClickId)).toEqual(
                sent.map((one) => model.ingest(one)),
              );
            }
          }

          const range = { from: dateAt(FIRST_DAY), to: dateAt(NOON) };
          const narrow = { from: dateAt(FIRST_DAY + 2 * DAY), to: dateAt(FIRST_DAY + 3 * DAY) };
          for (let linkId = 1; linkId <= LINKS; linkId++) {
            expect(comparable(await ledger.linkReport(linkId, range))).toEqual(
              comparable(model.report(linkId, FIRST_DAY, NOON)),
            );
            const [from, to] = [FIRST_DAY + 2 * DAY, FIRST_DAY + 3 * DAY];
            expect(comparable(await ledger.linkReport(linkId, narrow))).toEqual(
              comparable(model.report(linkId, from, to)),
            );
            expect(comparable(await ledger.detailedLinkReport(linkId, narrow))).toEqual(
              comparable({ ...model.report(linkId, from, to), ...model.served(linkId, from, to) }),
            );
            const variants = await ledger.variantClicks(linkId);
            expect(new Map(variants.map(({ value, clicks }) => [value, clicks]))).toEqual(
              model.variantClicks(linkId),
            );
          }
          const workspace = comparable(await ledger.workspaceReport(range)) as NaiveReport;
          const expected = comparable(model.report(null, FIRST_DAY, NOON)) as NaiveReport;
          // Visitors cannot be removed from a sketch.
          if (purged.size === 0) expect(workspace).toEqual(expected);
          else expect({ ...workspace, unique: 0 }).toEqual({ ...expected, unique: 0 });

          const ids = [1, 2, 3, 4, 99];
          const activities = await ledger.linkTotals(ids);
          const totals = activities.map(({ linkId, clicks }) => ({ linkId, clicks }));
          expect(totals).toEqual(ids.map((linkId) => ({ linkId, clicks: model.total(linkId) })));
          const leaders = totals.filter((one) => one.clicks > 0);
          expect(await ledger.totals()).toEqual({
            clicks: expected.total,
            leaders: leaders.sort((a, b) => b.clicks - a.clicks || a.linkId - b.linkId),
          });
        }),
        { seed: 2_026, numRuns: 60 },
      );
    },
  );
});
