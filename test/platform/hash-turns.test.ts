import { describe, it } from "vitest";

import { HASHES_WAITING_MAX, HashingBusy, inTurn } from "../../src/platform/hash-turns.ts";
import { hashPassword } from "../../src/platform/password.ts";

describe("hashes of passwords", () => {
  it("are computed one at a time, in the order in which they were asked for", async ({
    expect,
  }) => {
    let underWay = 0;
    let most = 0;
    const order: number[] = [];
    const hash = (n: number) => async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await scheduler.wait(2);
      underWay -= 1;
      order.push(n);
    };
    await Promise.all([0, 1, 2, 3, 4].map((n) => inTurn(hash(n))));
    expect([most, order]).toEqual([1, [0, 1, 2, 3, 4]]);
  });

  it("leave a turn to everything else between two of them", async ({ expect }) => {
    const events: string[] = [];
    const redirect = () => events.push("redirect");
    const redirects = setInterval(redirect, 1);
    const hashes = [1, 2, 3].map(async () => {
      await hashPassword("correct horse");
      events.push("hash");
    });
    await Promise.all(hashes);
    clearInterval(redirects);
    expect(events.filter((event) => event === "hash")).toHaveLength(3);
    expect(events.join(" ")).not.toContain("hash hash");
  });

  it("are refused beyond those that may wait, and accepted again afterwards", async ({
    expect,
  }) => {
    const hashes = Array.from({ length: HASHES_WAITING_MAX + 4 }, (_, n) =>
      inTurn(async () => n).catch((error: unknown) => error instanceof HashingBusy),
    );
    const answers = await Promise.all(hashes);
    expect(answers.filter((answer) => answer === true)).toHaveLength(3);
    expect(await inTurn(async () => "free")).toBe("free");
  });

  it("give their place back when they fail", async ({ expect }) => {
    const failing = async () => {
      throw new Error("no hash");
    };
    for (let n = 0; n < HASHES_WAITING_MAX + 4; n += 1) {
      await expect(inTurn(failing)).rejects.toThrow("no hash");
    }
    expect(await inTurn(async () => "free")).toBe("free");
  });
});
