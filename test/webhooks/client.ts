/** An account with webhooks, made through the API, whose deliveries arrive at the receiver. */

import { env } from "cloudflare:workers";
import { onTestFinished, vi } from "vitest";

import { type NativeClient, newNativeClient } from "../support/native.ts";
import type { ReceivedPost } from "../support/received-post.ts";
import { type Box, newBox } from "./receiver.ts";

export type WireWebhook = Record<string, unknown> & {
  readonly id: string;
  readonly secret: string;
};

export type WireDelivery = Record<string, unknown> & {
  readonly id: string;
  readonly status: string;
  readonly attempts: readonly {
    readonly status: number | null;
    readonly error: string | null;
    readonly response: string | null;
    readonly durationMs: number | null;
    readonly at: string;
  }[];
};

export interface Subscriber extends NativeClient {
  readonly box: Box;
  readonly webhook: WireWebhook;
  /** Newest first. */
  deliveries(query?: string): Promise<WireDelivery[]>;
}

/** Makes an account with one webhook, whose receiver gives these answers in turn. */
export async function newSubscriber(
  fields: Record<string, unknown> = {},
  ...answers: readonly (number | string)[]
): Promise<Subscriber> {
  const client = await newNativeClient();
  const box = newBox(...answers);
  const webhook = await subscribe(client, { url: box.url, ...fields });
  return {
    ...client,
    box,
    webhook,
    async deliveries(query = "") {
      const response = await client.call<WireDelivery[]>(
        "GET",
        `/api/webhooks/${webhook.id}/deliveries${query}`,
      );
      if (response.status !== 200) throw new Error(response.text);
      return response.body;
    },
  };
}

/**
 * Makes a webhook and deletes it after the test. Otherwise its pending deliveries would hold up
 * those of the next test.
 */
export async function subscribe(
  client: Pick<NativeClient, "call">,
  fields: Record<string, unknown>,
): Promise<WireWebhook> {
  const created = await client.call<WireWebhook>("POST", "/api/webhooks", {
    events: ["*"],
    ...fields,
  });
  if (created.status !== 201) throw new Error(created.text);
  const webhook = created.body;
  onTestFinished(async () => {
    await env.DB.prepare("DELETE FROM webhooks WHERE uuid = ?1").bind(webhook.id).run();
  });
  return webhook;
}

/** Waits until a box has this many posts, and returns them in order of arrival. */
export async function arrived(box: Box, count = 1, timeout = 8_000): Promise<ReceivedPost[]> {
  return vi.waitFor(
    async () => {
      const posts = await box.posts();
      if (posts.length < count) throw new Error(`${posts.length} of ${count} posts have come.`);
      return posts;
    },
    // Each poll reads all posts so far.
    { timeout, interval: Math.max(50, count) },
  );
}

export interface Payload {
  readonly id: string;
  readonly event: string;
  readonly timestamp: string;
  readonly version: string;
  readonly data: Record<string, Record<string, unknown> | null>;
}

export function payloadOf({ body }: ReceivedPost): Payload {
  return JSON.parse(body);
}
