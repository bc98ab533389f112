/** Tests deliveries through the local runtime's real queues, on the real clock. */

import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import type { OfferedEvent } from "../../src/ledger/deliveries/contract.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import { upkeepFor } from "../../src/upkeep/upkeep.ts";
import { bodyOf, newEventId } from "../../src/webhooks/events.ts";
import { handOver, handOverOverdue } from "../../src/webhooks/hand-over.ts";
import type { Account } from "../support/account.ts";
import { broken, envWith, withMethod } from "../support/faults.ts";
import { arrived, newSubscriber, payloadOf, type WireWebhook } from "./client.ts";
import { queuedOf } from "./driving.ts";

/** The tolerance for the queue's whole seconds and a busy machine. */
const SLACK_MS = 1_000;

describe("the queue", () => {
  it("the queue keeps the schedule within a second", async ({ expect }) => {
    const { call, webhook, box } = await newSubscriber({}, 500, 500, 200);
    const startedMs = Date.now();
    await call("POST", `/api/webhooks/${webhook.id}/test`, {});
    const times = (await arrived(box, 3, 15_000)).map(({ atMs }) => atMs);
    const [first = 0, second = 0, third = 0] = times;
    expect(first - startedMs).toBeLessThan(SLACK_MS);
    for (const [waitedMs, plannedMs] of [
      [second - first, 1_000],
      [third - second, 5_000],
    ] as const) {
      expect(waitedMs).toBeGreaterThanOrEqual(plannedMs);
      expect(waitedMs).toBeLessThan(plannedMs + SLACK_MS);
    }
  });

  it("an endpoint has ten seconds to answer, and delays others by no more than that", async ({
    expect,
  }) => {
    const hanging = await newSubscriber({}, "hang");
    const others = await Promise.all([newSubscriber(), newSubscriber()]);
    const startedMs = Date.now();
    for (let count = 0; count < 5; count += 1) {
      await hanging.call("POST", `/api/webhooks/${hanging.webhook.id}/test`, {});
    }
    for (const { call, webhook } of others) {
      await call("POST", `/api/webhooks/${webhook.id}/test`, {});
    }
    for (const { box } of others) {
      const [post] = await arrived(box, 1, 20_000);
      expect((post?.atMs ?? 0) - startedMs).toBeLessThan(10_000 + 2 * SLACK_MS);
    }
    const unanswered = await hanging.deliveries("?status=pending");
    const [attempt] = unanswered.flatMap(({ attempts }) => attempts);
    expect(attempt).toMatchObject({ status: null, error: "timeout" });
    expect(attempt?.durationMs).toBeGreaterThan(9_900);
    expect(attempt?.durationMs).toBeLessThan(11_500);
    await hanging.call("DELETE", `/api/webhooks/${hanging.webhook.id}`);
  });
});

describe("an event that was written and never handed over", () => {
  it("is found by the sweep once it is overdue, with its id", async ({ expect }) => {
    const { account, webhook, box } = await newSubscriber();
    const nowMs = Date.now();
    const eventId = await writeToOutbox(account, [webhook], nowMs);
    const upkeep = upkeepFor(env);
    await upkeep.sweep(nowMs + 29_000);
    expect(await box.posts()).toEqual([]);
    await upkeep.sweep(nowMs + 31_000);
    const [post] = (await arrived(box)).map(payloadOf);
    expect(post?.id).toBe(eventId);
    expect(await inOutbox(eventId)).toBe(false);
  });

  it("stays while its Ledger fails, holds up no other, and is posted once", async ({ expect }) => {
    const [ada, bob] = [await newSubscriber(), await newSubscriber()];
    const nowMs = Date.now() - 60_000;
    const stuck = await writeToOutbox(ada.account, [ada.webhook], nowMs);
    const other = await writeToOutbox(bob.account, [bob.webhook], nowMs + 1);
    const failing = withMethod(env.LEDGER, "getByName", (name, options) =>
      name === ada.account.workspace.ledger
        ? broken(env.LEDGER.getByName(name, options))
        : env.LEDGER.getByName(name, options),
    );
    await handOverOverdue(envWith({ LEDGER: failing }), nowMs + 31_000);
    const [post] = (await arrived(bob.box)).map(payloadOf);
    expect(post?.id).toBe(other);
    expect([await inOutbox(stuck), await inOutbox(other)]).toEqual([true, false]);
    await handOverOverdue(env, nowMs + 32_000);
    expect(await inOutbox(stuck)).toBe(true);
    await handOverOverdue(env, nowMs + 92_000);
    await arrived(ada.box);
    expect(await inOutbox(stuck)).toBe(false);
  });

  it("is posted once if the Worker dies after the Ledger took it", async ({ expect }) => {
    const { account, webhook, box, deliveries } = await newSubscriber();
    const eventId = await writeToOutbox(account, [webhook], Date.now());
    const prepare: D1Database["prepare"] = (query) => {
      if (query.startsWith("DELETE")) throw new Error("Died before the removal.");
      return env.DB.prepare(query);
    };
    const dying = envWith({ DB: withMethod(env.DB, "prepare", prepare) });
    await expect(handOver(dying, [eventId])).rejects.toThrow("Died");
    await arrived(box);
    await vi.waitFor(async () => expect(await deliveries("?status=delivered")).toHaveLength(1));
    await handOver(env, [eventId]);
    expect(await inOutbox(eventId)).toBe(false);
    expect(await deliveries()).toMatchObject([{ attempts: [{ status: 200 }] }]);
    expect(await box.posts()).toHaveLength(1);
  });
});

describe("a workspace with much to deliver", () => {
  it("has few deliveries in the queue, so that another's waits for few", async ({ expect }) => {
    const [busy, other] = [await newSubscriber(), await newSubscriber()];
    const { ledger } = busy.account.workspace;
    const events = Array.from({ length: 300 }, (_, at) => sampleEvent(busy.webhook, at));
    await ledgerFor(env, ledger).offer(ledger, events);
    expect(await queuedOf(ledger)).toBeLessThanOrEqual(10);
    await other.call("POST", `/api/webhooks/${other.webhook.id}/test`, {});
    await arrived(other.box);
    expect((await busy.box.posts()).length).toBeLessThan(60);
    const posts = await arrived(busy.box, 300, 60_000);
    expect(new Set(posts.map((post) => payloadOf(post).id)).size).toBe(300);
    await vi.waitFor(async () => expect(await queuedOf(ledger)).toBe(0));
  }, 90_000);
});

function sampleEvent({ id }: WireWebhook, at: number): OfferedEvent {
  const eventId = newEventId(Date.now());
  const event = { event: "link.created", atMs: Date.now(), linkId: at } as const;
  return { ...event, eventId, body: bodyOf({ ...event, id: eventId, data: "{}" }), webhooks: [id] };
}

async function writeToOutbox(
  { workspace }: Account,
  webhooks: readonly WireWebhook[],
  atMs: number,
): Promise<string> {
  const eventId = newEventId(atMs);
  await env.DB.prepare(
    `INSERT INTO webhook_outbox
       (event_id, workspace_id, event, at_ms, link_id, data, webhooks, due_at_ms)
     VALUES (?1, ?2, 'link.created', ?3, 1, '{"link":{"id":1}}', ?4, ?3 + 30000)`,
  )
    .bind(eventId, workspace.id, atMs, JSON.stringify(webhooks.map(({ id }) => id)))
    .run();
  return eventId;
}

async function inOutbox(eventId: string): Promise<boolean> {
  const row = await env.DB.prepare("SELECT 1 FROM webhook_outbox WHERE event_id = ?1")
    .bind(eventId)
    .first();
  return row !== null;
}
