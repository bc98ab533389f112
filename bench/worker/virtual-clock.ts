/**
 * A clock that stands still between two clicks, so that hours of traffic pass in seconds and the
 * code under measurement waits as long as it would: `Date.now` and `scheduler.wait` are replaced.
 */

export interface VirtualClock {
  now(): number;
  /** Lets time pass; whoever wakes up in between runs until it waits again. */
  advanceTo(atMs: number): Promise<void>;
  /** Waits until everything that was started waits for the clock or is done. */
  settle(): Promise<void>;
  /** Lets time pass until nobody waits. */
  finish(): Promise<void>;
  /** What a request leaves running: `ctx.waitUntil`. */
  readonly context: ExecutionContext;
  /** Gives the real time back. */
  stop(): void;
}

interface Sleeper {
  readonly atMs: number;
  wake(): void;
}

export function virtualClock(startMs: number): VirtualClock {
  const realNow = Date.now;
  const realWait = scheduler.wait.bind(scheduler);
  const sleepers: Sleeper[] = [];
  let nowMs = startMs;
  let running = 0;
  let failure: Error | null = null;

  Date.now = () => Math.floor(nowMs);
  replaceWait(async (ms) => {
    await new Promise<void>((wake) => sleepers.push({ atMs: nowMs + ms, wake }));
  });

  function waitUntil(work: Promise<unknown>): void {
    running += 1;
    const ended = (error?: unknown): void => {
      running -= 1;
      if (error !== undefined) failure ??= new Error("Background work failed.", { cause: error });
    };
    work.then(() => ended(), ended);
  }

  async function settle(): Promise<void> {
    while (running > sleepers.length) await realWait(0);
    if (failure !== null) throw failure;
  }

  async function advanceTo(atMs: number): Promise<void> {
    for (;;) {
      sleepers.sort((a, b) => a.atMs - b.atMs);
      const [first] = sleepers;
      if (first === undefined || first.atMs > atMs) break;
      sleepers.shift();
      nowMs = Math.max(nowMs, first.atMs);
      first.wake();
      await settle();
    }
    nowMs = atMs;
  }

  return {
    now: () => nowMs,
    advanceTo,
    settle,
    async finish() {
      await settle();
      for (let [next] = sleepers; next !== undefined; [next] = sleepers) await advanceTo(next.atMs);
    },
    context: { waitUntil, passThroughOnException: () => undefined, props: {} } as ExecutionContext,
    stop() {
      Date.now = realNow;
      replaceWait(realWait);
    },
  };
}

function replaceWait(wait: Scheduler["wait"]): void {
  Object.defineProperty(scheduler, "wait", { value: wait, configurable: true, writable: true });
}
