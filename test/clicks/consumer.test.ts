import { createMessageBatch, createExecutionContext, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { CLICK_FORMAT, type Click, type ClickMessage } from "../../src/clicks/click.ts";
import { consumeClicks, ingestMessages, storeDeadLetters } from "../../src/clicks/consumer.ts";
import type { LedgerId } from "../../src/ledger/ledger-id.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import { visitorHash } from "../../src/platform/keyed-hash.ts";
import { retryDelaySeconds } from "../../src/platform/retry-delay.ts";
import { secretOf } from "../../src/platform/secrets.ts";
import { freshLedgerId } from "../ledger/fresh-ledger.ts";
import { batchId, dateAt, NOON } from "../ledger/sample-clicks.ts";

const TODAY = { from: dateAt(NOON), to: dateAt(NOON) };
const PHONE =
  "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36";

function captured(ledger: LedgerId, fields: Partial<Click> = {}): Click {
  return {
    ledger,
    linkId: 1,
    atMs: NOON,
    kind: "visit",
    country: "UA",
    city: "Kyiv",
    referrer: "example.com",
    userAgent: PHONE,
    hints: null,
    addressHash: "00112233445566aa",
    scan: false,
    rule: null,
    variant: null,
    token: null,
    ...fields,
  };
}

function messageOf(clicks: readonly Click[], lost: Record<string, number> = {}): ClickMessage {
  return { v: 1, id: batchId(NOON), clicks: clicks.map(CLICK_FORMAT.pack), lost };
}

interface Queued {
  readonly body: unknown;
  readonly attempts?: number;
}

let messages = 0;

/**
 * Runs a consumer over message bodies. Returns which were acked, and how the others are retried.
 */
async function consume(
  consumer: (batch: MessageBatch, env: Cloudflare.Env) => Promise<void>,
  queue: string,
  queued: readonly Queued[],
) {
  const ids = queued.map(() => `message-${(messages += 1)}`);
  const batch = createMessageBatch(
    queue,
    queued.map(({ body, attempts = 1 }, index) => ({
      id: ids[index] ?? "",
      timestamp: new Date(NOON),
      attempts,
      body,
    })),
  );
  await consumer(batch, env);
  const result = await getQueueResult(batch, createExecutionContext());
  return {
    acked: ids.flatMap((id, index) =>
      result.ackAll || result.explicitAcks.includes(id) ? [index] : [],
    ),
    retried: result.retryMessages.map(({ msgId }) => ids.indexOf(msgId)),
  };
}

async function deadLetters(): Promise<readonly string[]> {
  const { results } = await env.DB.prepare("SELECT queue, body FROM dead_letters ORDER BY id").all<{
    queue: string;
    body: string;
  }>();
  return results.map(({ queue, body }) => `${queue}: ${body}`);
}

/** A valid Ledger id whose object is unavailable, because workerd has no jurisdictions. */
const OUT_OF_REACH = `${crypto.randomUUID()}.eu` as LedgerId;

describe("consumeClicks", () => {
  it("counts each Ledger's clicks of all messages, parsed and classified", async ({ expect }) => {
    const [one, other] = [freshLedgerId(), freshLedgerId()];
    const bodies = [
      messageOf([
        captured(one),
        captured(other, { kind: "head" }),
        captured(one, { userAgent: "" }),
      ]),
      messageOf([captured(one, { userAgent: "Twitterbot/1.0" }), captured(one)], { [other]: 4 }),
    ];
    const { acked } = await consume(consumeClicks, "clicks", [
      { body: JSON.stringify(bodies[0]) },
      { body: bodies[1] },
    ]);
    expect(acked).toEqual([0, 1]);
    expect(await ledgerFor(env, one).linkReport(1, TODAY)).toMatchObject({
      period: 2,
      unique: 1,
      classes: { human: 2, bot: 1, unfurler: 1 },
      devices: [{ value: "mobile", clicks: 2 }],
      browsers: [{ value: "Chrome", clicks: 2 }],
      os: [{ value: "Android", clicks: 2 }],
    });
    const { classes } = await ledgerFor(env, other).workspaceReport(TODAY);
    expect(classes).toEqual({ head: 1, lost: 4 });
  });

  it("counts a message once, however often it is redelivered", async ({ expect }) => {
    const ledger = freshLedgerId();
    const body = JSON.stringify(messageOf([captured(ledger), captured(ledger)]));
    await consume(consumeClicks, "clicks", [{ body }, { body }]);
    const { acked } = await consume(consumeClicks, "clicks", [{ body, attempts: 2 }]);
    expect(acked).toEqual([0]);
    expect((await ledgerFor(env, ledger).totals()).clicks).toBe(2);
  });

  it("believes client hints where a user agent hides its browser", async ({ expect }) => {
    const ledger = freshLedgerId();
    const body = messageOf([captured(ledger, { hints: "Brave;Linux;" })]);
    await consume(consumeClicks, "clicks", [{ body }]);
    const { browsers, os, devices } = await ledgerFor(env, ledger).linkReport(1, TODAY);
    expect([browsers, os, devices].map(([first]) => first?.value)).toEqual([
      "Brave",
      "Linux",
      "mobile",
    ]);
  });

  it("tells visitors apart by address and user agent, and keeps neither", async ({ expect }) => {
    const ledger = freshLedgerId();
    const untracked = captured(ledger, { addressHash: null, userAgent: `${PHONE} X` });
    await consume(consumeClicks, "clicks", [
      {
        body: messageOf([
          captured(ledger),
          captured(ledger, { userAgent: PHONE.replace("142", "141") }),
          captured(ledger, { addressHash: "ff112233445566aa" }),
          untracked,
        ]),
      },
    ]);
    const report = await ledgerFor(env, ledger).linkReport(1, TODAY);
    expect(report).toMatchObject({ period: 4, unique: 3 });
    const { clicks } = await ledgerFor(env, ledger).exportLog(null);
    const secret = await secretOf(env, "AUTH_SECRET");
    const hash = (await visitorHash(secret, ledger))("agent", PHONE);
    expect(clicks.map(({ agentHash }) => agentHash).at(0)).toBe(hash);
    expect(clicks.at(-1)).toMatchObject({ addressHash: null, agentHash: null });
    expect(JSON.stringify(clicks)).not.toContain("Mozilla");
  });

  it("sets a malformed message aside, and counts its siblings", async ({ expect }) => {
    const ledger = freshLedgerId();
    const good = messageOf([captured(ledger)]);
    const poison: readonly unknown[] = [
      "not json",
      null,
      [],
      "{}",
      { ...good, clicks: [["x"]] },
      { ...good, clicks: [[...(good.clicks[0] ?? [])].with(1, -1)] },
      { ...good, clicks: [[...(good.clicks[0] ?? [])].with(0, "../1")] },
      { ...good, lost: { [ledger]: -1 } },
      { ...good, v: 0 },
    ];
    const queued = [...poison, JSON.stringify(good)].map((body) => ({ body }));
    const before = (await deadLetters()).length;
    const { acked, retried } = await consume(consumeClicks, "clicks", queued);
    expect(acked).toHaveLength(queued.length);
    expect(retried).toEqual([]);
    expect((await ledgerFor(env, ledger).totals()).clicks).toBe(1);
    const letters = await deadLetters();
    expect(letters).toHaveLength(before + poison.length);
    expect(letters).toContain("clicks: not json");
  });

  it("leaves a message of a newer version to a newer consumer", async ({ expect }) => {
    const { acked, retried } = await consume(consumeClicks, "clicks", [{ body: { v: 2 } }]);
    expect(acked).toEqual([]);
    expect(retried).toEqual([0]);
  });

  it("waits longer after each attempt, and never more than a quarter of an hour", ({ expect }) => {
    const delays = [1, 2, 3, 4, 5, 6, 50].map(retryDelaySeconds);
    expect(delays).toEqual([10, 30, 60, 300, 900, 900, 900]);
  });

  it("retries a message until every one of its Ledgers has it", async ({ expect }) => {
    const ledger = freshLedgerId();
    const shared = JSON.stringify(messageOf([captured(ledger), captured(OUT_OF_REACH)]));
    const own = JSON.stringify(messageOf([captured(ledger)]));
    const first = await consume(consumeClicks, "clicks", [{ body: shared }, { body: own }]);
    expect(first).toEqual({ acked: [1], retried: [0] });
    const ninth = await consume(consumeClicks, "clicks", [{ body: shared, attempts: 9 }]);
    expect(ninth.retried).toEqual([0]);
    expect((await ledgerFor(env, ledger).totals()).clicks).toBe(2);
  });

  it("consumes messages from the real queue, end to end", async ({ expect }) => {
    const ledger = freshLedgerId();
    const body = JSON.stringify(messageOf([captured(ledger)]));
    await env.CLICKS.send(body, { contentType: "text" });
    await vi.waitFor(async () => expect((await ledgerFor(env, ledger).totals()).clicks).toBe(1), {
      timeout: 10_000,
      interval: 50,
    });
  });
});

describe("a click token", () => {
  it("a click token reaches conversions, and stays out of the log", async ({ expect }) => {
    const id = freshLedgerId();
    const ledger = ledgerFor(env, id);
    await ledger.trackVisitors(true);
    const clicks = [captured(id), captured(id, { linkId: 2, token: "Zx81-click_token" })];
    const body = JSON.stringify(messageOf(clicks));
    expect(await consume(consumeClicks, "clicks", [{ body }])).toMatchObject({ acked: [0] });
    const clue = { kind: "token", token: "Zx81-click_token" } as const;
    const given = { goalId: 1, atMs: NOON, orderId: null, value: 1, currency: "USD", clue };
    expect(await ledger.convert(given)).toMatchObject({ attribution: { linkId: 2, clickId: 2 } });
    const log = await ledger.exportLog(null);
    expect(JSON.stringify(log)).not.toContain("Zx81-click_token");
  });

  it.for(["", "a b", "x".repeat(65), 7])("is none when it is %j", async (token, { expect }) => {
    const click = [...CLICK_FORMAT.pack(captured(freshLedgerId())), token];
    const body = { v: 1, id: batchId(NOON), clicks: [click], lost: {} };
    const before = (await deadLetters()).length;
    expect(await consume(consumeClicks, "clicks", [{ body }])).toMatchObject({ acked: [0] });
    expect(await deadLetters()).toHaveLength(before + 1);
  });
});

describe("ingestMessages", () => {
  it("returns the ids of the clicks, and throws when a Ledger is unavailable", async ({
    expect,
  }) => {
    const ledger = freshLedgerId();
    const message = messageOf([captured(ledger)]);
    const [part] = await ingestMessages(env, [message]);
    expect(part).toMatchObject({
      ledger,
      batch: { id: message.id },
      ingested: { firstClickId: 1, repeated: false },
    });
    const lost = messageOf([captured(OUT_OF_REACH)]);
    await expect(ingestMessages(env, [lost])).rejects.toThrow();
  });

  it("splits batches that are too large for one call", async ({ expect }) => {
    const ledger = freshLedgerId();
    const large = Array.from({ length: 30 }, () =>
      messageOf(Array.from({ length: 250 }, () => captured(ledger))),
    );
    const parts = await ingestMessages(env, large);
    expect(parts.map(({ ingested }) => ingested.firstClickId)).toEqual(
      large.map((_, index) => index * 250 + 1),
    );
  });
});

describe("dead letters", () => {
  it("dead letters are kept whole, once, and acked only then", async ({ expect }) => {
    const before = (await deadLetters()).length;
    const queued = [{ body: "some text" }, { body: { event: "link.created" } }];
    const { acked } = await consume(storeDeadLetters, "webhooks-dead", queued);
    expect(acked).toEqual([0, 1]);
    messages -= 2;
    await consume(storeDeadLetters, "webhooks-dead", queued);
    expect((await deadLetters()).slice(before)).toEqual([
      "webhooks-dead: some text",
      'webhooks-dead: {"event":"link.created"}',
    ]);
  });
});
