/** Completes `.dev.vars`, the secrets and settings of a local installation, never overwriting any. */

import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";

import {
  isStrongTyped,
  SECRET_LENGTH_MIN,
  TYPED_VARIETY_MIN,
} from "../../src/platform/secret-strength.ts";
import { DERIVED_SECRETS, type Secrets } from "../../src/platform/secrets.ts";
import { Trouble } from "../../tools/trouble.ts";

const MADE: Readonly<Record<string, () => string>> = {
  SIGNPOST_SECRET: newSecret,
  SIGNUPS: () => "open",
  ALLOW_PRIVATE_WEBHOOKS: () => "true",
};

/** Returns a random SIGNPOST_SECRET. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** Adds missing variables to a `.dev.vars` file, and returns the names that it added. */
export async function completeDevVars(file: string): Promise<readonly string[]> {
  const present = await readFile(file, "utf8").catch(whenMissing);
  refuseWeak(present);
  const missing = Object.entries(MADE).filter(([name]) => valueIn(present, name) === null);
  if (missing.length === 0) return [];
  const gap = present === "" || present.endsWith("\n") ? "" : "\n";
  const lines = missing.map(([name, make]) => `${name}="${make()}"\n`).join("");
  await writeFile(file, present + gap + lines, { mode: 0o600 });
  return missing.map(([name]) => name);
}

/** Reads the secrets of a `.dev.vars` file. */
export async function secretsInDevVars(file: string): Promise<Secrets> {
  const text = await readFile(file, "utf8").catch(whenMissing);
  const names = ["SIGNPOST_SECRET", ...DERIVED_SECRETS];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = valueIn(text, name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

/** Refuses what the Worker would refuse with each request. */
function refuseWeak(text: string): void {
  const typed = valueIn(text, "SIGNPOST_SECRET");
  if (typed !== null && !isStrongTyped(typed)) {
    throw weak("SIGNPOST_SECRET", `, ${TYPED_VARIETY_MIN} of them different`);
  }
  for (const name of ["AUTH_SECRET", "ADMIN_TOKEN"]) {
    const value = valueIn(text, name);
    if (value !== null && value.length < SECRET_LENGTH_MIN) throw weak(name, "");
  }
}

function weak(name: string, more: string): Trouble {
  return new Trouble(
    `${name} in .dev.vars must be at least ${SECRET_LENGTH_MIN} characters${more}. Delete its line, and a new one is made.`,
  );
}

/** Returns what a variable is set to; null if it is not set, or empty as in `.dev.vars.example`. */
function valueIn(text: string, name: string): string | null {
  const assignment = new RegExp(
    `^[ \\t]*(?:export +)?${name}[ \\t]*=[ \\t]*["']?(.*?)["']?[ \\t\\r]*$`,
    "gm",
  );
  return [...text.matchAll(assignment)].at(-1)?.[1] || null;
}

function whenMissing(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return "";
  throw error;
}
