import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { join } from "../../support/account.ts";
import type { Answer } from "../../support/client.ts";
import { type NativeClient, newNativeClient, newCode } from "../../support/native.ts";

const BODY = { destinationUrl: "https://example.com/once" };

function post(client: NativeClient, key: string, body: unknown = BODY): Promise<Answer> {
  return client.call("POST", "/api/links", body, { "Idempotency-Key": key });
}

async function linksOf({ account }: NativeClient): Promise<unknown> {
  return env.DB.prepare("select count(*) n from links where workspace_id = ?")
    .bind(account.workspace.id)
    .first("n");
}

async function age(key: string, ms: number, columns = ""): Promise<void> {
  await env.DB.prepare(
    `update idempotency_keys set created_at_ms = created_at_ms - ?2 ${columns} where key = ?1`,
  )
    .bind(key, ms)
    .run();
}

describe("Idempotency-Key", () => {
  it("answers a repeated create from what the first one made", async ({ expect }) => {
    const client = await newNativeClient();
    const first = await post(client, "again");
    expect(first.status).toBe(201);
    expect(first.headers.get("Idempotent-Replayed")).toBeNull();
    const second = await post(client, "again");
    expect(second.status).toBe(201);
    expect(second.headers.get("Idempotent-Replayed")).toBe("true");
    expect(second.headers.get("Location")).toBe(first.headers.get("Location"));
    expect(second.body).toEqual(first.body);
    expect(await linksOf(client)).toBe(1);
  });

  it("takes a quoted key for the same as a bare one", async ({ expect }) => {
    const client = await newNativeClient();
    await post(client, "quoted-key");
    expect((await post(client, '"quoted-key"')).headers.get("Idempotent-Replayed")).toBe("true");
  });

  it("makes one link of twenty requests at once", async ({ expect }) => {
    const client = await newNativeClient();
    const responses = await Promise.all(Array.from({ length: 20 }, () => post(client, "burst")));
    expect(await linksOf(client)).toBe(1);
    const ids = new Set<string>();
    for (const response of responses) {
      expect([201, 409]).toContain(response.status);
      const body = response.body as { id: string; code: string };
      if (response.status === 201) ids.add(body.id);
      else {
        expect(body.code).toBe("IDEMPOTENCY_IN_FLIGHT");
        expect(Number(response.headers.get("Retry-After"))).toBeGreaterThan(0);
      }
    }
    expect(ids.size).toBe(1);
  });

  it("refuses another body under the same key", async ({ expect }) => {
    const client = await newNativeClient();
    await post(client, "other-body");
    const response = await post(client, "other-body", { ...BODY, title: "other" });
    expect(response.status).toBe(422);
    expect(response.body).toMatchObject({ code: "IDEMPOTENCY_KEY_REUSED" });
    expect(await linksOf(client)).toBe(1);
  });

  it("reads the body and not its spelling", async ({ expect }) => {
    const client = await newNativeClient();
    await post(client, "spelling");
    const spaced = `{ "destinationUrl" : "https://example.com/once" }`;
    expect((await post(client, "spelling", spaced)).status).toBe(201);
    expect(await linksOf(client)).toBe(1);
  });

  it("separates keys by user, workspace and operation", async ({ expect }) => {
    const one = await newNativeClient();
    const two = await newNativeClient();
    await join(one.account.userId, two.account.workspace, "member");
    await post(one, "shared");
    await post(two, "shared");
    const elsewhere = {
      "Idempotency-Key": "shared",
      "Signpost-Workspace": two.account.workspace.uuid,
    };
    await one.call("POST", "/api/links", BODY, elsewhere);
    expect(await linksOf(one)).toBe(1);
    expect(await linksOf(two)).toBe(2);
    const tag = await one.call("POST", "/api/tags", { name: "x" }, { "Idempotency-Key": "shared" });
    expect(tag.status).toBe(201);
    expect(tag.headers.get("Idempotent-Replayed")).toBeNull();
  });

  it("does not remember refusals", async ({ expect }) => {
    const client = await newNativeClient();
    const shortCode = newCode();
    const blocker = await client.link({ shortCode });
    expect((await post(client, "refused", {})).status).toBe(400);
    const body = { ...BODY, shortCode };
    expect((await post(client, "refused", body)).status).toBe(409);
    await client.call("DELETE", `/api/links/${blocker.id}`);
    const made = await post(client, "refused", body);
    expect(made.status).toBe(201);
    expect(made.headers.get("Idempotent-Replayed")).toBeNull();
  });

  it("frees the key of a request that died, after a minute", async ({ expect }) => {
    const client = await newNativeClient();
    await post(client, "dead");
    await age("dead", 50_000, ", result = null");
    const waiting = await post(client, "dead");
    expect(waiting.status).toBe(409);
    expect(Number(waiting.headers.get("Retry-After"))).toBeLessThanOrEqual(10);
    await age("dead", 11_000);
    const again = await post(client, "dead");
    expect(again.status).toBe(201);
    expect(again.headers.get("Idempotent-Replayed")).toBeNull();
  });

  it("is forgotten after a day", async ({ expect }) => {
    const client = await newNativeClient();
    await post(client, "yesterday");
    await age("yesterday", 86_400_000);
    expect((await post(client, "yesterday")).headers.get("Idempotent-Replayed")).toBeNull();
    expect(await linksOf(client)).toBe(2);
  });

  it("reports that the created link has been deleted", async ({ expect }) => {
    const client = await newNativeClient();
    const id = String((await post(client, "gone")).body["id"]);
    await client.call("DELETE", `/api/links/${id}`);
    expect((await post(client, "gone")).status).toBe(404);
  });

  it("refuses malformed keys", async ({ expect }) => {
    const client = await newNativeClient();
    for (const key of ["x".repeat(256), '"', '"open', 'a"b']) {
      const response = await post(client, key);
      expect(response.status).toBe(400);
      expect(response.body).toMatchObject({
        message: expect.stringContaining("Idempotency-Key"),
      });
    }
    expect((await post(client, "x".repeat(255))).status).toBe(201);
  });

  it("gives the short URL again to a client that asks for text", async ({ expect }) => {
    const client = await newNativeClient();
    const headers = { "Idempotency-Key": "text", Accept: "text/plain" };
    const first = await client.call("POST", "/api/links", BODY, headers);
    const second = await client.call("POST", "/api/links", BODY, headers);
    expect(second.text).toBe(first.text);
  });
});
