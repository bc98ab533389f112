/** `npm run secret`, by which an operator learns what is derived. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";

import { afterEach, describe, it } from "vitest";

import { secretOf } from "../../src/platform/secrets.ts";

const ROOT = path.join(import.meta.dirname, "../..");
/** Deployments keep their secrets in this folder. */
const NAME = `secret-${crypto.randomUUID().slice(0, 8)}`;
const FOLDER = path.join(ROOT, ".signpost", NAME);
const TYPED = "a secret that a person has typed, and kept";

afterEach(() => rmSync(FOLDER, { recursive: true, force: true }));

async function print(args: readonly string[], typed = "") {
  const child = spawn(process.execPath, [path.join(ROOT, "scripts/secret.ts"), ...args]);
  child.stdin.end(typed);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (child.exitCode === null) await once(child, "close");
  return { stdout, stderr, code: child.exitCode };
}

describe("npm run secret", () => {
  it("prints what the Worker derives, and nothing else", async ({ expect }) => {
    const derived = await secretOf({ SIGNPOST_SECRET: TYPED }, "ADMIN_TOKEN");
    const typed = await print(["ADMIN_TOKEN", "--name", NAME], `${TYPED}\n`);
    expect(typed).toEqual({ stdout: `${derived}\n`, stderr: "", code: 0 });
    keep({ SIGNPOST_SECRET: TYPED });
    const kept = await print(["ADMIN_TOKEN", "--name", NAME]);
    expect(kept).toEqual({ stdout: `${derived}\n`, stderr: "", code: 0 });
  });

  it("prints what an installation has by itself", async ({ expect }) => {
    keep({ SIGNPOST_SECRET: TYPED, ADMIN_TOKEN: "its own" });
    expect((await print(["ADMIN_TOKEN", "--name", NAME])).stdout).toBe("its own\n");
  });

  it("derives nothing from what cannot be the secret", async ({ expect }) => {
    const { stdout, stderr, code } = await print(["ADMIN_TOKEN", "--name", NAME], "short\n");
    expect([stdout, code]).toEqual(["", 1]);
    expect(stderr).toContain("too short");
    expect((await print(["SIGNPOST_SECRET"])).stderr).toContain("Name one secret");
  });
});

function keep(secrets: Readonly<Record<string, string>>): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(path.join(FOLDER, "secrets.json"), JSON.stringify(secrets));
}
