/** Kills the local runtime, whose queues are in memory, between a change and the posts that tell of it. */

import { afterAll, beforeAll, describe, it } from "vitest";

import type { ReceivedPost } from "../support/received-post.ts";
import { mortalServer, type MortalServer } from "./support/mortal-server.ts";
import { startReceiver, type Receiver } from "./support/receiver.ts";

/** Half a minute until a row counts as overdue, and up to one until the sweep comes by. */
const RECOVERY_MS_MAX = 110_000;

// Processes are found with `ps`.
describe.skipIf(process.platform === "win32")("a runtime that is killed", () => {
  let server: MortalServer;
  let receiver: Receiver;
  beforeAll(async () => {
    [server, receiver] = await Promise.all([mortalServer(), startReceiver()]);
    await server.start();
  }, 90_000);
  afterAll(async () => {
    await Promise.all([server.close(), receiver.close()]);
  });

  it(
    "loses no event of a change, even twice: each arrives in two minutes, with the same id",
    { timeout: 2 * RECOVERY_MS_MAX + 120_000 },
    async ({ expect }) => {
      const call = await signUp(server.origin);
      const posts = async (box: string): Promise<ReceivedPost[]> => {
        const response = await fetch(`${receiver.origin}/${box}`);
        return (await response.json()) as ReceivedPost[];
      };
      const create = (title: string) =>
        call("/api/links", { destinationUrl: "https://example.com", title });
      // It does not answer, so its other deliveries wait behind that one, in memory. Those of the
      // second endpoint may or may not have been posted when the runtime is killed.
      const first = await call("/api/webhooks", {
        url: `${receiver.origin}/first/hang,hang,200`,
        events: ["*"],
      });
      await create("one");
      await until(async () => (await posts("first")).length === 1);
      await call("/api/webhooks", { url: `${receiver.origin}/second/200`, events: ["*"] });
      for (const title of ["two", "three"]) await create(title);
      await server.kill();
      const [begun] = (await posts("first")).map(idOf);

      // What has been queued again is in memory, too, when the runtime is killed once more.
      await server.start();
      await until(async () => (await posts("first")).length === 2, RECOVERY_MS_MAX);
      await server.kill();
      await server.start();
      const arrived = async (box: string) => new Set((await posts(box)).map(titleOf)).size;
      await until(
        async () =>
          (await arrived("first")) === 3 &&
          (await arrived("second")) === 2 &&
          // The last post of the first two that did not answer.
          (await posts("first")).length === 5,
        RECOVERY_MS_MAX,
      );
      const told = await posts("first");
      const ids = new Set(told.map(idOf));
      expect(ids.size).toBe(3);
      expect((await posts("second")).every((post) => ids.has(idOf(post)))).toBe(true);

      const log = await call(`/api/webhooks/${String(first["id"])}/deliveries`);
      const ofBegun = (log as unknown as Record<string, unknown>[]).find(
        ({ eventId }) => eventId === begun,
      );
      expect(ofBegun).toMatchObject({ status: "delivered" });
      const { attempts } = ofBegun as { attempts: readonly Record<string, unknown>[] };
      expect(attempts.at(0)).toMatchObject({ error: "interrupted" });
      expect(attempts.at(-1)).toMatchObject({ status: 200 });
    },
  );
});

type Call = (path: string, body?: unknown) => Promise<Record<string, unknown>>;

/** Makes an account, and gives what calls the API as it. */
async function signUp(origin: string): Promise<Call> {
  const send = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(origin + path, {
      headers: { "content-type": "application/json", origin, ...headers },
      ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
    });
  const signedUp = await send("/api/auth/sign-up/email", {
    name: "Ada",
    email: "ada@example.com",
    password: "correct horse battery staple",
  });
  const cookie = signedUp.headers
    .getSetCookie()
    .map((text) => text.split(";")[0] ?? "")
    .join("; ");
  return async (path, body) => {
    const response = await send(path, body, { cookie });
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return (await response.json()) as Record<string, unknown>;
  };
}

async function until(holds: () => Promise<boolean>, withinMs = 15_000): Promise<void> {
  const endMs = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error("It did not come about in time.");
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function idOf({ body }: ReceivedPost): string {
  return (JSON.parse(body) as { id: string }).id;
}

function titleOf({ body }: ReceivedPost): string {
  return (JSON.parse(body) as { data: { link: { title: string } } }).data.link.title;
}
