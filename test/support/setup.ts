/** Readies the runtime for the tests of a file: the tables, and modules that need no further asking. */

import "papaparse";
import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";

interface ModuleRunner {
  readonly evaluatedModules: { getModuleByUrl(url: string): { meta?: object } | undefined };
  cachedModule(url: string, importer?: string): Promise<unknown>;
}

// vitest asks its server again whenever a module is imported, so for each request that a test makes.
// Requests that ask for the same module at once share the answer's promise, which belongs to one of
// them: under load the others wait for ever. What is loaded needs no asking.
const { moduleRunner } = Reflect.get(globalThis, "__vitest_mocker__") as {
  readonly moduleRunner: ModuleRunner;
};
const { cachedModule } = Object.getPrototypeOf(moduleRunner) as ModuleRunner;
moduleRunner.cachedModule = async (url, importer) => {
  const known = moduleRunner.evaluatedModules.getModuleByUrl(url);
  return known?.meta === undefined ? cachedModule.call(moduleRunner, url, importer) : known;
};

// All that the Worker loads on demand, before a request does.
import.meta.glob("../../src/**/*.ts", { eager: true });

await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);

// What is still on its way to another file's endpoints would hold up the deliveries of this one.
await env.DB.prepare("DELETE FROM webhooks").run();
