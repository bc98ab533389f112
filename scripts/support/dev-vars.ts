/** The secrets of a local installation, in `.dev.vars`: made once, never overwritten. */
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";

const DEFAULTS: readonly (readonly [name: string, make: () => string])[] = [
  ["AUTH_SECRET", () => randomBytes(32).toString("base64url")],
  // The number names the key, so that another can follow it.
  ["ENCRYPTION_KEY", () => `1:${randomBytes(32).toString("base64")}`],
  ["ADMIN_TOKEN", () => randomBytes(24).toString("base64url")],
  ["SIGNUPS", () => "open"],
];

/** Adds what is missing to the file, and gives the names that it added. */
export async function completeDevVars(file: string): Promise<readonly string[]> {
  const present = await readFile(file, "utf8").catch(whenMissing);
  const missing = DEFAULTS.filter(([name]) => !assigns(present, name));
  if (missing.length === 0) return [];
  const gap = present === "" || present.endsWith("\n") ? "" : "\n";
  const lines = missing.map(([name, make]) => `${name}="${make()}"\n`).join("");
  await writeFile(file, present + gap + lines, { mode: 0o600 });
  return missing.map(([name]) => name);
}

function assigns(text: string, name: string): boolean {
  return new RegExp(`^\\s*(export\\s+)?${name}\\s*=`, "m").test(text);
}

function whenMissing(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return "";
  throw error;
}
