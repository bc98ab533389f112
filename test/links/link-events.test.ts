import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { deleteLink } from "../../src/links/delete-link.ts";
import { updateLink } from "../../src/links/update-link.ts";
import type { Account } from "../support/account.ts";
import { input, makeLink, makeLinks, newContext } from "../support/link-context.ts";
import { newNativeClient, newCode } from "../support/native.ts";
import { arrived, newSubscriber, payloadOf, subscribe } from "../webhooks/client.ts";
import { PAYLOAD_KEYS } from "../webhooks/documented.ts";
import { newBox } from "../webhooks/receiver.ts";

describe("changes of links", () => {
  it("changes of links are sent as they happen, with the fields that only the database knows", async ({
    expect,
  }) => {
    const { link, call, box } = await newSubscriber();
    const shortCode = newCode();
    const made = await link({ shortCode, title: "My Link", tags: ["b", "a"] });
    const [created] = await arrived(box);
    const payload = payloadOf(created ?? { atMs: 0, headers: {}, body: "" });
    expect(Object.keys(payload)).toEqual(PAYLOAD_KEYS);
    expect(payload).toEqual({
      id: expect.stringMatching(/^[0-9a-z]{33}$/),
      event: "link.created",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      version: "1.0",
      data: {
        link: {
          id: expect.any(Number),
          short_code: shortCode,
          title: "My Link",
          short_url: `https://sign.test/${shortCode}`,
          destination_url: "https://example.com",
          description: null,
          tags: ["a", "b"],
          active: true,
          archived: false,
          scheduled_start_at: null,
          scheduled_end_at: null,
          expires_at: null,
          created_at: payload.timestamp,
          updated_at: payload.timestamp,
          uuid: made.id,
        },
      },
    });

    await call("PATCH", `/api/links/${made.id}`, {
      title: "Another",
      tags: ["c"],
      expiresAt: "2099-01-02T03:04:05.678Z",
      isArchived: true,
    });
    const [, updated] = (await arrived(box, 2)).map(payloadOf);
    expect(updated).toMatchObject({
      event: "link.updated",
      data: {
        link: {
          id: payload.data["link"]?.["id"],
          title: "Another",
          tags: ["c"],
          archived: true,
          expires_at: "2099-01-02T03:04:05Z",
        },
      },
    });

    await call("DELETE", `/api/links/${made.id}`);
    const [, , deleted] = (await arrived(box, 3)).map(payloadOf);
    expect(deleted).toMatchObject({
      event: "link.deleted",
      data: { link: { short_code: shortCode, title: "Another", tags: ["c"], uuid: made.id } },
    });
  });

  it("delivered events leave nothing in the outbox", async ({ expect }) => {
    const { account, link, box } = await newSubscriber();
    await link();
    await arrived(box);
    await vi.waitFor(async () => expect(await outboxCount(account)).toBe(0));
  });

  it("events reach only active endpoints that subscribe to them", async ({ expect }) => {
    const client = await newNativeClient();
    const [wanted, other, off] = [newBox(), newBox(), newBox()];
    await subscribe(client, { url: other.url, events: ["link.deleted", "link.clicked"] });
    await subscribe(client, { url: off.url, isActive: false });
    await subscribe(client, { url: wanted.url, events: ["link.created", "link.updated"] });
    await client.link();
    const stranger = await newSubscriber();
    await arrived(wanted);
    expect([await other.posts(), await off.posts(), await stranger.box.posts()]).toEqual([
      [],
      [],
      [],
    ]);
  });

  it("changes without a subscriber store no events and cost no round trip", async ({ expect }) => {
    const context = await newContext();
    const batches = vi.spyOn(env.DB, "batch");
    const link = await makeLink(context);
    await updateLink(context, { id: link.id }, { title: "x" });
    await deleteLink(context, { id: link.id });
    expect(batches).toHaveBeenCalledTimes(3);
    const written = env.DB.prepare("SELECT count(*) AS n FROM webhook_outbox WHERE link_id = ?1");
    expect(await written.bind(link.id).first("n")).toBe(0);
    batches.mockRestore();
  });

  it("changes that did not happen store no events", async ({ expect }) => {
    const { account, call, link, box } = await newSubscriber();
    const [first, second] = [await link(), await link()];
    await arrived(box, 2);
    const taken = await call("PATCH", `/api/links/${second.id}`, { shortCode: first.shortCode });
    expect(taken.status).toBe(409);
    const old = { "If-Match": '"99"' };
    expect((await call("PATCH", `/api/links/${first.id}`, { title: "x" }, old)).status).toBe(412);
    expect((await call("DELETE", `/api/links/${first.id}`, undefined, old)).status).toBe(412);
    expect((await call("PATCH", `/api/links/${first.id}`, {})).status).toBe(200);
    const clash = { destinationUrl: "https://example.com", shortCode: first.shortCode };
    expect((await call("POST", "/api/links", clash)).status).toBe(409);
    expect(await box.posts()).toHaveLength(2);
    expect(await outboxCount(account)).toBe(0);
  });

  it("an event is one row, however many endpoints it is for", async ({ expect }) => {
    const client = await newNativeClient();
    for (const box of [newBox(), newBox(), newBox()]) await subscribe(client, { url: box.url });
    const { account } = client;
    const batches = vi.spyOn(env.DB, "batch");
    await client.link();
    const [results] = await Promise.all(batches.mock.results.map(({ value }) => value));
    batches.mockRestore();
    const stored = results.flatMap(({ results: rows }: D1Result<object>) =>
      rows.filter((row) => "eventId" in row),
    );
    expect(stored).toHaveLength(1);
    await vi.waitFor(async () => expect(await outboxCount(account)).toBe(0));
  });

  it("each endpoint receives the same event under the same id", async ({ expect }) => {
    const { box, link, call } = await newSubscriber();
    const another = newBox();
    await subscribe({ call }, { url: another.url });
    await link();
    const [one] = await arrived(box);
    const [two] = await arrived(another);
    expect(one?.body).toBe(two?.body);
    expect(one?.headers["webhook-id"]).toBe(two?.headers["webhook-id"]);
    expect(one?.headers["x-pvtlnk-delivery"]).not.toBe(two?.headers["x-pvtlnk-delivery"]);
  });

  it("a thousand links created in one call store one event each", async ({ expect }) => {
    const context = await newContext();
    const box = newBox();
    const client = await newNativeClient();
    const { account } = client;
    await subscribe(client, { url: box.url });
    const made = await makeLinks(
      { ...context, access: { ...context.access, workspace: account.workspace } },
      Array.from({ length: 1_000 }, (_, at) => input({ title: `Link ${at}` })),
    );
    expect(made.every(({ ok }) => ok)).toBe(true);
    const payloads = (await arrived(box, 1_000, 100_000)).map(payloadOf);
    expect(new Set(payloads.map(({ event }) => event))).toEqual(new Set(["link.created"]));
    expect(new Set(payloads.map(({ id }) => id)).size).toBe(1_000);
    expect(new Set(payloads.map(({ data }) => data["link"]?.["title"])).size).toBe(1_000);
    expect(payloads).toHaveLength(1_000);
    await vi.waitFor(async () => expect(await outboxCount(account)).toBe(0));
  }, 120_000);
});

async function outboxCount({ workspace }: Account): Promise<number | null> {
  return env.DB.prepare("SELECT count(*) AS n FROM webhook_outbox WHERE workspace_id = ?1")
    .bind(workspace.id)
    .first<number>("n");
}
