/**
 * Requests made from the tables of operations, of all dialects: whatever comes, the Worker answers
 * as its documents say, stores nothing of what it refuses, and changes nothing of other accounts.
 *
 * CONTRIBUTING.md says how to send more of them.
 */

import { env, exports } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, beforeEach, describe, it, vi } from "vitest";

import { references } from "../../../src/api/references.ts";
import type { ApiReference } from "../../../src/api/shared/reference.ts";
import { objectIdOf, parseUuid } from "../../../src/platform/uuid.ts";
import { type Account, newAccount } from "../../support/account.ts";
import { callApi, jsonOf, ORIGIN } from "../../support/api.ts";
import { assertDocumented } from "../../support/documented.ts";
import { fakeDns } from "../../support/fake-dns.ts";
import { OPERATOR } from "../../support/operator.ts";
import { type FuzzRequest, type Known, requestsOf, type Sender } from "./requests.ts";

const REQUESTS = Number(env.FUZZ_REQUESTS);
const SEED = Number(env.FUZZ_SEED);
/** Requests that one account makes: many end the account's own session, or its workspace. */
const REQUESTS_AN_ACCOUNT = 150;
const SHOWN_MAX = 20;

/** Tables that count what is asked, whatever is answered, or what fails in the background. */
const COUNTERS = ["allowances", "code_looks", "dead_letters", "sign_in_failures", "sweep_failures"];

const tables = await tablesWhere("name not like 'sqlite_%' and name not like '_cf_%'");
const workspaceTables = await tablesWhere("sql like '%`workspace_id`%'");

async function tablesWhere(condition: string): Promise<readonly string[]> {
  const { results } = await env.DB.prepare(
    `select name from sqlite_master where type = 'table' and ${condition}`,
  ).all<{ name: string }>();
  return results.map(({ name }) => name).filter((name) => !COUNTERS.includes(name));
}

/** Counts the rows of all tables. */
async function rowCounts(): Promise<Readonly<Record<string, number>>> {
  const counts = tables.map((table) => `(select count(*) from "${table}") as "${table}"`);
  const found = await env.DB.prepare(`select ${counts.join(", ")}`).first<Record<string, number>>();
  return found ?? {};
}

/** Reads all that is stored of an account's workspace. */
async function rowsOf({ workspace }: Account): Promise<string> {
  const found = await env.DB.batch(
    workspaceTables.map((table) =>
      env.DB.prepare(`select * from "${table}" where workspace_id = ?`).bind(workspace.id),
    ),
  );
  return JSON.stringify(found.map(({ results }) => results));
}

interface World {
  /** Whom nobody else may change anything of. */
  readonly bystander: Account;
  readonly before: string;
  readonly known: Known;
  headersOf(sender: Sender): Readonly<Record<string, string>>;
  learn(path: string, answer: unknown): void;
}

/** Makes an account that has one of everything, beside one of another person. */
async function newWorld(api: ApiReference): Promise<World> {
  const ids = new Map<string, string[]>();
  const all: string[] = [];
  const learn = (path: string, answer: unknown): void => {
    const segments = path.split("?", 1)[0]?.split("/") ?? [];
    for (const id of idsIn(answer)) {
      all.push(id);
      for (const segment of segments) ids.set(segment, [...(ids.get(segment) ?? []), id]);
    }
  };
  const account = await newAccount();
  const bystander = await newAccount();
  // Its own twice, so that most requests are about what there is.
  for (const owner of [bystander, account, account]) {
    const byToken = await owner.byToken();
    for (const [path, body] of EVERYTHING) {
      const response = await callApi(path, jsonOf("POST", body, byToken));
      if (response.status === 201) learn(path, await response.json());
    }
    learn("/api/workspaces", { id: owner.workspace.uuid });
  }
  const senders: Record<Sender, Readonly<Record<string, string>>> = {
    token: await account.byToken(),
    "api key": { "X-Api-Key": await account.token() },
    session: account.bySession,
    "weak token": await account.byToken("links:read"),
    operator: OPERATOR,
    nobody: {},
  };
  const anyOf = (list: () => readonly string[]): fc.Arbitrary<string> =>
    fc.tuple(fc.nat(10_000), fc.nat(5)).map(([at, odds]) => {
      const suitable = list().filter((one) => odds === 0 || ID_FORMS[api.name]?.test(one) === true);
      return suitable[at % suitable.length] ?? crypto.randomUUID();
    });
  return {
    bystander,
    before: await rowsOf(bystander),
    known: { of: (segment) => anyOf(() => ids.get(segment) ?? all), any: anyOf(() => all) },
    headersOf: (sender) => senders[sender],
    learn,
  };
}

/** The form of ids in each dialect. */
const ID_FORMS: Readonly<Record<string, RegExp>> = {
  native: /^[\da-f-]{36}$/,
  pvtlnk: /^\d+$/,
  revolink: /^[\da-f]{24}$/,
};

/** One of everything that an account may own. */
const EVERYTHING: readonly (readonly [string, unknown])[] = [
  ["/api/collections", { name: "Autumn" }],
  ["/api/tags", { name: "print" }],
  ["/api/links", { destinationUrl: "https://go.example/a", tags: ["print"] }],
  ["/api/links", { destinationUrl: "https://go.example/b" }],
  ["/api/conversion-goals", { name: "Order" }],
  ["/api/v1/links", { link: { destination_url: "https://go.example/c" } }],
  ["/api/webhooks", { url: "https://hooks.example/a", events: ["link.created"] }],
];

/** Finds what looks like an id in an answer, in the forms that the dialects have for it. */
function idsIn(answer: unknown): readonly string[] {
  if (typeof answer !== "object" || answer === null) return [];
  return Object.entries(answer).flatMap(([name, value]) => {
    if (typeof value === "object") return idsIn(value);
    if (!/^(?:id|uuid|shortCode|short_code)$|Id$|_id$/.test(name) || value === null) return [];
    const uuid = parseUuid(String(value));
    return uuid === null ? [String(value)] : [uuid, objectIdOf(uuid)];
  });
}

interface Outcome {
  readonly status: number;
  /** Null if nothing is wrong. */
  readonly problem: string | null;
}

/** Sends a request, and says what is wrong with how it was answered. */
async function outcomeOf(
  api: ApiReference,
  id: string,
  world: World,
  asked: FuzzRequest,
): Promise<Outcome> {
  const headers = new Headers({ ...asked.headers, ...world.headersOf(asked.sender) });
  headers.set("CF-Connecting-IP", "198.51.100.7");
  const request = new Request(new URL(asked.path, ORIGIN), {
    method: asked.method,
    headers,
    body: asked.body,
    redirect: "manual",
  });
  const { url, method } = request;
  const before = method === "GET" ? null : await rowCounts();
  try {
    const response = await exports.default.fetch(request);
    const { status } = response;
    const text = await response.clone().text();
    const problem = await problemOf(api, id, { method, url, response, text, before });
    if (problem === null && status < 300) world.learn(asked.path, parsed(text));
    return { status, problem };
  } catch (error) {
    return { status: 0, problem: `it was not answered: ${String(error)}` };
  }
}

interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly response: Response;
  readonly text: string;
  /** The rows of all tables before a request that may change them. */
  readonly before: Readonly<Record<string, number>> | null;
}

async function problemOf(
  api: ApiReference,
  id: string,
  { method, url, response, text, before }: Exchange,
): Promise<string | null> {
  const { status } = response;
  const operation = api.operations[id];
  const reference = api.reference[id];
  if (operation === undefined || reference === undefined) return `there is no ${id}`;
  const fails = { ...api.failsAlways(operation, reference), ...reference.fails };
  if (status >= 500 && !(status === 503 && 503 in fails)) return `${status}: ${text}`;
  try {
    await assertDocumented(method, url, response);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (before === null || status < 400) return null;
  const after = await rowCounts();
  const grown = tables.filter((table) => (after[table] ?? 0) > (before[table] ?? 0));
  return grown.length === 0 ? null : `${status}, and yet ${grown.join(", ")} grew: ${text}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

beforeEach(() => {
  // Whatever a request leads to, nothing leaves this machine.
  fakeDns(async () => new Response(null, { status: 404 }));
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe.for(references)("any requests to the $title", (api) => {
  it(
    "are answered as documented, and leave nothing behind if refused",
    { timeout: 60_000 + REQUESTS * 200 },
    async ({ expect, annotate }) => {
      const ids = Object.keys(api.operations);
      const problems = new Map<string, unknown>();
      const statuses: Record<number, number> = {};
      const refusedOnly = new Set(ids);
      const count = Math.ceil(REQUESTS / references.length);
      let left = REQUESTS_AN_ACCOUNT;
      let world = await newWorld(api);
      let requests = allRequests(api, world);
      for (let at = 0; at < count; at++) {
        const id = ids[at % ids.length] ?? "";
        const [asked] = fc.sample(requests[id] ?? fc.constant(null), {
          numRuns: 1,
          seed: SEED + at,
        });
        if (asked === undefined || asked === null) throw new Error(`${id} makes no requests.`);
        const { status, problem } = await outcomeOf(api, id, world, asked);
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (status >= 200 && status < 300) refusedOnly.delete(id);
        const kind = `${id} ${status} ${problem?.slice(0, 40)}`;
        if (problem !== null && !problems.has(kind)) problems.set(kind, { problem, asked });
        left--;
        const isLocked = status === 401 && mayCall(api, id, asked.sender);
        if (left > 0 && !isLocked && at + 1 < count) continue;
        expect(await rowsOf(world.bystander)).toBe(world.before);
        if (at + 1 === count) break;
        left = REQUESTS_AN_ACCOUNT;
        world = await newWorld(api);
        requests = allRequests(api, world);
      }
      await annotate(
        `${count} requests, by status ${JSON.stringify(statuses)}; only refused: ${[...refusedOnly].join(", ")}`,
      );
      expect([...problems.values()].slice(0, SHOWN_MAX)).toEqual([]);
      // Most of what a fuzzer sends may be refused, but not all of it.
      expect(refusedOnly.size).toBeLessThan(ids.length);
    },
  );
});

/** Whether a live credential of this kind opens the operation. */
function mayCall(api: ApiReference, id: string, sender: Sender): boolean {
  const who = api.operations[id]?.requires?.who;
  const isToken = sender === "token" || sender === "api key";
  if (who === "token") return isToken;
  return (who === "account" || who === "session") && (isToken || sender === "session");
}

function allRequests(
  api: ApiReference,
  { known }: World,
): Record<string, fc.Arbitrary<FuzzRequest>> {
  return Object.fromEntries(
    Object.keys(api.operations).map((id) => [id, requestsOf(api, id, known)]),
  );
}
