/**
 * Completes the migrations that drizzle-kit generates with what drizzle cannot describe: each
 * statement of `src/db/beyond-drizzle.sql` that no migration has yet. A statement that is changed
 * there is appended again, so it must first drop what an earlier migration made.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const BREAKPOINT = "--> statement-breakpoint";

/** Completes the migration that this process generates, if any, when the process ends. */
export function completeMigration(folder: string, beyondDrizzle: string): void {
  const before = new Set(migrationsIn(folder));
  process.once("exit", () => {
    const made = migrationsIn(folder).find((name) => !before.has(name));
    if (made === undefined) return;
    const file = path.join(folder, made);
    const known = migrationsIn(folder).map((name) => readFileSync(path.join(folder, name), "utf8"));
    const missing = readFileSync(beyondDrizzle, "utf8")
      .split(BREAKPOINT)
      .map((statement) => statement.replaceAll(/^--.*\n/gm, "").trim())
      .filter((statement) => !known.some((text) => text.includes(statement)));
    const text = readFileSync(file, "utf8").trimEnd();
    writeFileSync(file, `${[text, ...missing].join(`${BREAKPOINT}\n`)}\n`);
  });
}

function migrationsIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".sql")) : [];
}
