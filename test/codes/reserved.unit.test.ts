import { describe, it } from "vitest";

import { CODE_ALPHABET, CODE_LENGTH_MAX, CODE_LENGTH_MIN } from "../../src/codes/permutation.ts";
import { isReserved } from "../../src/codes/reserved.ts";
import { APP_PATH, FIRST_SEGMENTS } from "../../src/prefixes.ts";
import { RESERVED_FOR_LATER } from "../support/reserved-words.ts";

const AUTOMATIC = new RegExp(`^[${CODE_ALPHABET}]{${CODE_LENGTH_MIN},${CODE_LENGTH_MAX}}$`);

describe("isReserved", () => {
  for (const word of ["api", "API", "apiv1", "app", "assets", "robots.txt", "Favicon.ico", "qr"]) {
    it(`is true for ${word}`, ({ expect }) => {
      expect(isReserved(word)).toBe(true);
    });
  }

  it.for([...FIRST_SEGMENTS])(
    "is true for the first segment of a prefix: %s",
    (word, { expect }) => {
      expect(isReserved(word)).toBe(true);
      expect(isReserved(word.toUpperCase())).toBe(true);
    },
  );

  it.for(RESERVED_FOR_LATER)("is true for the words of later dialects: %s", (word, { expect }) => {
    expect(isReserved(word)).toBe(true);
    // The allocator skips reserved words; it cannot produce these at all.
    expect(AUTOMATIC.test(word)).toBe(false);
  });
});

describe("APP_PATH", () => {
  it.for(["/", "/api", "/api/", "/api/links", "/apiv1", "/apiv1/link/create", "/app", "/app/x"])(
    "matches a path of the API or the app: %s",
    (path, { expect }) => {
      expect(APP_PATH.test(path)).toBe(true);
    },
  );

  it.for(["/apis", "/apiv", "/apiv1x", "/ap", "/API", "/apps/x", "/x/api", "//api", ""])(
    "does not match a path that may be a short link: %s",
    (path, { expect }) => {
      expect(APP_PATH.test(path)).toBe(false);
    },
  );
});
