import { describe, it } from "vitest";

import { seal, unseal } from "../../src/platform/sealing.ts";

const OLD = `1:${btoa("old-key-of-exactly-32-bytes-here")}`;
const NEW = `2:${btoa("new-key-of-exactly-32-bytes-here")}`;

describe("sealing", () => {
  it("gives back what was sealed, and never seals twice alike", async ({ expect }) => {
    const sealed = await seal(OLD, "row", "a secret, ünïcode");
    expect(sealed).not.toContain("secret");
    expect(await unseal(OLD, "row", sealed)).toBe("a secret, ünïcode");
    expect(await seal(OLD, "row", "a secret, ünïcode")).not.toBe(sealed);
  });

  it("opens what the key before sealed, and seals with the first", async ({ expect }) => {
    const sealed = await seal(OLD, "row", "x");
    const both = `${NEW},${OLD}`;
    expect(await unseal(both, "row", sealed)).toBe("x");
    expect(await seal(both, "row", "x")).toMatch(/^2:/);
  });

  it("refuses another row's text, a changed one, and one whose key is gone", async ({ expect }) => {
    const sealed = await seal(OLD, "row", "x");
    await expect(unseal(OLD, "other row", sealed)).rejects.toThrow();
    await expect(unseal(OLD, "row", `${sealed.slice(0, -4)}AAA=`)).rejects.toThrow();
    await expect(unseal(NEW, "row", sealed)).rejects.toThrow("no key named 1");
  });

  it.for(["", "1", "1:", "1:c2hvcnQ=", ":AAAA"])("takes no key %j", async (key, { expect }) => {
    await expect(seal(key, "row", "x")).rejects.toThrow("ENCRYPTION_KEY must be");
  });
});
