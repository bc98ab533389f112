/** The configuration that a local installation runs with. */

import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { parse, stringify } from "smol-toml";

import { DERIVED_SECRETS } from "../../src/platform/secrets.ts";
import { secretsInDevVars } from "./dev-vars.ts";

const OWN = "wrangler.dev.vars.toml";

/**
 * Returns the name of the configuration: wrangler.toml, unless `.dev.vars` has secrets by themselves
 * that are derived elsewhere. wrangler reads only those that are required, so it is given a copy
 * that requires these too.
 */
export async function localConfig(root: string): Promise<string> {
  const present = await secretsInDevVars(path.join(root, ".dev.vars"));
  const own = DERIVED_SECRETS.filter((name) => name in present);
  if (own.length === 0) return "wrangler.toml";
  const toml = parse(await readFile(path.join(root, "wrangler.toml"), "utf8"));
  const required = ["SIGNPOST_SECRET", ...own];
  await writeFile(path.join(root, OWN), stringify({ ...toml, secrets: { required } }));
  return OWN;
}
