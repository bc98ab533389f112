import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import type { Client } from "../../support/client.ts";
import { newNativeClient } from "../../support/native.ts";
import { newPvtlnkClient } from "../../support/pvtlnk.ts";
import { DEFAULT_RULES, newRevolinkClient } from "../../support/revolink.ts";

interface Dialect {
  readonly client: Client;
  /** Creates a link with this title. */
  create(title: string, key: string): ReturnType<Client["call"]>;
}

const DIALECTS: readonly (readonly [string, () => Promise<Dialect>])[] = [
  [
    "the native API",
    async () => {
      const client = await newNativeClient();
      return {
        client,
        create: (title, key) =>
          client.call(
            "POST",
            "/api/links",
            { destinationUrl: "https://example.com", title },
            { "Idempotency-Key": key },
          ),
      };
    },
  ],
  [
    "PVTLNK's API",
    async () => {
      const client = await newPvtlnkClient();
      return {
        client,
        create: (title, key) =>
          client.call(
            "POST",
            "/links",
            { link: { destination_url: "https://example.com", title } },
            { "Idempotency-Key": key },
          ),
      };
    },
  ],
  [
    "RevoLink's API",
    async () => {
      const client = await newRevolinkClient();
      const { workspaceId } = client;
      return {
        client,
        create: (name, key) =>
          client.send("/apiv1/link/create", {
            method: "POST",
            headers: { "Content-Type": "application/json", "Idempotency-Key": key },
            body: JSON.stringify({ workspaceId, name, rules: DEFAULT_RULES }),
          }),
      };
    },
  ],
];

interface BulkDialect extends Dialect {
  /** Returns the titles of the links in an answer, and how many items failed. */
  outcomeOf(body: unknown): { readonly titles: readonly unknown[]; readonly failed: number };
}

interface BulkAnswer {
  readonly created: readonly Readonly<Record<string, unknown>>[];
  readonly links: readonly Readonly<Record<string, unknown>>[];
  readonly failed: readonly unknown[];
  readonly errors: readonly unknown[];
}

const BULK: readonly (readonly [string, () => Promise<BulkDialect>])[] = [
  [
    "the native bulk create",
    async () => {
      const client = await newNativeClient();
      return {
        client,
        create: (title, key) =>
          client.call(
            "POST",
            "/api/links/bulk",
            { links: [{ destinationUrl: "https://example.com", title }, { title }] },
            { "Idempotency-Key": key },
          ),
        outcomeOf: (body) => {
          const { created, failed } = body as BulkAnswer;
          return { titles: created.map(({ title }) => title), failed: failed.length };
        },
      };
    },
  ],
  ...[false, true].map((asObjects): readonly [string, () => Promise<BulkDialect>] => [
    `PVTLNK's bulk import of ${asObjects ? "objects" : "a file"}`,
    async () => {
      const client = await newPvtlnkClient();
      const fileOf = (title: string) =>
        `destination_url,title\nhttps://example.com,${title}\nnowhere,${title}`;
      const linksOf = (title: string) =>
        ["https://example.com", "nowhere"].map((url) => ({ destination_url: url, title }));
      return {
        client,
        create: (title, key) =>
          client.call(
            "POST",
            "/links/bulk_import",
            asObjects ? { links: linksOf(title) } : { csv: fileOf(title) },
            { "Idempotency-Key": key },
          ),
        outcomeOf: (body) => {
          const { links, errors } = body as BulkAnswer;
          return { titles: links.map(({ title }) => title), failed: errors.length };
        },
      };
    },
  ]),
  [
    "RevoLink's bulk create",
    async () => {
      const client = await newRevolinkClient();
      const { workspaceId } = client;
      return {
        client,
        create: (name, key) =>
          client.send("/apiv1/links/bulk-create", {
            method: "POST",
            headers: { "Content-Type": "application/json", "Idempotency-Key": key },
            body: JSON.stringify({
              workspaceId,
              links: [{ name }, { name, rules: DEFAULT_RULES }],
            }),
          }),
        outcomeOf: (body) => {
          const { created, failed } = body as BulkAnswer;
          return { titles: created.map(({ name }) => name), failed: failed.length };
        },
      };
    },
  ],
];

describe.for(BULK)("an Idempotency-Key in %s", ([, open]) => {
  it("makes the links once, and answers both requests alike", async ({ expect }) => {
    const { client, create, outcomeOf } = await open();
    const first = await create("T", "key");
    expect(outcomeOf(first.body)).toEqual({ titles: ["T"], failed: 1 });
    const second = await create("T", "key");
    expect([second.status, second.body]).toEqual([first.status, first.body]);
    expect(first.headers.get("Idempotent-Replayed")).toBeNull();
    expect(second.headers.get("Idempotent-Replayed")).toBe("true");
    const reused = await create("U", "key");
    expect([reused.status, reused.text]).toEqual([422, expect.stringContaining("another body")]);
    expect(await countOf(client)).toBe(1);
  });

  it("makes no second link where two requests come at once", async ({ expect }) => {
    const { client, create } = await open();
    const answers = await Promise.all([create("T", "key"), create("T", "key")]);
    expect(answers.some(({ status }) => status < 300)).toBe(true);
    expect(await countOf(client)).toBe(1);
  });
});

describe.for(DIALECTS)("an Idempotency-Key in %s", ([, open]) => {
  it("makes one link for two requests, and answers both alike", async ({ expect }) => {
    const { client, create } = await open();
    const first = await create("T", "key");
    const second = await create("T", "key");
    expect(second.status, second.text).toBe(first.status);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get("Idempotent-Replayed")).toBe("true");
    expect(await countOf(client)).toBe(1);
  });

  it("with another body is refused, and so is a key that is none", async ({ expect }) => {
    const { client, create } = await open();
    await create("T", "key");
    const reused = await create("U", "key");
    expect([reused.status, reused.text]).toEqual([422, expect.stringContaining("another body")]);
    const wrong = await create("T", "k".repeat(256));
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining("255")]);
    expect(await countOf(client)).toBe(1);
  });

  it("of a request that has not finished asks to try again in a second", async ({ expect }) => {
    const { client, create } = await open();
    await create("T", "key");
    await env.DB.prepare("update idempotency_keys set result = null where principal like ?")
      .bind(`%/${client.account.workspace.id}`)
      .run();
    const answer = await create("T", "key");
    expect(answer.status).toBe(409);
    expect(answer.headers.get("Retry-After")).toBe("1");
  });

  it("of a link that was deleted makes no other", async ({ expect }) => {
    const { client, create } = await open();
    await create("T", "key");
    await env.DB.prepare("delete from links where workspace_id = ?")
      .bind(client.account.workspace.id)
      .run();
    expect((await create("T", "key")).status).toBe(404);
    expect(await countOf(client)).toBe(0);
  });
});

async function countOf({ account }: Client) {
  return env.DB.prepare("select count(*) as n from links where workspace_id = ?")
    .bind(account.workspace.id)
    .first("n");
}
