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
