/** Work for thousands of links pauses in between: whoever follows a link meanwhile is answered. */

import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { newNativeClient, type WireLink } from "../../../support/native.ts";

/** Counts the pauses that are made while something is done. */
async function pausesOf<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const wait = vi.spyOn(scheduler, "wait");
  try {
    return [await work(), wait.mock.calls.length];
  } finally {
    wait.mockRestore();
  }
}

interface Report extends Record<string, unknown> {
  readonly links: readonly WireLink[];
}

describe("an import of 2,000 rows", () => {
  it("pauses in each of its steps, and stays one report in the order of its rows", async ({
    expect,
  }) => {
    const client = await newNativeClient();
    const urls = Array.from({ length: 2_000 }, (_, n) => `https://example.com/${n}`);
    const batches = vi.spyOn(env.DB, "batch");
    const csv = `destination_url\n${urls.join("\n")}\n`;
    const type = { "Content-Type": "text/csv" };
    const [{ body }, pauses] = await pausesOf(() =>
      client.call<Report>("POST", "/api/links/import", csv, type),
    );
    const writing = batches.mock.calls.length;
    batches.mockRestore();
    expect(body.links.map(({ destinationUrl }) => destinationUrl)).toEqual(urls);
    expect(body).toMatchObject({ created: 2_000, errors: [], summary: { created: 2_000 } });
    expect(writing).toBe(1);
    // Four for the file; ten each for its rows, what is written, read, converted and answered;
    // twenty each for looking addresses up and for checking them.
    expect(pauses).toBeGreaterThanOrEqual(85);
  });
});

describe("all links with their rules", () => {
  it("pause after some 64 KB", async ({ expect }) => {
    const client = await newNativeClient();
    const rules = Array.from({ length: 100 }, (_, n) => ({
      targetUrl: `https://example.com/${"r".repeat(200)}/${n}`,
      country: ["DE"],
    }));
    const link = { destinationUrl: "https://example.com/", rules };
    await client.call("POST", "/api/links/bulk", {
      links: Array.from({ length: 20 }, () => link),
    });
    const [{ body, text }, pauses] = await pausesOf(() =>
      client.call<WireLink[]>("GET", "/api/links?fields=rules"),
    );
    expect(body).toHaveLength(20);
    expect(pauses).toBeGreaterThanOrEqual(Math.floor(text.length / (128 * 1024)));
    expect(pauses).toBeGreaterThan(3);
  });
});
