import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import worker from "../src/worker.ts";

async function consume(queue: string, body: unknown) {
  const batch = createMessageBatch(queue, [
    { id: crypto.randomUUID(), timestamp: new Date(), attempts: 1, body },
  ]);
  await worker.queue(batch, env);
  return await getQueueResult(batch, createExecutionContext());
}

describe("the front door's queues", () => {
  it.for(["webhooks-dead", "acme-clicks-dead", "signpost-staging-webhooks-dead"])(
    "a message of %s is kept as a dead letter",
    async (queue, { expect }) => {
      const body = crypto.randomUUID();
      expect(await consume(queue, body)).toMatchObject({ ackAll: true });
      const kept = await env.DB.prepare("SELECT queue FROM dead_letters WHERE body = ?1")
        .bind(body)
        .first("queue");
      expect(kept).toBe(queue);
    },
  );

  it.for([
    ["clicks", { v: 1, id: "1", clicks: [], lost: {} }],
    ["acme-clicks", { v: 1, id: "2", clicks: [], lost: {} }],
    ["acme-webhooks", { v: 1, webhookId: 0, eventId: "gone" }],
    ["signpost-staging-webhooks-slow", { v: 1, webhookId: 0, eventId: "gone" }],
  ] as const)("a message of %s finds its consumer", async ([queue, body], { expect }) => {
    const { explicitAcks } = await consume(queue, body);
    expect(explicitAcks).toHaveLength(1);
  });

  it("a queue that is none of ours is refused loudly", async ({ expect }) => {
    await expect(consume("orders", {})).rejects.toThrow("No consumer for the queue orders");
  });
});
