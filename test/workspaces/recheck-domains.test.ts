import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, it, vi } from "vitest";

import { databaseOf } from "../../src/db/database.ts";
import { DAY_MS, HOUR_MS } from "../../src/platform/clock.ts";
import { upkeepFor } from "../../src/upkeep/upkeep.ts";
import { claimDomain } from "../../src/workspaces/claim-domain.ts";
import { proofRecordOf } from "../../src/workspaces/domain-proof.ts";
import { domainStore } from "../../src/workspaces/domains.ts";
import { proveDomain } from "../../src/workspaces/prove-domain.ts";
import { newAccount } from "../support/account.ts";
import { type FakeDns, fakeDns } from "../support/fake-dns.ts";
import { insertLink } from "../support/link-rows.ts";

const START = Date.parse("2026-05-04T10:00:00Z");

let dns: FakeDns;

beforeEach(() => {
  dns = fakeDns();
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** A domain that was verified at START, with one link. */
async function newScene() {
  const { userId, workspace } = await newAccount();
  const store = domainStore(databaseOf(env.DB), workspace.id);
  const hostname = `${crypto.randomUUID()}.example`;
  const context = { env, workspace, nowMs: START };
  const claimed = await claimDomain(context, { hostname, userId });
  if (!claimed.ok) throw new Error(claimed.error.reason);
  const { uuid } = claimed.value;
  const record = proofRecordOf(claimed.value);
  dns.setTxt(record.name, record.value);
  await proveDomain(context, uuid);
  const link = await insertLink({ domain: hostname }, workspace.id);
  return {
    record,
    at: async (afterMs: number) => {
      await upkeepFor(env).sweep(START + afterMs);
      const found = await store.find(uuid);
      if (!found.ok) throw new Error(found.error.reason);
      const { verifiedAtMs, failingSinceMs, challenge } = found.value;
      const domain = await env.DB.prepare("select domain from links where id = ?")
        .bind(link.id)
        .first<string>("domain");
      return {
        isVerified: verifiedAtMs !== null,
        failingAfterMs: failingSinceMs === null ? null : failingSinceMs - START,
        isChallengeSame: proofRecordOf({ hostname, challenge }).value === record.value,
        isParked: domain !== hostname,
      };
    },
  };
}

const WELL = { isVerified: true, failingAfterMs: null, isChallengeSame: true, isParked: false };

describe("a verified domain", () => {
  it("is checked for its record once a day", async ({ expect }) => {
    const { at, record } = await newScene();
    const asked = () => dns.asked.filter((name) => name === record.name).length;
    expect(asked()).toBe(1);
    expect(await at(DAY_MS - 1)).toEqual(WELL);
    expect(asked()).toBe(1);
    expect(await at(DAY_MS)).toEqual(WELL);
    await at(DAY_MS + HOUR_MS);
    expect(asked()).toBe(2);
    await at(2 * DAY_MS);
    expect(asked()).toBe(3);
  });

  it("is lost when its record is missing for three days, and its links are parked", async ({
    expect,
  }) => {
    const { at, record } = await newScene();
    dns.setTxt(record.name);
    const failing = { ...WELL, failingAfterMs: DAY_MS };
    expect(await at(DAY_MS)).toEqual(failing);
    expect(await at(2 * DAY_MS)).toEqual(failing);
    expect(await at(3 * DAY_MS)).toEqual(failing);
    expect(await at(4 * DAY_MS)).toEqual({
      isVerified: false,
      failingAfterMs: null,
      isChallengeSame: false,
      isParked: true,
    });
    await at(6 * DAY_MS);
    expect(dns.asked.filter((name) => name === record.name)).toHaveLength(5);
  });

  it("is not lost because of a single failure long ago", async ({ expect }) => {
    const { at, record } = await newScene();
    dns.setTxt(record.name, "something else");
    await at(DAY_MS);
    expect(await at(9 * DAY_MS)).toMatchObject({ isVerified: true, failingAfterMs: DAY_MS });
    dns.setTxt(record.name, record.value);
    expect(await at(10 * DAY_MS)).toEqual(WELL);
    dns.setTxt(record.name);
    expect(await at(11 * DAY_MS)).toMatchObject({ failingAfterMs: 11 * DAY_MS });
  });

  it("is never lost because the DNS does not answer", async ({ expect }) => {
    const { at, record } = await newScene();
    dns.breakDown();
    for (let day = 1; day < 10; day += 1) expect(await at(day * DAY_MS)).toEqual(WELL);
    const asked = () => dns.asked.filter((name) => name === record.name).length;
    const before = asked();
    await at(9 * DAY_MS + HOUR_MS - 1);
    expect(asked()).toBe(before);
    await at(9 * DAY_MS + HOUR_MS);
    expect(asked()).toBe(before + 1);
    dns.breakDown(false);
    expect(await at(9 * DAY_MS + 2 * HOUR_MS)).toEqual(WELL);
  });
});
