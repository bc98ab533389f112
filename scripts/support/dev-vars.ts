/** Creates secrets once, never overwriting any. A local installation keeps them in `.dev.vars`. */

import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";

import { SECRET_LENGTH_MIN } from "../../src/platform/secret-length.ts";
import { Trouble } from "../../tools/trouble.ts";

const SECRETS: Readonly<Record<string, () => string>> = {
  AUTH_SECRET: () => randomBytes(32).toString("base64url"),
  // The number names the key, so that keys can be rotated.
  ENCRYPTION_KEY: () => `1:${randomBytes(32).toString("base64")}`,
  ADMIN_TOKEN: () => randomBytes(24).toString("base64url"),
};

/** Secrets of installations that a local one does not need. */
const DEPLOYED_ONLY: Readonly<Record<string, () => string>> = {
  SIGNPOST_SECRET: () => randomBytes(32).toString("base64url"),
};

const LOCAL_VARS: Readonly<Record<string, () => string>> = {
  SIGNUPS: () => "open",
  ALLOW_PRIVATE_WEBHOOKS: () => "true",
};

/** Returns a new random value for the secret of this name. */
export function makeSecret(name: string): string {
  const make = SECRETS[name] ?? DEPLOYED_ONLY[name];
  if (make === undefined) throw new Trouble(`No generator is known for the secret ${name}.`);
  return make();
}

/** Adds missing variables to a `.dev.vars` file, and returns the names that it added. */
export async function completeDevVars(file: string): Promise<readonly string[]> {
  const present = await readFile(file, "utf8").catch(whenMissing);
  refuseShort(present);
  const missing = Object.entries({ ...SECRETS, ...LOCAL_VARS }).filter(([name]) => {
    return !assigns(present, name);
  });
  if (missing.length === 0) return [];
  const gap = present === "" || present.endsWith("\n") ? "" : "\n";
  const lines = missing.map(([name, make]) => `${name}="${make()}"\n`).join("");
  await writeFile(file, present + gap + lines, { mode: 0o600 });
  return missing.map(([name]) => name);
}

/** Refuses what the Worker would refuse with each request. */
function refuseShort(text: string): void {
  for (const name of ["AUTH_SECRET", "ADMIN_TOKEN"]) {
    const [, value = ""] =
      new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=\\s*["']?(.*?)["']?\\s*$`, "m").exec(text) ?? [];
    if (value !== "" && value.length < SECRET_LENGTH_MIN) {
      throw new Trouble(
        `${name} in .dev.vars must be at least ${SECRET_LENGTH_MIN} characters. Delete its line, and a new one is made.`,
      );
    }
  }
}

function assigns(text: string, name: string): boolean {
  return new RegExp(`^\\s*(export\\s+)?${name}\\s*=`, "m").test(text);
}

function whenMissing(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return "";
  throw error;
}
