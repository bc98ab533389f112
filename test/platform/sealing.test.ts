import { describe, it } from "vitest";

import { seal, unseal } from "../../src/platform/sealing.ts";

const OLD = `1:${btoa("old-key-of-exactly-32-bytes-here")}`;
const NEW = `2:${btoa("new-key-of-exactly-32-bytes-here")}`;

describe("sealing", () => {
  it("opens what it sealed, and never seals a text the same way twice", async ({ expect }) => {
    const sealed = await seal(OLD, "row", "a secret, ünïcode");
    expect(sealed).not.toContain("secret");
    expect(await unseal(OLD, "row", sealed)).toBe("a secret, ünïcode");
    expect(await seal(OLD, "row", "a secret, ünïcode")).not.toBe(sealed);
  });

  it("opens texts of the previous key, and seals with the first key", async ({ expect }) => {
    const sealed = await seal(OLD, "row", "x");
    const both = `${NEW},${OLD}`;
    expect(await unseal(both, "row", sealed)).toBe("x");
    expect(await seal(both, "row", "x")).toMatch(/^2:/);
  });

  it("refuses a text of another row, a changed text, and one whose key is gone", async ({
    expect,
  }) => {
    const sealed = await seal(OLD, "row", "x");
    await expect(unseal(OLD, "other row", sealed)).rejects.toThrow();
    await expect(unseal(OLD, "row", `${sealed.slice(0, -4)}AAA=`)).rejects.toThrow();
    await expect(unseal(NEW, "row", sealed)).rejects.toThrow("no longer has a key named 1");
  });

  it.for(["", "1", "1:", "1:c2hvcnQ=", ":AAAA"])("refuses the key %j", async (key, { expect }) => {
    await expect(seal(key, "row", "x")).rejects.toThrow("ENCRYPTION_KEY must be");
  });
});
