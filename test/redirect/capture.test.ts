import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { CLICK_FORMAT, type ClickMessage } from "../../src/clicks/click.ts";
import type { LedgerId } from "../../src/ledger/ledger-id.ts";
import { CAPTURE_SETTINGS, type CaptureSettings } from "../../src/redirect/capture-settings.ts";
import { createCapture, type Capture, type CaptureParts } from "../../src/redirect/capture.ts";
import { clickMessage, messageBytes, type CapturedClick } from "../../src/redirect/pack.ts";
import { envWith, withMethod } from "../support/faults.ts";
import { BROWSER } from "../support/following.ts";

const SETTINGS: CaptureSettings = {
  ...CAPTURE_SETTINGS,
  pauseMs: 20,
  sendMs: 100,
  leaseMs: 200,
  drainMs: 400,
  retryMs: 10,
};

function click(linkId: number, changes: Partial<CapturedClick["visitor"]> = {}): CapturedClick {
  return {
    ledger: "7" as LedgerId,
    linkId,
    atMs: Date.now(),
    excluded: undefined,
    scan: false,
    rule: null,
    variant: null,
    token: null,
    visitor: {
      address: "203.0.113.5",
      country: "NL",
      city: "Utrecht",
      referer: "https://www.news.example/a",
      userAgent: BROWSER,
      hints: null,
      timezone: null,
      kind: "visit",
      optedOut: false,
      excluded: false,
      ...changes,
    },
  };
}

type Send = (body: string) => Promise<void>;

interface Bench {
  readonly capture: Capture;
  readonly environment: Cloudflare.Env;
  readonly sent: ClickMessage[];
  readonly stored: ClickMessage[];
  readonly add: (linkId: number) => void;
  /** Resolves when every click is known to be stored. */
  readonly settled: () => Promise<void>;
}

/** Creates a capture whose queue calls `send`, then records; the fallback records too. */
function bench(
  send: Send = () => Promise.resolve(),
  settings = SETTINGS,
  direct: CaptureParts["ingestDirectly"] | null = null,
): Bench {
  const sent: ClickMessage[] = [];
  const stored: ClickMessage[] = [];
  const queueSend = (async (body: string) => {
    await send(body);
    sent.push(JSON.parse(body) as ClickMessage);
  }) as unknown as Queue["send"];
  const environment = envWith({ CLICKS: withMethod(env.CLICKS, "send", queueSend) });
  const capture = createCapture(
    {
      loadPacking: () => Promise.resolve({ clickMessage, messageBytes }),
      ingestDirectly: direct ?? (async (_env, message) => void stored.push(message)),
    },
    settings,
  );
  const ctx = { waitUntil: () => {} };
  return {
    capture,
    environment,
    sent,
    stored,
    add: (linkId) => capture.add(click(linkId), environment, ctx),
    settled: () =>
      vi.waitFor(
        () => {
          if (capture.held() > 0) throw new Error(`${capture.held()} clicks are held`);
        },
        { timeout: 5_000 },
      ),
  };
}

function linkIds(messages: readonly ClickMessage[]): number[] {
  return messages.flatMap(({ clicks }) =>
    clicks.map((packed) => CLICK_FORMAT.unpack(packed).linkId),
  );
}

const ascending = (a: number, b: number) => a - b;
const numbers = (n: number) => Array.from({ length: n }, (_, index) => index);

describe("a click message", () => {
  it("carries hashes and hosts, and never an address", async ({ expect }) => {
    const { capture, environment, sent, settled, add } = bench();
    add(1);
    capture.add(click(2, { optedOut: true }), environment, { waitUntil: () => {} });
    await settled();
    expect(JSON.stringify(sent)).not.toContain("203.0.113.5");
    const clicks = sent.flatMap((message) => message.clicks.map(CLICK_FORMAT.unpack));
    expect(clicks).toMatchObject([
      { linkId: 1, referrer: "news.example", city: "Utrecht" },
      { linkId: 2, referrer: "news.example", city: null, addressHash: null },
    ]);
    expect(clicks[0]?.addressHash).toMatch(/^[0-9a-f]{16}$/);
  });

  it("stays within its size, whatever strings the visitors send", async ({ expect }) => {
    const { capture, environment, sent, settled } = bench();
    const waitUntil = () => {};
    for (const n of numbers(1_000)) {
      const userAgent = n % 2 === 0 ? '\u00ff"\\'.repeat(170) : "x".repeat(512);
      const referer = `https://${"a".repeat(60)}.example/${"\u00e9".repeat(300)}`;
      const city = "Łódź ".repeat(10);
      capture.add(click(n, { userAgent, referer, city }), environment, { waitUntil });
    }
    await settled();
    const sizes = sent.map((message) => new TextEncoder().encode(JSON.stringify(message)).length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(61_000);
    expect(linkIds(sent)).toEqual(numbers(1_000));
  });
});

describe("the drain", () => {
  it("sends an idle isolate's first click at once and gathers the rest", async ({ expect }) => {
    const { sent, settled, add } = bench();
    add(0);
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    for (const n of numbers(99)) add(n + 1);
    await settled();
    expect(sent.map(({ clicks }) => clicks.length)).toEqual([1, 99]);
    expect(linkIds(sent)).toEqual(numbers(100));
  });

  it("loses and repeats no click, in any rhythm of arrivals", async ({ expect }) => {
    const { sent, settled, add } = bench(() => scheduler.wait(3));
    for (const n of numbers(500)) {
      add(n);
      if (n % 7 === 0) await scheduler.wait(n % 5);
    }
    await settled();
    expect(linkIds(sent)).toEqual(numbers(500));
    expect(new Set(sent.map(({ id }) => id)).size).toBe(sent.length);
  });

  it("hands over when its time is up, and loses no click", async ({ expect }) => {
    const { sent, settled, add } = bench();
    const until = Date.now() + 3 * SETTINGS.drainMs;
    let n = 0;
    while (Date.now() < until) {
      add(n);
      n += 1;
      await scheduler.wait(5);
    }
    await settled();
    expect(linkIds(sent)).toEqual(numbers(n));
  });

  it("names batches so that they sort by time", async ({ expect }) => {
    const { sent, settled, add } = bench();
    for (const n of numbers(5)) {
      add(n);
      await scheduler.wait(30);
    }
    await settled();
    const ids = sent.map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted());
    expect(ids[0]).toMatch(/^[0-9a-z]{9}[0-9a-f]{20}$/);
  });
});

describe("when the queue fails", () => {
  it("stores the batch directly, under the id that the queue was given", async ({ expect }) => {
    const tried: string[] = [];
    const { sent, stored, settled, add } = bench(async (body) => {
      tried.push((JSON.parse(body) as ClickMessage).id);
      throw new Error("Too Many Requests");
    });
    for (const n of numbers(20)) add(n);
    await settled();
    expect(sent).toEqual([]);
    expect(linkIds(stored)).toEqual(numbers(20));
    expect(stored.map(({ id }) => id)).toEqual(tried);
  });

  it("does not wait for a send that never settles", async ({ expect }) => {
    const { stored, settled, add } = bench(() => new Promise(() => {}));
    add(1);
    add(2);
    await settled();
    expect(linkIds(stored).toSorted(ascending)).toEqual([1, 2]);
  });

  it("keeps a batch while queue and Ledger fail, and sends it when they recover", async ({
    expect,
  }) => {
    let down = true;
    const refuse = async () => {
      if (down) throw new Error("down");
    };
    const { sent, settled, add, capture } = bench(refuse, SETTINGS, refuse);
    add(1);
    await scheduler.wait(150);
    expect(capture.held()).toBe(1);
    down = false;
    await settled();
    expect(linkIds(sent)).toEqual([1]);
  });
});

describe("when the drain's own request is cancelled", () => {
  it("the next click takes the lease and sends the same batch under the same id", async ({
    expect,
  }) => {
    const tried: ClickMessage[] = [];
    let cancelled = true;
    // Neither the send nor the fallback ever settles, because their context is gone.
    const stuck = async (message: ClickMessage) => {
      tried.push(message);
      if (cancelled) await new Promise(() => {});
    };
    const { sent, settled, add } = bench(
      (body) => stuck(JSON.parse(body) as ClickMessage),
      { ...SETTINGS, sendMs: 60_000 },
      async (_env, message) => stuck(message),
    );
    add(1);
    await scheduler.wait(SETTINGS.leaseMs / 2);
    add(2);
    expect(tried.map(({ clicks }) => clicks.length)).toEqual([1]);

    cancelled = false;
    await scheduler.wait(SETTINGS.leaseMs);
    add(3);
    await settled();
    expect(linkIds(sent).toSorted(ascending)).toEqual([1, 2, 3]);
    expect(sent.map(({ id }) => id)).toContain(tried[0]?.id);
  });
});

describe("a full buffer", () => {
  it("counts lost clicks by Ledger, and reports them in the next message", async ({ expect }) => {
    const { sent, settled, add } = bench(undefined, { ...SETTINGS, heldMax: 50 });
    for (const n of numbers(80)) add(n);
    await settled();
    expect(linkIds(sent)).toEqual(numbers(50));
    expect(sent.map(({ lost }) => lost["7"] ?? 0).reduce((a, b) => a + b)).toBe(30);
  });
});
