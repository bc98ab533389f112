/**
 * What a refused call spends: no code, no password hash and no row, except the count of looks at
 * other workspaces' codes (`code_looks`).
 */

import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, it } from "vitest";

import { noOperations, type Operations } from "../../bench/operations.ts";
import { meteredDatabase, meteredObjects } from "../../bench/worker/metered.ts";
import { PLANS } from "../../src/access/plans.ts";
import { LOOKS_A_MINUTE } from "../../src/codes/looks.ts";
import type { Plan } from "../../src/config.ts";
import { HASHES_WAITING_MAX, inTurn } from "../../src/platform/hash-turns.ts";
import { type Account, newAccount } from "../support/account.ts";
import type { Answer } from "../support/client.ts";
import { newCode, newNativeClient, type NativeClient } from "../support/native.ts";
import { newPvtlnkClient, type PvtlnkClient } from "../support/pvtlnk.ts";
import { newRevolinkClient, type RevolinkClient } from "../support/revolink.ts";

/** Paying for looks and giving them back: a row and its index entries. */
const METER_ROWS_MAX = 8;

const counted = noOperations();
const allocator = noOperations();
const metered: Cloudflare.Env = {
  ...env,
  DB: meteredDatabase(env.DB, counted),
  CODE_ALLOCATOR: meteredObjects(env.CODE_ALLOCATOR, allocator),
};

/** An account with a client of each API, and a link in each. */
interface Party {
  readonly account: Account;
  readonly native: NativeClient;
  readonly pvtlnk: PvtlnkClient;
  readonly revolink: RevolinkClient;
  readonly links: { readonly native: string; readonly pvtlnk: number; readonly revolink: string };
  /** A code of its own, and one of another workspace. */
  readonly own: string;
  readonly foreign: string;
}

async function newParty(): Promise<Party> {
  const account = await newAccount();
  const clock = () => Date.parse("2026-05-04T10:00:00Z");
  const options = { account, clock, env: metered };
  const [native, pvtlnk, revolink] = await Promise.all([
    newNativeClient(options),
    newPvtlnkClient(options),
    newRevolinkClient(options),
  ]);
  const { id } = await native.link();
  const { id: number } = await pvtlnk.link();
  const links = { native: id, pvtlnk: number, revolink: await revolink.link() };
  const { shortCode: own } = await native.link({ shortCode: newCode() });
  const { shortCode: foreign } = await (await newNativeClient()).link({ shortCode: newCode() });
  return { account, native, pvtlnk, revolink, links, own, foreign };
}

interface Wish {
  readonly url?: string;
  readonly code?: string;
  readonly domain?: string;
}

type Call = (party: Party, wish: Wish) => Promise<Answer>;

const GOOD = "https://example.com/landing";
const password = "a secret";

/** Each way to make or change links, with a password where the API takes one. */
const CALLS: Readonly<Record<string, Call>> = {
  "native create": ({ native }, wish) => native.call("POST", "/api/links", nativeOf(wish)),
  "native update": ({ native, links }, wish) =>
    native.call("PATCH", `/api/links/${links.native}`, {
      ...nativeOf(wish),
      title: "x".repeat(99),
    }),
  "native bulk": ({ native }, wish) =>
    native.call("POST", "/api/links/bulk", { links: [nativeOf(wish)] }),
  "native import": ({ native }, wish) => native.call("POST", "/api/links/import", csvOf(wish)),
  "PVTLNK create": ({ pvtlnk }, wish) => pvtlnk.call("POST", "/links", pvtlnkOf(wish)),
  "PVTLNK update": ({ pvtlnk, links }, wish) =>
    pvtlnk.call("PATCH", `/links/${links.pvtlnk}`, pvtlnkOf(wish)),
  "PVTLNK import": ({ pvtlnk }, wish) => pvtlnk.call("POST", "/links/bulk_import", csvOf(wish)),
  "RevoLink create": ({ revolink }, wish) =>
    revolink.call("POST", "/apiv1/link/create", revolinkOf(wish)),
  "RevoLink update": ({ revolink, links }, wish) =>
    revolink.call("PUT", "/apiv1/link/update", { linkId: links.revolink, ...revolinkOf(wish) }),
  "RevoLink bulk": ({ revolink }, wish) =>
    revolink.call("POST", "/apiv1/links/bulk-create", { links: [revolinkOf(wish)] }),
};

function nativeOf({ url = GOOD, code, domain }: Wish) {
  return { destinationUrl: url, shortCode: code, domain, password, tags: [newCode()] };
}

function csvOf({ url = GOOD, code = "" }: Wish) {
  return { csv: `destination_url,short_code,password,tags\n${url},${code},${password},new` };
}

function pvtlnkOf({ url = GOOD, code }: Wish) {
  return { link: { destination_url: url, short_code: code, tags: [newCode()] }, password };
}

function revolinkOf({ url = GOOD, code, domain }: Wish) {
  const rules = [{ targetUrl: url, isDefault: true }];
  return { name: "A link", rules, slug: code, ...(domain !== undefined && { domain }) };
}

async function setPlan({ account }: Party, plan: Plan): Promise<void> {
  await env.DB.prepare("update workspaces set plan = ? where id = ?")
    .bind(plan, account.workspace.id)
    .run();
}

/** Leaves no room for links, under a plan that limits their bytes. */
async function fill(party: Party): Promise<void> {
  await setPlan(party, "pro");
  await env.DB.prepare(
    "update links set bytes = ?1 where id = (select min(id) from links where workspace_id = ?2)",
  )
    .bind(PLANS.pro.linkBytesMax, party.account.workspace.id)
    .run();
}

async function exhaustLooks({ account }: Party): Promise<void> {
  await env.DB.prepare(
    "insert or replace into code_looks (user_id, looks, since_ms) values (?, ?, ?)",
  )
    .bind(account.userId, LOOKS_A_MINUTE, Date.parse("2026-05-04T10:00:00Z"))
    .run();
}

interface Kind {
  readonly name: string;
  readonly wish: (party: Party) => Wish;
  readonly prepare?: (party: Party) => Promise<void>;
  /** The calls that this kind of refusal concerns; all if absent. */
  readonly calls?: RegExp;
  /** Whether it is refused for a code that was looked at. */
  readonly looks?: true;
}

const KINDS: readonly Kind[] = [
  { name: "a wrong field", wish: () => ({ url: "nowhere" }) },
  { name: "a wrong field beside a taken code", wish: (p) => ({ url: "nowhere", code: p.foreign }) },
  { name: "a reserved code", wish: () => ({ code: "api" }) },
  { name: "a code of another workspace", wish: (p) => ({ code: p.foreign }), looks: true },
  { name: "a code of its own", wish: (p) => ({ code: p.own }), looks: true },
  {
    name: "too many looks at codes",
    wish: () => ({ code: newCode() }),
    prepare: exhaustLooks,
    looks: true,
  },
  {
    name: "another's domain",
    wish: () => ({ domain: "foreign.example" }),
    calls: /native (?:create|update|bulk)|RevoLink/,
  },
  {
    name: "a plan without bulk creation",
    wish: () => ({}),
    prepare: (party) => setPlan(party, "free"),
    calls: /native import/,
  },
  {
    name: "a plan without the API",
    wish: () => ({}),
    prepare: (party) => setPlan(party, "free"),
    calls: /PVTLNK/,
  },
  {
    name: "a full plan",
    wish: () => ({ url: `${GOOD}/${"x".repeat(200)}` }),
    prepare: fill,
    calls: /native|RevoLink/,
  },
  {
    name: "a full plan, with a code",
    wish: () => ({ url: `${GOOD}/${"x".repeat(200)}`, code: newCode() }),
    prepare: fill,
    calls: /native|RevoLink/,
    looks: true,
  },
];

/** The rows that a workspace has, of what links are made of. */
async function rowsOf({ account }: Party): Promise<unknown> {
  return env.DB.prepare(
    `select (select count(*) from links where workspace_id = ?1) as links,
       (select sum(version) from links where workspace_id = ?1) as versions,
       (select count(*) from tags where workspace_id = ?1) as tags,
       (select count(*) from idempotency_keys where principal like ?2) as keys`,
  )
    .bind(account.workspace.id, `${account.userId}/%`)
    .first();
}

function isRefused({ status, body }: Answer): boolean {
  if (status >= 400) return status !== 503 && status !== 500;
  const { created } = body;
  return created === 0 || (Array.isArray(created) && created.length === 0);
}

function spent(before: Operations): number {
  return counted.d1RowsWritten - before.d1RowsWritten;
}

describe("a refused call", () => {
  /** While all hashes have their places taken, a call that needs one answers 503. */
  let occupied: Promise<unknown> = Promise.resolve();
  let release: () => void = () => undefined;

  beforeEach(() => {
    const done = new Promise<void>((resolve) => {
      release = resolve;
    });
    const places = Array.from({ length: HASHES_WAITING_MAX + 1 }, () => inTurn(() => done));
    occupied = Promise.all(places);
  });

  afterEach(async () => {
    release();
    await occupied;
  });

  it("is told from one that needs a hash", async ({ expect }) => {
    const { native } = await newParty();
    expect((await native.call("POST", "/api/links", nativeOf({}))).status).toBe(503);
  });

  for (const { name, wish, prepare, calls = /./, looks } of KINDS) {
    for (const [call, send] of Object.entries(CALLS).filter(([each]) => calls.test(each))) {
      it(`spends no code, no hash and no row: ${call}, ${name}`, async ({ expect }) => {
        const party = await newParty();
        await prepare?.(party);
        const rows = await rowsOf(party);
        const [before, codes] = [{ ...counted }, allocator.objectRequests];
        const answer = await send(party, wish(party));
        expect({ refused: isRefused(answer), answer: answer.text }).toMatchObject({
          refused: true,
        });
        expect(allocator.objectRequests).toBe(codes);
        expect(spent(before)).toBeLessThanOrEqual(looks ? METER_ROWS_MAX : 0);
        expect(await rowsOf(party)).toEqual(rows);
      });
    }
  }

  it("spends nothing on an Idempotency-Key that was sent with another body", async ({ expect }) => {
    const { native } = await newParty();
    for (const [path, first, second] of [
      ["/api/links", { destinationUrl: GOOD }, nativeOf({})],
      ["/api/links/bulk", { links: [{ destinationUrl: GOOD }] }, { links: [nativeOf({})] }],
      ["/api/links/import", { csv: `destination_url\n${GOOD}` }, csvOf({})],
    ] as const) {
      const headers = { "Idempotency-Key": newCode() };
      expect((await native.call("POST", path, first, headers)).status).toBeLessThan(300);
      const [before, codes] = [{ ...counted }, allocator.objectRequests];
      expect((await native.call("POST", path, second, headers)).status).toBe(422);
      expect(allocator.objectRequests).toBe(codes);
      expect(spent(before)).toBe(0);
    }
  });
});
