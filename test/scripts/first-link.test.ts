import { readFileSync } from "node:fs";
import path from "node:path";

import { describe, it } from "vitest";

import { firstLinkCommands } from "../../scripts/support/first-link.ts";

describe("the first link", () => {
  it("is created by the same commands in the README and in npm start", ({ expect }) => {
    const readme = readFileSync(path.join(import.meta.dirname, "..", "..", "README.md"), "utf8");
    for (const line of firstLinkCommands("http://localhost:8787")) {
      expect(readme.split("\n")).toContain(line);
    }
  });
});
