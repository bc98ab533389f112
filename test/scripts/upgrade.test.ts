/**
 * Compares the source with what is kept of the last release. How the two work together is tested in
 * test/e2e/upgrade.test.ts.
 */

import { describe, it } from "vitest";

import { ROUTE_SCHEMA } from "../../src/links/route/record.ts";
import { hashMigrations, readManifest, sha256 } from "../../tools/last-release.ts";
import { ledgerSteps, objectMethods } from "../../tools/release-bundle.ts";
import { restrictingFields } from "../../tools/route-fields.ts";

describe("what the last release relies on", async () => {
  const released = await readManifest();

  // The Worker of the last release still calls them during a rollout and after a rollback.
  it("is that every method of its objects is still there", async ({ expect }) => {
    const methods = await objectMethods();
    const gone = Object.entries(released.methods).flatMap(([name, all]) =>
      all.filter((method) => methods[name]?.includes(method) !== true).map((it) => `${name}.${it}`),
    );
    expect(gone).toEqual([]);
  });

  // A Ledger that has taken a step never takes it again.
  it("is that steps of the Ledger's schema are only added", async ({ expect }) => {
    const steps = (await ledgerSteps()).map(sha256);
    expect(steps.slice(0, released.ledgerSteps.length)).toEqual(released.ledgerSteps);
  });

  it("is that migrations of D1 are only added", async ({ expect }) => {
    expect(await hashMigrations()).toMatchObject(released.migrations);
  });

  // tools/route-fields.ts says why.
  it("is that a route record that restricts more or less has another schema", ({ expect }) => {
    const asBefore = released.restrictingFields.toSorted();
    if (ROUTE_SCHEMA > released.routeSchema) return;
    expect(restrictingFields().toSorted()).toEqual(asBefore);
    expect(ROUTE_SCHEMA).toBe(released.routeSchema);
  });
});
