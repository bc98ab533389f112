/**
 * `npm run release:fixture`: keeps the checked-out source as the last release, which upgrades are
 * tested against. To be run with each release, and at no other time.
 */

import { readFile } from "node:fs/promises";
import path from "node:path";

import { ROUTE_SCHEMA } from "../src/links/route/record.ts";
import { hashMigrations, keepRelease, sha256 } from "../tools/last-release.ts";
import { bundleRelease, ledgerSteps, objectMethods } from "../tools/release-bundle.ts";
import { restrictingFields } from "../tools/route-fields.ts";
import { main } from "../tools/trouble.ts";
import { ROOT } from "../tools/wrangler.ts";

await main(async () => {
  const text = await readFile(path.join(ROOT, "package.json"), "utf8");
  const { version } = JSON.parse(text) as { readonly version: string };
  const manifest = {
    version,
    methods: await objectMethods(),
    ledgerSteps: (await ledgerSteps()).map(sha256),
    migrations: await hashMigrations(),
    routeSchema: ROUTE_SCHEMA,
    restrictingFields: restrictingFields(),
  };
  const bytes = await keepRelease(manifest, await bundleRelease());
  console.info(`Kept ${version} as the last release, ${(bytes / 1_000).toFixed(0)} kB.`);
});
