/** The installation's vars: a flag, else what the live Worker has, else wrangler.toml. */

import type { Situation } from "./situation.ts";

type Vars = Readonly<Record<string, string>>;

/** Written by each deployment, from what it finds. */
const DERIVED = new Set(["PUBLIC_URL", "WORKERS_DEV_HOST"]);

/** Merges the vars of an upload, which replaces all of them. */
export function mergeVars({ template, found, wanted, place }: Situation, publicUrl: string): Vars {
  const chosen = { ...near(wanted.location), ...wanted.vars, PUBLIC_URL: publicUrl };
  // A deployment that was cut off has made the database, and no Worker that knows where.
  const vars = { ...template.vars, ...near(place.location), ...found.worker?.vars, ...chosen };
  // A Worker with a host of its own is not on workers.dev, and one that is there has no other host.
  return "WORKERS_DEV_HOST" in vars ? { ...vars, WORKERS_DEV_HOST: "" } : vars;
}

/** New objects are made where the database is. */
function near(location: string | null): Vars {
  return location === null ? {} : { LOCATION_HINT: location };
}

/** Lists the vars that an upload changes, and those that it keeps against wrangler.toml. */
export function notesOnVars({ template, found }: Situation, vars: Vars): readonly string[] {
  const live = found.worker?.vars;
  if (live === undefined) return [];
  const notes: string[] = [];
  for (const [name, value] of Object.entries(vars)) {
    const before = live[name];
    const written = template.vars[name];
    if (before === undefined) notes.push(`${name} is new: "${value}".`);
    else if (before !== value) notes.push(`${name} changes from "${before}" to "${value}".`);
    else if (written !== undefined && written !== value && !DERIVED.has(name)) {
      notes.push(
        `${name} stays "${value}"; wrangler.toml has "${written}": --var ${name}=… changes it.`,
      );
    }
  }
  return notes;
}
