/** Tests deliveries through the local runtime's real queues, on the real clock. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { upkeepFor } from "../../src/upkeep/upkeep.ts";
import { queueOverdue } from "../../src/webhooks/queueing.ts";
import { broken, envWith } from "../support/faults.ts";
import { arrived, newSubscriber, payloadOf } from "./client.ts";
import { inOutbox, writeEvent } from "./driving.ts";

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

describe("an event that was written and never queued", () => {
  it("an event that was never queued is found by the sweep once overdue, with its id", async ({
    expect,
  }) => {
    const { webhook, box } = await newSubscriber();
    const nowMs = Date.now();
    const message = await writeEvent(webhook, nowMs);
    const upkeep = upkeepFor(env);
    await upkeep.sweep(nowMs + 29_000);
    expect(await box.posts()).toEqual([]);
    await upkeep.sweep(nowMs + 31_000);
    const [post] = (await arrived(box)).map(payloadOf);
    expect(post?.id).toBe(message.eventId);
  });

  it("an event stays in the outbox while the queue fails, and is not requeued at once", async ({
    expect,
  }) => {
    // Rows that other tests left behind would be overdue as well.
    await env.DB.prepare("DELETE FROM webhook_outbox").run();
    const { webhook } = await newSubscriber({ isActive: false });
    const nowMs = Date.now() - 60_000;
    const message = await writeEvent(webhook, nowMs);
    const refusing = envWith({ WEBHOOKS: broken(env.WEBHOOKS) });
    await expect(queueOverdue(refusing, nowMs + 31_000)).rejects.toThrow();
    expect(await inOutbox(message)).toBe(true);
    const queued: unknown[] = [];
    const sendBatch: Queue["sendBatch"] = async (messages) => {
      queued.push(...messages);
      return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
    };
    const counting = envWith({ WEBHOOKS: { ...env.WEBHOOKS, sendBatch } });
    expect(await queueOverdue(counting, nowMs + 31_000)).toBe(1);
    expect(await queueOverdue(counting, nowMs + 32_000)).toBe(0);
    expect(await queueOverdue(counting, nowMs + 632_000)).toBe(1);
    expect(queued).toEqual([{ body: message }, { body: message }]);
  });
});
