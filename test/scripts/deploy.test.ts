/** Tests the deployment as far as possible without an account: its plan, refusals and dry run. */

import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

import { describe, it } from "vitest";

import {
  deriveConfig,
  queuesOf,
  readProduction,
  refuseLocalSettings,
  requiredSecretsOf,
} from "../../scripts/support/production-config.ts";
import { parseQueueRole } from "../../src/platform/queue-role.ts";

const ROOT = path.join(import.meta.dirname, "..", "..");
const BASE = readFileSync(path.join(ROOT, "wrangler.toml"), "utf8");

const run = promisify(execFile);

async function rehearse(...args: string[]): Promise<{ code: number; text: string }> {
  const script = path.join(ROOT, "scripts", "deploy.ts");
  try {
    const { stdout } = await run(process.execPath, [script, "--dry-run", ...args], { cwd: ROOT });
    return { code: 0, text: stdout };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, text: stderr };
  }
}

describe("wrangler.production.toml", () => {
  const own = {
    name: "acme",
    databaseId: "11111111-2222-4333-8444-555555555555",
    kvId: "0123456789abcdef0123456789abcdef",
    vars: { PUBLIC_URL: "https://go.example.com", SIGNUPS: "closed", EXTRA: "kept" },
  };

  it("carries an installation's own values through the next derivation", ({ expect }) => {
    const first = deriveConfig(BASE, own);
    const again = deriveConfig(BASE, readProduction(first));
    expect(again).toBe(first);
    expect(readProduction(again)).toMatchObject({ ...own, vars: own.vars });
  });

  it("changes nothing else of wrangler.toml", ({ expect }) => {
    const lines = new Set(deriveConfig(BASE, own).split("\n"));
    const gone = BASE.split("\n").filter((line) => !lines.has(line));
    expect(gone.map((line) => line.split(" ", 1)[0] ?? "").toSorted()).toEqual([
      "PUBLIC_URL",
      "SIGNUPS",
      "database_id",
      "id",
      "name",
    ]);
  });

  it("adds a route for a custom host, and none for workers.dev", ({ expect }) => {
    expect(deriveConfig(BASE, own)).toContain('pattern = "go.example.com", custom_domain = true');
    const hosted = { ...own, vars: { PUBLIC_URL: "https://signpost.acme.workers.dev" } };
    expect(deriveConfig(BASE, hosted)).not.toContain("custom_domain");
  });

  it("treats the ids in wrangler.toml as placeholders", ({ expect }) => {
    expect(readProduction(BASE)).toMatchObject({ databaseId: null, kvId: null });
  });
});

describe("what a deployment needs", () => {
  it("finds every queue and every secret", ({ expect }) => {
    const queues = queuesOf(BASE);
    expect(queues).toEqual(expect.arrayContaining(["clicks", "clicks-dead", "webhooks-dead"]));
    expect(new Set(queues).size).toBe(queues.length);
    expect(requiredSecretsOf(BASE)).toEqual(["AUTH_SECRET", "ENCRYPTION_KEY", "ADMIN_TOKEN"]);
  });

  it("names queues whose role the Worker knows", ({ expect }) => {
    for (const queue of queuesOf(BASE)) expect(parseQueueRole(queue)).toBe(queue);
  });

  it("refuses addresses that only work locally, and plain http", ({ expect }) => {
    const refused = ["", "go.example.com", "http://go.example.com", "https://localhost:8787"];
    for (const PUBLIC_URL of [...refused, "https://127.0.0.1", "https://signpost.test"]) {
      const production = { ...readProduction(BASE), vars: { PUBLIC_URL } };
      expect(() => refuseLocalSettings(production), PUBLIC_URL).toThrow("PUBLIC_URL");
    }
  });

  it("refuses webhooks to private networks", ({ expect }) => {
    const vars = { PUBLIC_URL: "https://go.example.com", ALLOW_PRIVATE_WEBHOOKS: "true" };
    expect(() => refuseLocalSettings({ ...readProduction(BASE), vars })).toThrow(
      "ALLOW_PRIVATE_WEBHOOKS",
    );
  });
});

describe("npm run deploy -- --dry-run", () => {
  it("prints every step in order, and writes nothing", async ({ expect }) => {
    const before = existsSync(path.join(ROOT, "wrangler.production.toml"));
    const { code, text } = await rehearse("--url", "https://go.example.com");
    expect(code).toBe(0);
    const steps = [...text.matchAll(/^ {2}wrangler (.*)$/gm)].map(([, step]) => step);
    expect(steps[0]).toBe("whoami --json");
    expect(steps).toContain("queues create webhooks-dead");
    expect(steps.slice(-2)).toEqual([
      "d1 migrations apply DB --remote --config wrangler.production.toml",
      expect.stringMatching(/^deploy --minify --config wrangler\.production\.toml/),
    ]);
    expect(existsSync(path.join(ROOT, "wrangler.production.toml"))).toBe(before);
  });

  it("explains in a sentence what is missing, without a stack", async ({ expect }) => {
    const { code, text } = await rehearse("--url", "http://localhost:8787");
    expect(code).toBe(1);
    expect(text).toContain("--url https://go.example.com");
    expect(text).not.toContain("    at ");
  });
});
