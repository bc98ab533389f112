import { env, exports } from "cloudflare:workers";
import { afterEach, describe, it, vi } from "vitest";

import { ledgerFor } from "../../src/ledger/stub.ts";
import { BROWSER } from "../support/following.ts";
import { insertLink } from "../support/link-rows.ts";

afterEach(() => vi.restoreAllMocks());

describe("while the click queue refuses everything", () => {
  it("links still redirect, and the clicks reach the Ledger directly", async ({ expect }) => {
    const send = vi.spyOn(env.CLICKS, "send").mockRejectedValue(new Error("Too Many Requests"));
    const link = await insertLink();
    for (let n = 0; n < 10; n += 1) {
      const response = await exports.default.fetch(`https://sign.test/${link.code}`, {
        headers: { "User-Agent": BROWSER },
        redirect: "manual",
      });
      expect(response.status).toBe(302);
    }
    const ledger = ledgerFor(env, link.ledger);
    await vi.waitFor(async () => expect((await ledger.totals()).clicks).toBe(10), {
      timeout: 10_000,
    });
    expect(send).toHaveBeenCalled();
  });
});
