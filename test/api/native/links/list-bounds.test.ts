/** What a list of links may hold at a time, however many they are and however large each is. */

import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { countCall } from "../../../../bench/worker/calls.ts";
import { native } from "../../../../src/api/native/app.ts";
import { newAccount } from "../../../support/account.ts";
import type { Answer } from "../../../support/client.ts";
import {
  newNativeClient,
  newCode,
  type NativeClient,
  type WireLink,
} from "../../../support/native.ts";

const PAGE_BYTES_MAX = 1024 * 1024;
const ALL_PARTS = "rules,abTest,qrSettings";
const RULES_BYTES = 250_000;

/**
 * Puts links straight into D1, numbered from 1 in their titles. Every link whose number `isHuge`
 * selects (an SQL condition on `n`) has 250 kB of rules, and a variant.
 */
async function insertLinks({ account }: NativeClient, count: number, isHuge: string) {
  const rule = { id: "r", name: null, targetUrl: "https://example.com/", countries: ["DE"] };
  const name = "n".repeat(RULES_BYTES - JSON.stringify([rule]).length);
  const code = newCode();
  await env.DB.prepare(
    `with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ?1)
     insert into links (uuid, workspace_id, user_id, code, destination_url, title, rules, created_at_ms, updated_at_ms)
     select lower(hex(randomblob(16))), ?2, 'test', ?3 || n, 'https://example.com/' || n, n,
       iif(${isHuge}, ?4, null), n, n from numbers`,
  )
    .bind(count, account.workspace.id, code, JSON.stringify([{ ...rule, name }]))
    .run();
  await env.DB.prepare(
    `insert into variants (link_id, public_id, name, url, weight, is_active, created_at_ms, updated_at_ms)
     select id, 'a', 'A', 'https://example.com/a', 1, 1, 1, 1 from links
     where workspace_id = ? and rules is not null`,
  )
    .bind(account.workspace.id)
    .run();
}

interface Walked {
  readonly titles: readonly unknown[];
  readonly pages: number;
  readonly largest: number;
}

/** Follows `Link: rel="next"` to the end. */
async function walk(client: NativeClient, query: string): Promise<Walked> {
  const titles: unknown[] = [];
  let [pages, largest] = [0, 0];
  let path: string | null = `/api/links?${query}`;
  while (path !== null) {
    const answer: Answer<WireLink[]> = await client.call("GET", path);
    const { body, text, headers } = answer;
    titles.push(...body.map(({ title }) => title));
    pages += 1;
    largest = Math.max(largest, new TextEncoder().encode(text).length);
    path = /^<([^>]+)>; rel="next"$/.exec(headers.get("Link") ?? "")?.[1] ?? null;
  }
  return { titles, pages, largest };
}

function numbersDown(count: number): string[] {
  return Array.from({ length: count }, (_, at) => String(count - at));
}

/** Reads a list as it comes, and counts what came. */
async function chunksOf(client: NativeClient, path: string) {
  const headers = await client.account.byToken();
  const response = await native().request(path, { headers }, env, createExecutionContext());
  const chunks: Uint8Array[] = [];
  let ahead = 0;
  const prepared = vi.spyOn(env.DB, "prepare");
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    ahead = Math.max(ahead, prepared.mock.calls.length - chunks.length);
  }
  prepared.mockRestore();
  const text = await new Blob(chunks).text();
  return {
    links: JSON.parse(text) as WireLink[],
    largest: Math.max(...chunks.map(({ length }) => length)),
    ahead,
  };
}

describe("a page of links", () => {
  it("ends at 1 MB, and its pages hold tiny and huge links exactly once", async ({ expect }) => {
    const client = await newNativeClient();
    const count = 60;
    await insertLinks(client, count, "n % 4 = 0");
    for (const limit of [1, 7, 59, 60, 10_000]) {
      const { titles, pages, largest } = await walk(client, `limit=${limit}&fields=${ALL_PARTS}`);
      expect(titles).toEqual(numbersDown(count));
      expect(largest).toBeLessThanOrEqual(PAGE_BYTES_MAX);
      expect(pages).toBeGreaterThanOrEqual(Math.max(4, Math.ceil(count / limit)));
    }
  });

  it("has huge links next to each other, of which each page holds at least one", async ({
    expect,
  }) => {
    const client = await newNativeClient();
    await insertLinks(client, 9, "true");
    const { titles, pages, largest } = await walk(client, `limit=100&fields=rules`);
    expect(titles).toEqual(numbersDown(9));
    expect(largest).toBeLessThanOrEqual(PAGE_BYTES_MAX);
    expect(pages).toBe(3);
  });

  it("leaves out rules, variants and logos unless it is asked for them", async ({ expect }) => {
    const client = await newNativeClient();
    const logo =
      "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";
    const link = await client.link({
      rules: [{ targetUrl: "https://example.com/de", country: ["DE"] }],
      abTest: { enabled: true, variants: [{ name: "A", url: "https://example.com/a", weight: 1 }] },
      qrSettings: { useLogo: true, logo },
    });
    const { rules, abTest, qrSettings, ...plain } = link;
    for (const [query, parts] of [
      ["", {}],
      ["?limit=5", {}],
      ["?fields=rules", { rules }],
      ["?fields=abTest", { abTest }],
      ["?limit=5&fields=qrSettings", { qrSettings }],
      [`?fields=${ALL_PARTS}`, { rules, abTest, qrSettings }],
    ] as const) {
      const { body } = await client.call("GET", `/api/links${query}`);
      expect(body, query).toEqual([{ ...plain, ...parts }]);
    }
  });

  it("names the fields that it can be asked for", async ({ expect }) => {
    const client = await newNativeClient();
    const { status, body } = await client.call("GET", "/api/links?fields=rules,title");
    expect(status).toBe(400);
    expect(body).toMatchObject({
      message: "fields must be a list of rules, abTest, qrSettings, with commas",
    });
  });

  it("costs D1 one trip, or two if it is long, and three rows a link at most", async ({
    expect,
  }) => {
    const client = await newNativeClient();
    await insertLinks(client, 300, "n % 10 = 0");
    const headers = await client.account.byToken();
    const cost = async (path: string) =>
      (await countCall(env, { method: "GET", path, headers })).answered;
    await cost("/api/me");
    const none = await cost("/api/links?tag=none&limit=20");
    const few = await cost("/api/links?limit=20");
    expect(none.d1Trips).toBe(2);
    expect(few.d1Trips).toBe(2);
    expect(few.d1RowsRead).toBeLessThanOrEqual(3 * 21 + 10);
    const all = await cost("/api/links");
    expect(all.d1Trips).toBe(3);
    expect(all.d1RowsRead).toBeLessThanOrEqual(3 * 300 + 10);
  });
});

describe("all links at once", () => {
  it("measure few more links than a slice of huge ones holds", async ({ expect }) => {
    const client = await newNativeClient();
    const count = 60;
    await insertLinks(client, count, "true");
    const headers = await client.account.byToken();
    const path = "/api/links?fields=rules";
    const { answered } = await countCall(env, { method: "GET", path, headers });
    expect(answered.d1RowsRead).toBeLessThan(20 * count);
  });

  it("come as a stream whose pieces stay small, each link once", async ({ expect }) => {
    const client = await newNativeClient();
    const count = 1_201;
    await insertLinks(client, count, "n % 100 = 0");
    for (const [query, largestMax] of [
      ["", 128 * 1024],
      [`?fields=${ALL_PARTS}`, 384 * 1024],
    ] as const) {
      const { links, largest, ahead } = await chunksOf(client, `/api/links${query}`);
      expect(links.map(({ title }) => title)).toEqual(numbersDown(count));
      expect(largest).toBeLessThanOrEqual(largestMax);
      // A slice is read only when the one before it is gone.
      expect(ahead).toBeLessThanOrEqual(1);
    }
  });

  it("are more than ten thousand", { timeout: 120_000 }, async ({ expect }) => {
    const client = await newNativeClient();
    const count = 10_501;
    await insertLinks(client, count, "false");
    const { links } = await chunksOf(client, "/api/links");
    expect(links).toHaveLength(count);
    expect(new Set(links.map(({ id }) => id)).size).toBe(count);
  });

  it("of an account without links are an empty list", async ({ expect }) => {
    const client = await newNativeClient();
    for (const query of ["", "?limit=5"]) {
      const { text, headers } = await client.call("GET", `/api/links${query}`);
      expect(text).toBe("[]");
      expect(headers.get("Content-Type")).toBe("application/json");
    }
  });

  it("break off when D1 fails on the way, and never look complete", async ({ expect }) => {
    const client = await newNativeClient();
    await insertLinks(client, 600, "false");
    const headers = await client.account.byToken();
    const response = await native().request(
      "/api/links",
      { headers },
      env,
      createExecutionContext(),
    );
    const reader = response.body?.getReader();
    await reader?.read();
    const prepared = vi.spyOn(env.DB, "prepare").mockImplementation(() => {
      throw new Error("The database fails on purpose.");
    });
    const rest = async () => {
      while ((await reader?.read())?.done === false);
    };
    await expect(rest()).rejects.toThrow("on purpose");
    prepared.mockRestore();
  });

  it("answer 500 in the dialect's shape when D1 fails at once", async ({ expect }) => {
    const account = await newAccount();
    const DB = new Proxy(env.DB, {
      get(database, name) {
        if (name !== "prepare") return Reflect.get(database, name, database) as unknown;
        return (text: string) => {
          if (text.includes("octet_length")) throw new Error("The database fails on purpose.");
          return database.prepare(text);
        };
      },
    });
    const client = await newNativeClient({ account, env: { ...env, DB } });
    const { status, body } = await client.call("GET", "/api/links");
    expect(status).toBe(500);
    expect(body).toMatchObject({ code: "INTERNAL_ERROR" });
  });
});
