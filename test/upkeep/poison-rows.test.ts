/** Rows whose sweep fails: they hold up no other row, are counted, set aside, and reported once. */

import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, it, vi } from "vitest";

import { routeKey } from "../../src/links/route/address.ts";
import { reportSetAside } from "../../src/upkeep/failures.ts";
import { type RowSweep, sweepAgain, sweepFresh } from "../../src/upkeep/row-sweep.ts";
import { PURGES, TOMBSTONES, UNPUBLISHED } from "../../src/upkeep/sweeps.ts";
import { upkeepFor } from "../../src/upkeep/upkeep.ts";
import { freshLedgerId } from "../ledger/fresh-ledger.ts";
import { envWith, withMethod } from "../support/faults.ts";
import { changeDestination, insertLink, type LinkRow } from "../support/link-rows.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

beforeEach(async () => {
  await env.DB.batch([
    env.DB.prepare("DELETE FROM sweep_failures"),
    env.DB.prepare("DELETE FROM route_tombstones"),
    env.DB.prepare("DELETE FROM pending_purges"),
    env.DB.prepare("UPDATE links SET published_version = version"),
  ]);
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** A sweep over rows of the test's own, each of which does what its name tells. */
function sweepOf(rows: readonly string[], doing: Record<string, () => Promise<void>>) {
  const left = new Set(rows);
  const begun: string[] = [];
  const select = async (keys: readonly string[], failed: boolean) => {
    const { results } = await env.DB.prepare(
      "SELECT row_key AS key FROM sweep_failures WHERE sweep = ?1",
    )
      .bind(sweep.name)
      .all<{ key: string }>();
    const known = new Set(results.map(({ key }) => key));
    return keys.filter((key) => left.has(key) && known.has(key) === failed);
  };
  const sweep: RowSweep<string> = {
    name: `test ${crypto.randomUUID()}`,
    rowsMax: 100,
    atOnce: 10,
    fresh: () => select(rows, false),
    again: (_env, _nowMs, keys) => select(keys, true),
    keyOf: (row) => row,
    async settle(_env, row) {
      begun.push(row);
      await doing[row]?.();
      left.delete(row);
    },
  };
  return { sweep, begun, left };
}

interface Failure {
  readonly tries: number;
  readonly reason: string | null;
  readonly retry_at_ms: number;
}

async function failuresOf({ name }: { readonly name: string }): Promise<Failure[]> {
  const { results } = await env.DB.prepare(
    "SELECT tries, reason, retry_at_ms FROM sweep_failures WHERE sweep = ?1 ORDER BY row_key",
  )
    .bind(name)
    .all<Failure & Record<string, unknown>>();
  return results;
}

const hang = () => new Promise<void>(() => undefined);
const fail = () => Promise.reject(new Error("poison"));

describe("a row that hangs or throws", () => {
  it("does not keep a sweep from the rows behind it", async ({ expect }) => {
    const rows = ["hangs", "throws", ...Array.from({ length: 28 }, (_, n) => `row ${n}`)];
    const { sweep, left } = sweepOf(rows, { hangs: hang, throws: fail });
    await sweepFresh(env, sweep, 0);
    expect([...left]).toEqual(["hangs", "throws"]);
    expect(await failuresOf(sweep)).toEqual([
      { tries: 1, reason: "Error: No answer within 2000 ms", retry_at_ms: MINUTE_MS },
      { tries: 1, reason: "Error: poison", retry_at_ms: MINUTE_MS },
    ]);
  });

  it("is tried again when its time has come, after the fresh rows", async ({ expect }) => {
    const { sweep, begun, left } = sweepOf(["poison", "good"], { poison: fail });
    await sweepFresh(env, sweep, 0);
    await sweepFresh(env, sweep, 0);
    await sweepAgain(env, sweep, MINUTE_MS - 1);
    expect(begun).toEqual(["poison", "good"]);
    await sweepAgain(env, sweep, MINUTE_MS);
    expect(begun).toEqual(["poison", "good", "poison"]);
    expect([...left]).toEqual(["poison"]);
  });

  it("is set aside after five tries, reported once, and tried again each hour", async ({
    expect,
  }) => {
    const { sweep, begun } = sweepOf(["poison"], { poison: fail });
    const logged = vi.spyOn(console, "error");
    const reports = () =>
      logged.mock.calls
        .map(([line]) => JSON.parse(String(line)))
        .filter(({ sweep: name }) => name === sweep.name);
    let nowMs = 0;
    await sweepFresh(env, sweep, nowMs);
    const waits: number[] = [];
    for (let tries = 1; tries < 7; tries += 1) {
      const [failure] = await failuresOf(sweep);
      waits.push(((failure?.retry_at_ms ?? 0) - nowMs) / MINUTE_MS);
      nowMs = failure?.retry_at_ms ?? 0;
      await reportSetAside(env.DB, nowMs);
      expect(reports()).toHaveLength(tries < 5 ? 0 : 1);
      await sweepAgain(env, sweep, nowMs);
    }
    expect(waits).toEqual([1, 2, 4, 8, 60, 60]);
    expect(begun).toHaveLength(7);
    expect(reports()[0]).toEqual({
      level: "error",
      event: "upkeep.row.set_aside",
      sweep: sweep.name,
      row: "poison",
      reason: "Error: poison",
    });
  });

  it("is forgotten once it is settled", async ({ expect }) => {
    let isWell = false;
    const { sweep, left } = sweepOf(["row"], { row: () => (isWell ? Promise.resolve() : fail()) });
    await sweepFresh(env, sweep, 0);
    isWell = true;
    await sweepAgain(env, sweep, MINUTE_MS);
    expect([left.size, await failuresOf(sweep)]).toEqual([0, []]);
  });

  it("is forgotten if it needs no sweep any more", async ({ expect }) => {
    const { sweep, left } = sweepOf(["row"], { row: fail });
    await sweepFresh(env, sweep, 0);
    left.clear();
    await sweepAgain(env, sweep, MINUTE_MS);
    expect(await failuresOf(sweep)).toEqual([]);
  });

  it("that recovers makes the others due that were set aside, as after an outage", async ({
    expect,
  }) => {
    let isDown = true;
    const work = () => (isDown ? fail() : Promise.resolve());
    const { sweep, left } = sweepOf(["a", "b", "c"], { a: work, b: work, c: work });
    await sweepFresh(env, sweep, 0);
    for (let n = 1; n <= 20; n += 1) await sweepAgain(env, sweep, n * MINUTE_MS);
    const [a] = await failuresOf(sweep);
    expect(a?.tries).toBe(5);
    isDown = false;
    await env.DB.prepare(
      "UPDATE sweep_failures SET retry_at_ms = 0 WHERE sweep = ?1 AND row_key = 'b'",
    )
      .bind(sweep.name)
      .run();
    await sweepAgain(env, sweep, 21 * MINUTE_MS);
    await sweepAgain(env, sweep, 21 * MINUTE_MS);
    expect(left.size).toBe(0);
  });
});

describe("a row that ends the process", () => {
  it("is counted beforehand, so that the next sweep begins with the others", async ({ expect }) => {
    const { sweep, begun, left } = sweepOf(["deadly", "good", "late"], {});
    // What a sweep has written when it is ended in its first group.
    await env.DB.prepare(
      `INSERT INTO sweep_failures (sweep, row_key, tries, retry_at_ms)
       VALUES (?1, 'deadly', 2, 0), (?1, 'good', 1, 0)`,
    )
      .bind(sweep.name)
      .run();
    await sweepFresh(env, sweep, 0);
    await sweepAgain(env, sweep, 0);
    expect(begun).toEqual(["late", "good", "deadly"]);
    expect(left.size).toBe(0);
  });

  it("is reported though it left no reason", async ({ expect }) => {
    const name = `test ${crypto.randomUUID()}`;
    await env.DB.prepare(
      "INSERT INTO sweep_failures (sweep, row_key, tries, retry_at_ms) VALUES (?1, '7', 5, ?2)",
    )
      .bind(name, HOUR_MS)
      .run();
    const logged = vi.spyOn(console, "error");
    await reportSetAside(env.DB, 0);
    expect(logged.mock.calls.join()).toContain("The sweep did not survive its work on this row.");
  });
});

describe("the sweeps of Upkeep", () => {
  async function staleLink(): Promise<LinkRow> {
    const link = await insertLink();
    await changeDestination(link.id, "https://example.com/after");
    await env.DB.prepare("UPDATE links SET updated_at_ms = 0 WHERE id = ?1").bind(link.id).run();
    return link;
  }

  /** KV that never answers about one link. */
  function silentAbout(link: LinkRow): Cloudflare.Env {
    const put = (key: string, ...rest: unknown[]) =>
      key === routeKey(link)
        ? hang()
        : (env.ROUTES.put as (...given: unknown[]) => Promise<void>).call(env.ROUTES, key, ...rest);
    const ROUTES = withMethod(env.ROUTES, "put", put as KVNamespace["put"]);
    return envWith({ ROUTES });
  }

  it("publish the links behind one that hangs", async ({ expect }) => {
    const poison = await staleLink();
    const good = await staleLink();
    const nowMs = Date.now();
    await sweepFresh(silentAbout(poison), UNPUBLISHED, nowMs);
    expect(await env.ROUTES.get(routeKey(good))).toContain("/after");
    expect(await failuresOf(UNPUBLISHED)).toMatchObject([{ tries: 1 }]);
    // It recovers when KV does.
    await sweepAgain(env, UNPUBLISHED, nowMs + MINUTE_MS);
    expect(await env.ROUTES.get(routeKey(poison))).toContain("/after");
    expect(await failuresOf(UNPUBLISHED)).toEqual([]);
  });

  it("clear the tombstones behind one that hangs", async ({ expect }) => {
    const [poison, good] = [await insertLink(), await insertLink()];
    for (const { code } of [poison, good]) {
      await env.DB.prepare(
        "INSERT INTO route_tombstones (domain, code, created_at_ms) VALUES ('', ?1, 0)",
      )
        .bind(code)
        .run();
      await env.ROUTES.put(routeKey({ domain: "", code }), "{}");
    }
    await sweepFresh(silentAbout(poison), TOMBSTONES, Date.now());
    const { results } = await env.DB.prepare("SELECT code FROM route_tombstones").all();
    expect(results).toEqual([{ code: poison.code }]);
    await sweepAgain(env, TOMBSTONES, Date.now() + MINUTE_MS);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM route_tombstones").first("n")).toBe(0);
  });

  it("pass purges on behind one that throws", async ({ expect }) => {
    const pending = (id: number, ledger: string) =>
      env.DB.prepare(
        `INSERT INTO pending_purges (link_id, link_uuid, ledger, link_created_at_ms)
         VALUES (?1, ?2, ?3, 1000)`,
      ).bind(id, crypto.randomUUID(), ledger);
    // No jurisdiction locally, so this Ledger cannot be addressed.
    await env.DB.batch([
      pending(900_001, `${freshLedgerId()}.eu`),
      pending(900_002, freshLedgerId()),
    ]);
    await sweepFresh(env, PURGES, Date.now());
    const { results } = await env.DB.prepare("SELECT link_id FROM pending_purges").all();
    expect(results).toEqual([{ link_id: 900_001 }]);
  });

  it("each run though the one before fails, and failed rows are tried last", async ({ expect }) => {
    const link = await staleLink();
    await env.DB.prepare(
      "INSERT INTO sweep_failures (sweep, row_key, tries, retry_at_ms) VALUES ('unpublished', ?1, 1, 0)",
    )
      .bind(String(link.id))
      .run();
    await upkeepFor(env).sweep(Date.now());
    expect(await env.ROUTES.get(routeKey(link))).toContain("/after");
    expect(await failuresOf(UNPUBLISHED)).toEqual([]);
  });
});
