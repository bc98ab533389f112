import * as fc from "fast-check";
import { describe, it } from "vitest";

import { seal, unseal } from "../../src/platform/sealing.ts";
import { isStrongTyped } from "../../src/platform/secret-strength.ts";
import { DERIVED_SECRETS, secretOf, type Secrets } from "../../src/platform/secrets.ts";

const TYPED = "any long text that a person can type";

async function derivedFrom(env: Secrets): Promise<readonly string[]> {
  return Promise.all(DERIVED_SECRETS.map((name) => secretOf(env, name)));
}

describe("the secrets that are derived from SIGNPOST_SECRET", () => {
  it("are the same in every version: without them, what they sealed is lost", async ({
    expect,
  }) => {
    expect(await derivedFrom({ SIGNPOST_SECRET: TYPED })).toEqual([
      "YTTYMHnMqOezIqoIF8GSycw3xeIb9BIoYp6CdOgJD8Q",
      "sde250317:7GS5JvkPnXYzDbp5+/6WqDxQxLmJNLg7TB6Xdgad+pY=",
      "aFZjK2MwyOGx6-8ZSM-Vp7RFKLWMH1jl",
    ]);
  });

  it("differ from each other, and with each typed secret", async ({ expect }) => {
    const texts = fc.uniqueArray(fc.string({ minLength: 32, unit: "grapheme" }), {
      minLength: 2,
      maxLength: 4,
      selector: (text) => text.trim().normalize("NFC"),
    });
    await fc.assert(
      fc.asyncProperty(texts, async (typed) => {
        const derived = await Promise.all(
          typed.map((SIGNPOST_SECRET) => derivedFrom({ SIGNPOST_SECRET })),
        );
        const all = derived.flat();
        expect(new Set(all).size).toBe(all.length);
      }),
    );
  });

  it("do not depend on the spaces around it, or on how its accents are composed", async ({
    expect,
  }) => {
    const composed = await derivedFrom({
      SIGNPOST_SECRET: "a sécret of a person, in any spelling",
    });
    const apart = `  ${"a sécret of a person, in any spelling".normalize("NFD")}\n`;
    expect(await derivedFrom({ SIGNPOST_SECRET: apart })).toEqual(composed);
  });

  it("do not take the place of what the installation has by itself", async ({ expect }) => {
    const own = { AUTH_SECRET: "own auth", ENCRYPTION_KEY: "1:own", ADMIN_TOKEN: "" };
    expect(await derivedFrom({ ...own, SIGNPOST_SECRET: TYPED })).toEqual([
      "own auth",
      "1:own",
      "",
    ]);
    expect(await derivedFrom(own)).toEqual(["own auth", "1:own", ""]);
  });

  it("let nobody operate an installation that has neither it nor a token", async ({ expect }) => {
    expect(await secretOf({ AUTH_SECRET: "a", ENCRYPTION_KEY: "b" }, "ADMIN_TOKEN")).toBe("");
    await expect(secretOf({}, "AUTH_SECRET")).rejects.toThrow("SIGNPOST_SECRET is not set.");
  });

  it("open what a former one sealed, whose key is put behind the new one", async ({ expect }) => {
    const former = await secretOf({ SIGNPOST_SECRET: TYPED }, "ENCRYPTION_KEY");
    const next = await secretOf({ SIGNPOST_SECRET: `${TYPED} again` }, "ENCRYPTION_KEY");
    const sealed = await seal(former, "row", "x");
    expect(await unseal(`${next},${former}`, "row", sealed)).toBe("x");
    await expect(unseal(next, "row", sealed)).rejects.toThrow("no longer has a key named s");
  });
});

describe("a typed secret", () => {
  it.for(["", "short", "a".repeat(100), "abcabc".repeat(20), "0123456789012345678901234567890"])(
    "is refused if it can be guessed: %s",
    (secret, { expect }) => {
      expect(isStrongTyped(secret)).toBe(false);
    },
  );

  it.for([TYPED, "01234567".repeat(4), "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c"])(
    "is taken if it is long: %s",
    (secret, { expect }) => {
      expect(isStrongTyped(secret)).toBe(true);
    },
  );
});
