import path from "node:path";

import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** The secret of the test runtime: fixed, so that a failing run can be repeated. */
const testSecrets = { SIGNPOST_SECRET: "test-secret-0123456789-abcdefghijklm" };

// Wrangler looks for required secrets here, and would otherwise ask the internet where this machine is.
Object.assign(process.env, testSecrets, { CLOUDFLARE_CF_FETCH_ENABLED: "false" });

export default defineConfig(async () => {
  const migrations = await readD1Migrations(path.join(import.meta.dirname, "migrations"));
  return {
    test: {
      projects: [
        {
          plugins: [
            cloudflareTest({
              wrangler: { configPath: "./wrangler.toml" },
              verbose: false,
              miniflare: {
                bindings: {
                  ...testSecrets,
                  SIGNUPS: "open",
                  PUBLIC_URL: "https://sign.test",
                  // A receiver of the tests' own listens on this machine.
                  ALLOW_PRIVATE_WEBHOOKS: "true",
                  TEST_MIGRATIONS: migrations,
                  // How many requests test/api/fuzz sends, and which.
                  FUZZ_REQUESTS: process.env["FUZZ_REQUESTS"] ?? "600",
                  FUZZ_SEED: process.env["FUZZ_SEED"] ?? "1",
                },
                queueConsumers: { "signpost-clicks": { maxBatchTimeout: 0.05 } },
              },
            }),
          ],
          test: {
            name: "worker",
            // One runtime for many files: to boot it costs more than what most of them test.
            isolate: false,
            include: ["test/**/*.test.ts"],
            exclude: ["test/**/*.unit.test.ts", "test/e2e/**", "test/scripts/**"],
            setupFiles: ["./test/support/setup.ts"],
            globalSetup: ["./test/e2e/support/receiver.ts"],
            // Much of what is tested is failure, which logs.
            silent: "passed-only",
            testTimeout: 30_000,
          },
        },
        {
          // What needs nothing of workerd: test/scripts/projects.test.ts finds a file in the wrong project.
          test: {
            name: "unit",
            include: ["test/**/*.unit.test.ts"],
            // Pure functions leave nothing behind.
            isolate: false,
            silent: "passed-only",
            testTimeout: 30_000,
          },
        },
        {
          test: { name: "scripts", include: ["test/scripts/**/*.test.ts"] },
        },
        {
          // The built Worker behind a real port, driven from Node.
          test: {
            name: "e2e",
            include: ["test/e2e/**/*.test.ts"],
            testTimeout: 30_000,
            hookTimeout: 60_000,
            // After the others: two of them at once would share the same few cores.
            sequence: { groupOrder: 1 },
            silent: "passed-only",
          },
        },
      ],
    },
  };
});
