/** The secrets of a local installation, and what `npm run secret` prints of them. */

import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { parse } from "smol-toml";
import { afterEach, beforeEach, describe, it } from "vitest";

import { completeDevVars, secretsInDevVars } from "../../scripts/support/dev-vars.ts";
import { localConfig } from "../../scripts/support/local-config.ts";

const ROOT = path.join(import.meta.dirname, "../..");
const OLDER = `AUTH_SECRET="${"a".repeat(40)}"
export ENCRYPTION_KEY='1:${"A".repeat(43)}='
ADMIN_TOKEN=${"t".repeat(32)}
SIGNUPS="open"
`;

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "signpost-local-"));
  file = path.join(folder, ".dev.vars");
  copyFileSync(path.join(ROOT, "wrangler.toml"), path.join(folder, "wrangler.toml"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a new checkout", () => {
  it("gets one secret, and keeps it", async ({ expect }) => {
    const added = ["SIGNPOST_SECRET", "SIGNUPS", "ALLOW_PRIVATE_WEBHOOKS"];
    expect(await completeDevVars(file)).toEqual(added);
    const text = readFileSync(file, "utf8");
    expect(await secretsInDevVars(file)).toEqual({
      SIGNPOST_SECRET: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(await completeDevVars(file)).toEqual([]);
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(await localConfig(folder)).toBe("wrangler.toml");
  });

  it("may begin with a copy of .dev.vars.example", async ({ expect }) => {
    copyFileSync(path.join(ROOT, ".dev.vars.example"), file);
    expect(await completeDevVars(file)).toContain("SIGNPOST_SECRET");
    const { SIGNPOST_SECRET: secret } = await secretsInDevVars(file);
    expect(secret).toHaveLength(43);
  });

  it.for(["SIGNPOST_SECRET=short", `SIGNPOST_SECRET="${"x".repeat(50)}"`, "AUTH_SECRET=short"])(
    "is told of a secret that the Worker would refuse: %s",
    async (line, { expect }) => {
      writeFileSync(file, `${line}\n`);
      await expect(completeDevVars(file)).rejects.toThrow(
        `${line.split("=")[0]} in .dev.vars must`,
      );
    },
  );
});

describe("an older checkout", () => {
  it("goes on with the secrets that it has by themselves", async ({ expect }) => {
    writeFileSync(file, OLDER);
    expect(await completeDevVars(file)).toEqual(["SIGNPOST_SECRET", "ALLOW_PRIVATE_WEBHOOKS"]);
    expect(readFileSync(file, "utf8").startsWith(OLDER)).toBe(true);
    const config = await localConfig(folder);
    const [derived, written] = [config, "wrangler.toml"].map((name) =>
      parse(readFileSync(path.join(folder, name), "utf8")),
    );
    // wrangler reads no other secrets of .dev.vars.
    const required = ["SIGNPOST_SECRET", "AUTH_SECRET", "ENCRYPTION_KEY", "ADMIN_TOKEN"];
    expect(derived).toEqual({ ...written, secrets: { required } });
  });
});
