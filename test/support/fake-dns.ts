/** Stands in for the DNS over HTTPS: the one thing in these tests that is not here. */

import { env } from "cloudflare:workers";
import { vi } from "vitest";

export interface FakeDns {
  /** Sets the TXT strings of a name; none takes the name away. */
  setTxt(name: string, ...values: string[]): void;
  /** Answers nothing any more, until it is called with false. */
  breakDown(isDown?: boolean): void;
  /** The names that were asked for. */
  readonly asked: string[];
}

/**
 * Answers questions to DOH_URL from now on, and leaves other requests to `real`;
 * `vi.restoreAllMocks()` ends it.
 */
export function fakeDns(real: typeof fetch = globalThis.fetch): FakeDns {
  const records = new Map<string, readonly string[]>();
  const asked: string[] = [];
  let isBroken = false;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (!url.href.startsWith(env.DOH_URL)) return real(input, init);
    const name = url.searchParams.get("name") ?? "";
    asked.push(name);
    if (isBroken) return new Response("down", { status: 502 });
    const values = records.get(name);
    if (values === undefined) return Response.json({ Status: 3 });
    const Answer = values.map((data) => ({ name, type: 16, TTL: 300, data: `"${data}"` }));
    return Response.json({ Status: 0, Answer });
  });
  return {
    setTxt: (name, ...values) =>
      void (values.length === 0 ? records.delete(name) : records.set(name, values)),
    breakDown: (isDown = true) => void (isBroken = isDown),
    asked,
  };
}
