import { describe, it } from "vitest";

import { hashPassword } from "../../src/platform/password.ts";
import { matchesStored, sealPassword, unsealPassword } from "../../src/platform/sealed-password.ts";

const KEY = `1:${btoa("a-test-key-of-exactly-32-bytes!!")}`;
const OWNER = "0194c3f0-0000-7000-8000-000000000001";

describe("a sealed password", () => {
  it.for(["a", "1:2", "  spaces  ", "\0", "é漢🙂", "x".repeat(128), "漢".repeat(128)])(
    "is opened as it was: %j",
    async (password, { expect }) => {
      const stored = await sealPassword(KEY, OWNER, password);
      expect(await unsealPassword(KEY, OWNER, stored)).toBe(password);
      expect(await matchesStored(KEY, OWNER, password, stored)).toBe(true);
      expect(await matchesStored(KEY, OWNER, `${password} `, stored)).toBe(false);
    },
  );

  it("shows neither its length nor that it equals another", async ({ expect }) => {
    const passwords = ["a", "a", "a much longer password than the others"];
    const stored = await Promise.all(passwords.map((it) => sealPassword(KEY, OWNER, it)));
    expect(new Set(stored).size).toBe(3);
    expect(new Set(stored.map(({ length }) => length)).size).toBe(1);
  });

  it("is opened for its own link alone, and with its own key alone", async ({ expect }) => {
    const stored = await sealPassword(KEY, OWNER, "secret");
    const other = `2:${btoa("another-key-of-just-32-bytes!!!!")}`;
    await expect(unsealPassword(KEY, OWNER.replace("1", "2"), stored)).rejects.toThrow();
    await expect(matchesStored(other, OWNER, "secret", stored)).rejects.toThrow("no longer has");
    expect(await matchesStored(`${other},${KEY}`, OWNER, "secret", stored)).toBe(true);
  });

  it("matches a letter in either of its Unicode spellings, as a hash does", async ({ expect }) => {
    for (const stored of [
      await sealPassword(KEY, OWNER, "\u00fcber"),
      await hashPassword("\u00fcber"),
    ]) {
      expect(await matchesStored(KEY, OWNER, "u\u0308ber", stored)).toBe(true);
      expect(await matchesStored(KEY, OWNER, "uber", stored)).toBe(false);
    }
  });
});
