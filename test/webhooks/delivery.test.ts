import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { DAY_MS, HOUR_MS } from "../../src/platform/clock.ts";
import { fakeInternet } from "../platform/fake-internet.ts";
import { broken, envWith, withMethod } from "../support/faults.ts";
import { newSubscriber, type Subscriber, type WireWebhook } from "./client.ts";
import { handOver, newClock, queuedOf, runToEnd, worldAt, writeEvent } from "./driving.ts";

describe("a delivery that is answered with", () => {
  const cases: readonly [answer: string | number, status: string, log: object][] = [
    [200, "delivered", { status: 200, error: null, response: "answered 200" }],
    [204, "delivered", { status: 204, error: null, response: null }],
    [301, "failed", { status: 301, error: null, response: "answered 301" }],
    [404, "failed", { status: 404, error: null, response: "answered 404" }],
    [500, "failed", { status: 500, error: null, response: "answered 500" }],
    ["huge", "delivered", { status: 200, error: null, response: "x".repeat(2_048) }],
    ["stuck", "delivered", { status: 200, error: null, response: "." }],
    ["drip", "delivered", { status: 200, error: null }],
    ["cut", "delivered", { status: 200, error: null }],
    ["gzip", "delivered", { status: 200, error: null, response: null }],
    ["reset", "failed", { status: null, error: "network", response: null }],
  ];

  it.for(cases)("%s ends %s, and the log says so", async ([answer, status, log], { expect }) => {
    const { webhook, box, deliveries } = await newSubscriber({}, answer);
    const clock = newClock();
    const message = await writeEvent(webhook, clock());
    const delays = await runToEnd(message, clock);
    expect(delays).toEqual(status === "delivered" ? [] : [1, 5, 30]);
    const [delivery, ...others] = await deliveries();
    expect(others).toEqual([]);
    expect(delivery).toMatchObject({ status, eventId: message.eventId, nextAttemptAt: null });
    expect(delivery?.attempts).toHaveLength(delays.length + 1);
    for (const attempt of delivery?.attempts ?? []) {
      expect(attempt).toMatchObject({ ...log, durationMs: expect.any(Number) });
    }
    expect(await box.posts()).toHaveLength(delays.length + 1);
    expect(await queuedOf(message.ledger)).toBe(0);
  });

  it("a redirect is not followed", async ({ expect }) => {
    const { webhook, box } = await newSubscriber({}, 301);
    const clock = newClock();
    await runToEnd(await writeEvent(webhook, clock()), clock);
    const redirected = await fetch(new URL("/redirected", box.url));
    expect(await redirected.json()).toEqual([]);
  });

  it("failures and then a success is not attempted again", async ({ expect }) => {
    const { webhook, deliveries } = await newSubscriber({}, 500, "reset", 200);
    const clock = newClock();
    expect(await runToEnd(await writeEvent(webhook, clock()), clock)).toEqual([1, 5]);
    expect(await deliveries("?status=delivered")).toMatchObject([
      { responseStatus: 200, attempts: [{ status: 500 }, { error: "network" }, { status: 200 }] },
    ]);
    expect(await healthOf(webhook)).toMatchObject({ failing_since_ms: null });
  });

  it("429 or 503 waits as long as its Retry-After asks for", async ({ expect }) => {
    const { webhook } = await newSubscriber({}, 429, 503, 200);
    const clock = newClock();
    // The endpoint asks for two seconds: more than the first delay, less than the second.
    expect(await runToEnd(await writeEvent(webhook, clock()), clock)).toEqual([2, 5]);
  });

  it("410 disables the endpoint, which receives nothing more", async ({ expect }) => {
    const { webhook, box, deliveries, call } = await newSubscriber({}, 410);
    const clock = newClock();
    const [first, second] = [
      await writeEvent(webhook, clock()),
      await writeEvent(webhook, clock() + 1),
    ];
    expect(await runToEnd(first, clock)).toEqual([]);
    expect(await runToEnd(second, clock)).toEqual([]);
    expect(await box.posts()).toHaveLength(1);
    const read = await call("GET", `/api/webhooks/${webhook.id}`);
    expect(read.body).toMatchObject({ isActive: false, disabledReason: "gone" });
    expect(await deliveries()).toMatchObject([
      { status: "failed", error: "disabled" },
      { status: "failed", responseStatus: 410 },
    ]);
  });
});

describe("a delivery that is not answered", () => {
  // The real limit is ten seconds, which test/webhooks/queues.test.ts waits for.
  const LIMIT_MS = 1_000;

  it.for(["hang"])(
    "(%s) ends when its time is over and goes on in the slow queue",
    async (answer, { expect }) => {
      const { webhook, deliveries } = await newSubscriber({}, answer);
      const clock = newClock();
      const message = await writeEvent(webhook, clock());
      const sent: unknown[] = [];
      const slow = withMethod(env.WEBHOOKS_SLOW, "send", async (body, options) => {
        sent.push([body, options]);
        return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
      });
      const environment = envWith({ WEBHOOKS_SLOW: slow });
      const world = worldAt(clock, { postLimitMs: LIMIT_MS });
      const startedMs = Date.now();
      expect(await handOver(message, world, { environment })).toEqual({ kind: "acked" });
      expect(Date.now() - startedMs).toBeGreaterThan(LIMIT_MS - 100);
      expect(Date.now() - startedMs).toBeLessThan(LIMIT_MS + 4_000);
      expect(sent).toEqual([[message, { delaySeconds: 1 }]]);
      const [delivery] = await deliveries("?status=pending");
      expect(delivery).toMatchObject({
        attempts: [{ error: "timeout", status: null }],
      });

      // Other messages for the endpoint move to the slow queue without an attempt.
      const another = await writeEvent(webhook, clock());
      expect(await handOver(another, world, { environment })).toEqual({ kind: "acked" });
      expect(sent[1]).toEqual([another, { delaySeconds: 0 }]);
      expect(Date.now() - startedMs).toBeLessThan(LIMIT_MS + 5_000);
    },
  );

  it.for(["webhooks-slow", "signpost-staging-webhooks-slow"])(
    "comes back from %s with the endpoint's first answer",
    async (queue, { expect }) => {
      const { webhook, box } = await newSubscriber({}, 500, 200);
      await setHealth(webhook, "is_slow = 1");
      const clock = newClock();
      const message = await writeEvent(webhook, clock());
      expect(await handOver(message, worldAt(clock), { queue })).toEqual({
        kind: "retried",
        delaySeconds: 1,
      });
      expect(await healthOf(webhook)).toMatchObject({ is_slow: 0 });
      clock.pass(1_000);
      expect(await handOver(message, worldAt(clock))).toEqual({ kind: "acked" });
      expect(await box.posts()).toHaveLength(2);
    },
  );
});

describe("the same message twice", () => {
  it("a message that is delivered twice makes one post per attempt, even concurrently", async ({
    expect,
  }) => {
    const { webhook, box } = await newSubscriber({}, "late", 200);
    const clock = newClock();
    const message = await writeEvent(webhook, clock());
    const [one, other] = await Promise.all([
      handOver(message, worldAt(clock)),
      new Promise((resolve) => setTimeout(resolve, 300)).then(() =>
        handOver(message, worldAt(clock)),
      ),
    ]);
    expect([one, other]).toEqual([{ kind: "acked" }, { kind: "retried", delaySeconds: 30 }]);
    clock.pass(30_000);
    expect(await handOver(message, worldAt(clock))).toEqual({ kind: "acked" });
    expect(await box.posts()).toHaveLength(1);
  });

  it("a message that is redelivered early waits for the time of the next attempt", async ({
    expect,
  }) => {
    const { webhook, box } = await newSubscriber({}, 500);
    const clock = newClock();
    const message = await writeEvent(webhook, clock());
    expect(await handOver(message, worldAt(clock))).toMatchObject({ delaySeconds: 1 });
    clock.pass(200);
    expect(await handOver(message, worldAt(clock))).toMatchObject({ delaySeconds: 1 });
    expect(await box.posts()).toHaveLength(1);
  });

  it("an attempt whose consumer died is taken over, and the log has no gap", async ({ expect }) => {
    const { webhook, deliveries } = await newSubscriber();
    const clock = newClock();
    const message = await writeEvent(webhook, clock());
    const dying = worldAt(clock, {
      random01: () => {
        throw new Error("Died after the post.");
      },
    });
    expect(await handOver(message, dying)).toMatchObject({ kind: "retried", delaySeconds: 10 });
    clock.pass(10_000);
    expect(await handOver(message, worldAt(clock))).toMatchObject({ delaySeconds: 20 });
    clock.pass(20_000);
    expect(await handOver(message, worldAt(clock))).toEqual({ kind: "acked" });
    expect(await deliveries()).toMatchObject([
      { status: "delivered", attempts: [{ error: "interrupted" }, { status: 200 }] },
    ]);
  });
});

describe("an endpoint that only fails", () => {
  it("an endpoint is disabled after five days of failures, with the reason", async ({ expect }) => {
    const { webhook, call } = await newSubscriber({}, 500);
    const clock = newClock();
    await runToEnd(await writeEvent(webhook, clock()), clock);
    clock.pass(5 * DAY_MS - HOUR_MS);
    await runToEnd(await writeEvent(webhook, clock()), clock);
    expect(await healthOf(webhook)).toMatchObject({ is_active: 1 });
    clock.pass(HOUR_MS);
    expect(await runToEnd(await writeEvent(webhook, clock()), clock)).toEqual([]);
    const read = await call("GET", `/api/webhooks/${webhook.id}`);
    expect(read.body).toMatchObject({ isActive: false, disabledReason: "failing" });

    const on = await call("PATCH", `/api/webhooks/${webhook.id}`, { isActive: true });
    expect(on.body).toMatchObject({
      isActive: true,
      disabledReason: null,
      failingSince: null,
    });
  });

  it("an endpoint stays active if one success interrupts its failures", async ({ expect }) => {
    const { webhook } = await newSubscriber({}, 500, 500, 500, 500, 200, 500);
    const clock = newClock();
    await runToEnd(await writeEvent(webhook, clock()), clock);
    clock.pass(3 * DAY_MS);
    await runToEnd(await writeEvent(webhook, clock()), clock);
    clock.pass(3 * DAY_MS);
    await runToEnd(await writeEvent(webhook, clock()), clock);
    expect(await healthOf(webhook)).toMatchObject({ is_active: 1, disabled_reason: null });
  });
});

describe("the extended policy", () => {
  it("the extended policy goes up to a day between two attempts, with jitter", async ({
    expect,
  }) => {
    const { webhook, box } = await newSubscriber({ retryPolicy: "extended" }, 500);
    const clock = newClock();
    const delays = await runToEnd(await writeEvent(webhook, clock()), clock);
    const hours = [2, 5, 10, 14, 20, 24].map((count) => count * 3_600);
    expect(delays).toEqual([1, 5, 30, 300, 1_800, ...hours]);
    expect(await box.posts()).toHaveLength(12);
  });
});

describe("a target that has moved to a private network since it was stored", () => {
  it("gets no post", async ({ expect }) => {
    const { webhook, deliveries } = await newSubscriber();
    const world = fakeInternet({ records: { "hook.example.com A": ["10.0.0.7"] } });
    await setHealth(webhook, "url = 'https://hook.example.com/x'");
    const clock = newClock();
    const message = await writeEvent(webhook, clock());
    await runToEnd(message, clock, worldAt(clock, { policy: world.policy }));
    expect(world.sent).toEqual([]);
    expect(world.asked.filter((question) => question === "hook.example.com A")).toHaveLength(4);
    const [delivery] = await deliveries();
    expect(delivery).toMatchObject({ status: "failed", error: "blocked: private_address" });
  });
});

describe("when our own storage fails", () => {
  it("a message is kept and retried later", async ({ expect }) => {
    const { webhook, box } = await newSubscriber();
    const clock = newClock();
    const message = await writeEvent(webhook, clock());
    for (const [attempts, delaySeconds] of [
      [1, 10],
      [4, 300],
      [50, 900],
    ] as const) {
      const environment = envWith({ DB: broken(env.DB) });
      const fate = await handOver(message, worldAt(clock), { attempts, environment });
      expect(fate).toEqual({ kind: "retried", delaySeconds });
    }
    expect(await box.posts()).toEqual([]);
  });

  it("an unreadable message is set aside, and one of a newer version is retried", async ({
    expect,
  }) => {
    const world = worldAt(newClock());
    expect(await handOver({ v: 2, news: true }, world)).toMatchObject({ kind: "retried" });
    const unreadable = [null, 7, "x", {}, { v: 1 }, { v: 1, ledger: "x", eventId: "e" }];
    for (const body of unreadable) expect(await handOver(body, world)).toEqual({ kind: "acked" });
    const kept = await env.DB.prepare(
      "SELECT count(*) AS n FROM dead_letters WHERE queue = 'webhooks'",
    ).first("n");
    // All messages of this test share one id, which is stored once.
    expect(kept).toBe(1);
  });

  it("a message for a deleted endpoint is acknowledged", async ({ expect }) => {
    const { webhook, call } = await newSubscriber();
    const clock = newClock();
    const message = await writeEvent(webhook, clock());
    await call("DELETE", `/api/webhooks/${webhook.id}`);
    expect(await handOver(message, worldAt(clock))).toEqual({ kind: "acked" });
    expect(await queuedOf(message.ledger)).toBe(0);
  });
});

async function healthOf({ id }: WireWebhook) {
  return env.DB.prepare(
    "SELECT is_active, is_slow, failing_since_ms, disabled_reason FROM webhooks WHERE uuid = ?1",
  )
    .bind(id)
    .first();
}

async function setHealth({ id }: Subscriber["webhook"], columns: string): Promise<void> {
  await env.DB.prepare(`UPDATE webhooks SET ${columns} WHERE uuid = ?1`).bind(id).run();
}
