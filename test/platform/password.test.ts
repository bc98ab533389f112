import { describe, it } from "vitest";

import { hashPassword, verifyPassword } from "../../src/platform/password.ts";

describe("password hashes", () => {
  it("match their own password and no other", async ({ expect }) => {
    const hash = await hashPassword("correct horse");
    expect(await verifyPassword("correct horse", hash)).toBe(true);
    expect(await verifyPassword("correct horsf", hash)).toBe(false);
  });

  it("of one password differ each time", async ({ expect }) => {
    expect(await hashPassword("correct horse")).not.toBe(await hashPassword("correct horse"));
  });

  it("match a letter in either of its Unicode spellings", async ({ expect }) => {
    expect(await verifyPassword("u\u0308ber", await hashPassword("\u00fcber"))).toBe(true);
  });

  it("a password hash is verified with the parameters written into it", async ({ expect }) => {
    // Python: hashlib.scrypt(b"pw", salt=b"saltsaltsaltsalt", n=1024, r=8, p=1, dklen=32)
    const hash =
      "$scrypt$ln=10,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$DudPhYUu1iibCTyYvEPNHMftQlCeDPhGS7OT5rCvpzk";
    expect(await verifyPassword("pw", hash)).toBe(true);
    expect(await verifyPassword("pw", hash.replace("ln=10", "ln=11"))).toBe(false);
  });

  it.for([
    "",
    "plain",
    "$scrypt$ln=14,r=8,p=5$$",
    "$scrypt$ln=14,r=8,p=5$c2FsdA$",
    "$scrypt$ln=0,r=8,p=1$c2FsdA$a2V5",
    "$scrypt$ln=14,r=0,p=5$c2FsdA$a2V5",
    "$scrypt$ln=99,r=99,p=99$c2FsdA$a2V5",
    "$scrypt$ln=14,r=8,p=5$c$a",
    "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$a2V5",
  ])("never match when they are malformed: %j", async (hash, { expect }) => {
    expect(await verifyPassword("correct horse", hash)).toBe(false);
  });
});
