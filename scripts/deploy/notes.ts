/** What a person should know of a deployment before it runs. */

import type { Found } from "./found.ts";
import type { Situation } from "./situation.ts";
import type { Template } from "./template.ts";

/** Lists what is unusual, what stays and what goes. */
export function notesOf(
  { found, hosts, wanted, names, template, isShortLived }: Situation,
  publicUrl: string,
): readonly string[] {
  const notes: string[] = [];
  if (found.database?.hasAccounts !== true) notes.push(isShortLived ? NO_ACCOUNT_HERE : NO_ACCOUNT);
  if (found.plan === "free") notes.push(FREE_PLAN);
  if (found.plan === "unknown") {
    notes.push(
      "The token may not read the account's plan. Signpost needs the paid plan of Workers.",
    );
  }
  for (const { hostname, records, route } of hosts) {
    if (route !== null && route.worker === null) {
      notes.push(`The route ${route.pattern} may keep ${hostname} from every Worker.`);
    }
    if (records !== null) continue;
    notes.push(
      `The token may not read the DNS records of ${hostname}. Cloudflare refuses the host if it has some.`,
    );
  }
  const stay = found.attached
    .map(({ hostname }) => hostname)
    .filter((hostname) => !wanted.removedDomains.includes(hostname));
  if (stay.length > 0) notes.push(`Hosts that stay attached: ${stay.join(", ")}.`);
  const previous = found.worker?.vars["PUBLIC_URL"];
  if (previous?.endsWith(".workers.dev") === true && !publicUrl.endsWith(".workers.dev")) {
    notes.push(`${previous} stops answering: the installation is now at ${publicUrl}.`);
  }
  const unknown = foreignBindings(template, found);
  if (unknown.length > 0) {
    notes.push(`Bindings that wrangler.toml does not have are removed: ${unknown.join(", ")}.`);
  }
  if (names.worker !== template.name && template.databaseId !== null) {
    notes.push(`The ids in wrangler.toml belong to ${template.name}, and are not used.`);
  }
  return notes;
}

const NO_ACCOUNT = "No account exists yet: a link to make the first one is printed at the end.";
const NO_ACCOUNT_HERE =
  "No account exists yet. The link to make the first one is not printed into a log that others may " +
  "read: run `npm run deploy` on a machine of your own.";

/** What does not work on the free plan. */
export const FREE_PLAN =
  "This account has the free plan of Workers. There, hashing a password takes more CPU time than a " +
  "request may, so signing up and in, passwords of links and imports fail with error 1102; queues keep " +
  "messages for one day; and 10,000 queue operations a day are about 3,300 messages. Use the paid plan.";

/** Bindings of the live Worker that an upload would drop. Secrets stay. */
function foreignBindings(template: Template, found: Found): readonly string[] {
  const toml = JSON.stringify(template.toml);
  return (found.worker?.bindings ?? [])
    .filter(({ type }) => type !== "secret_text" && type !== "plain_text")
    .map(({ name }) => String(name))
    .filter((name) => !toml.includes(`"${name}"`));
}
