/**
 * `npm run secret -- NAME`: prints a secret of an installation, such as its ADMIN_TOKEN, and nothing
 * else. It derives what nobody has written down from SIGNPOST_SECRET, as the Worker does.
 */

import { readFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";

import { isStrongTyped, typedSecret } from "../src/platform/secret-strength.ts";
import {
  DERIVED_SECRETS,
  secretOf,
  type SecretName,
  type Secrets,
} from "../src/platform/secrets.ts";
import { main, Trouble } from "../tools/trouble.ts";
import { ROOT } from "../tools/wrangler.ts";
import { memoryIn } from "./deploy/memory.ts";
import { namesOf } from "./deploy/names.ts";
import { readTemplate } from "./deploy/template.ts";
import { secretsInDevVars } from "./support/dev-vars.ts";

await main(async () => {
  const { wanted, name, isLocal } = parse(process.argv.slice(2));
  const known = isLocal ? await localSecrets() : await deployedSecrets(name);
  console.info(await secretOf(known, wanted));
});

interface Asked {
  readonly wanted: SecretName;
  /** The installation; null is the one that wrangler.toml names. */
  readonly name: string | null;
  readonly isLocal: boolean;
}

function parse(args: readonly string[]): Asked {
  const usage = `Name one secret: npm run -s secret -- ${DERIVED_SECRETS.join(" | ")} [--name NAME | --local]`;
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { name: { type: "string" }, local: { type: "boolean", default: false } },
    });
    const wanted = DERIVED_SECRETS.find((secret) => secret === positionals[0]);
    if (wanted === undefined || positionals.length !== 1) throw new Trouble(usage);
    return { wanted, name: values.name ?? null, isLocal: values.local };
  } catch (error) {
    throw error instanceof Trouble ? error : new Trouble(usage);
  }
}

async function localSecrets(): Promise<Secrets> {
  const found = await secretsInDevVars(path.join(ROOT, ".dev.vars"));
  if (Object.keys(found).length > 0) return found;
  throw new Trouble("There is no .dev.vars with secrets yet: npm start makes it.");
}

/** Takes them from the file of the deployment; without it, somebody has to type SIGNPOST_SECRET. */
async function deployedSecrets(name: string | null): Promise<Secrets> {
  const template = readTemplate(await readFile(path.join(ROOT, "wrangler.toml"), "utf8"));
  const { folder } = namesOf(template, name);
  const kept: Secrets = await memoryIn(path.join(ROOT, folder)).secrets();
  if (Object.keys(kept).length > 0) return kept;
  const typed = { SIGNPOST_SECRET: await ask() };
  if (isStrongTyped(typedSecret(typed))) return typed;
  throw new Trouble("That is too short to be the SIGNPOST_SECRET of an installation.");
}

/** Reads SIGNPOST_SECRET from standard input, without showing it on a terminal. */
async function ask(): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) return await text(stdin);
  stderr.write("SIGNPOST_SECRET (not shown): ");
  // Without an output, nothing is echoed.
  const terminal = createInterface({ input: stdin, terminal: true });
  try {
    return await terminal.question("");
  } finally {
    terminal.close();
    stderr.write("\n");
  }
}
