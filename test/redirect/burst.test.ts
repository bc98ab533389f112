import { env, exports } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import type { ClickClass } from "../../src/ledger/contract.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import { BROWSER, PHONE } from "../support/following.ts";
import { insertLink, insertWorkspace, type LinkRow } from "../support/link-rows.ts";

const BURST = 5_000;
const AT_ONCE = 100;

interface Kind {
  readonly class: ClickClass;
  readonly init: RequestInit;
}

const KINDS: readonly Kind[] = [
  { class: "human", init: { headers: { "User-Agent": BROWSER, "Sec-Fetch-Mode": "navigate" } } },
  { class: "human", init: { headers: { "User-Agent": PHONE } } },
  { class: "bot", init: { headers: { "User-Agent": "curl/8.5.0" } } },
  { class: "bot", init: {} },
  { class: "unfurler", init: { headers: { "User-Agent": "Slackbot-LinkExpanding 1.0" } } },
  { class: "prefetch", init: { headers: { "User-Agent": BROWSER, "Sec-Purpose": "prefetch" } } },
  { class: "head", init: { method: "HEAD", headers: { "User-Agent": BROWSER } } },
];

async function followOnce({ code }: LinkRow, { init }: Kind): Promise<number> {
  const response = await exports.default.fetch(`https://sign.test/${code}`, {
    ...init,
    redirect: "manual",
  });
  return response.status;
}

describe("a burst of 5,000 redirects", () => {
  it("is counted exactly, by class, as it was answered", async ({ expect }) => {
    const workspaceId = await insertWorkspace();
    const links = await Promise.all(Array.from({ length: 20 }, () => insertLink({}, workspaceId)));
    const first = links[0];
    if (first === undefined) throw new Error("No link was made.");
    const answered: Partial<Record<ClickClass, number>> = {};

    for (let done = 0; done < BURST; done += AT_ONCE) {
      const statuses = Array.from({ length: AT_ONCE }, async (_, n) => {
        const kind = KINDS[(done + n) % KINDS.length] ?? KINDS[0];
        const link = links[(done + n * n) % links.length];
        if (kind === undefined || link === undefined) throw new Error("Out of range.");
        const status = await followOnce(link, kind);
        if (status === 302) answered[kind.class] = (answered[kind.class] ?? 0) + 1;
        return status;
      });
      expect(new Set(await Promise.all(statuses))).toEqual(new Set([302]));
    }

    const day = new Date().toISOString().slice(0, 10);
    const ledger = ledgerFor(env, first.ledger);
    await vi.waitFor(
      async () => {
        const report = await ledger.workspaceReport({ from: "2020-01-01", to: day });
        expect(report.classes).toEqual(answered);
      },
      { timeout: 15_000, interval: 100 },
    );
    const { clicks } = await ledger.totals();
    expect(clicks).toBe(answered.human);
    expect(Object.values(answered).reduce((a, b) => a + b)).toBe(BURST);
  });
});
