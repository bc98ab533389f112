/** Readies the runtime for the tests of a file: the tables, and whatever the Worker loads on demand. */

import "papaparse";
import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";

// vitest sends a module when it is first asked for, within that request's context: another request
// that waits for the same module could wait for ever.
import.meta.glob("../../src/**/*.ts", { eager: true });

await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
