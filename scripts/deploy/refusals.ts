/** What a deployment must not do. Everything here is found before anything is changed. */

import type { Placed } from "./found.ts";
import { isServed, type Host } from "./hosts.ts";
import { FITNESS, missingSecrets } from "./secrets.ts";
import type { Situation } from "./situation.ts";

type Vars = Readonly<Record<string, string>>;

/** Lists the reasons against a deployment, each with a way out. */
export function refusalsOf(situation: Situation, publicUrl: string, vars: Vars): readonly string[] {
  return [
    ...ofSettings(publicUrl, vars),
    ...ofForeign(situation),
    ...ofPlaces(situation),
    ...ofSecrets(situation),
    ...ofHosts(situation, publicUrl),
  ];
}

function ofSettings(publicUrl: string, vars: Vars): readonly string[] {
  const refusals: string[] = [];
  const { protocol, hostname, port } = new URL(publicUrl);
  if (protocol !== "https:" || port !== "" || isLocal(hostname)) {
    refusals.push(
      `PUBLIC_URL would be ${publicUrl}: pass the public address, for example --url https://go.example.com.`,
    );
  }
  if (!["", "false"].includes(vars["ALLOW_PRIVATE_WEBHOOKS"] ?? "")) {
    refusals.push(
      "ALLOW_PRIVATE_WEBHOOKS opens private networks to webhooks, and is for local use only: --var ALLOW_PRIVATE_WEBHOOKS=false.",
    );
  }
  return refusals;
}

/** Things of the same names that are not this installation's. */
function ofForeign(situation: Situation): readonly string[] {
  const { found, names } = situation;
  const { database } = found;
  const refusals: string[] = [];
  if (!isOurs(situation)) {
    refusals.push(
      `The account has a Worker ${names.worker} that is not Signpost: choose another name by --name.`,
    );
  }
  const tables = (database?.tables ?? []).filter((table) => !/^(?:_cf_|sqlite_|d1_)/.test(table));
  if (database !== null && tables.length > 0 && !tables.includes("workspaces")) {
    refusals.push(
      `The database ${database.name} has tables that are not Signpost's: choose another name by --name.`,
    );
  }
  for (const queue of found.queues) {
    const others = queue.consumers.filter((consumer) => consumer !== names.worker);
    if (others.length === 0) continue;
    refusals.push(
      `The queue ${queue.name} is consumed by ${others.join(", ")}: choose another name by --name.`,
    );
  }
  return refusals;
}

/** Whether the live Worker is Signpost, or stands for it: a build is connected to an empty Worker. */
function isOurs({ found: { worker }, template, names, isShortLived }: Situation): boolean {
  if (worker === null || worker.bindings.some(({ name }) => name === "LEDGER")) return true;
  const isEmpty = worker.bindings.length === worker.secrets.length;
  const isFilledIn = template.databaseId !== null && names.worker === template.name;
  return isShortLived && (isEmpty || isFilledIn);
}

/** Where something is kept can be chosen only when it is made. */
function ofPlaces({ found, wanted }: Situation): readonly string[] {
  const { jurisdiction } = wanted;
  if (jurisdiction === null) return [];
  const made: readonly (Placed | null)[] = [found.database, found.namespace, ...found.queues];
  return made
    .filter((thing) => thing !== null)
    .filter((thing) => thing.jurisdiction !== undefined && thing.jurisdiction !== jurisdiction)
    .map(
      ({ name, jurisdiction: actual }) =>
        `${name} was made ${actual === null ? "without a jurisdiction" : `in the jurisdiction ${String(actual)}`}, ` +
        `which cannot be changed to ${jurisdiction}: make a new installation by --name.`,
    );
}

/** What was encrypted or signed with a secret is lost with it. */
function ofSecrets(situation: Situation): readonly string[] {
  const { found, kept, isShortLived, names } = situation;
  const unknown = missingSecrets(situation).filter((name) => !kept.includes(name));
  const file = `${names.folder}/secrets.json`;
  if (isShortLived && unknown.length > 0) {
    return [
      `The Worker lacks ${unknown.join(", ")}, and this machine would lose new ones when it ends: ` +
        "set them in the Worker's Settings, Variables and Secrets, pass them as environment variables of these names, " +
        "or make the first deployment from a machine of your own.",
    ];
  }
  const unfit = missingSecrets(situation).filter((name) => situation.unfit.includes(name));
  if (unfit.length > 0) {
    return [`The Worker would not start with the given ${unfit.join(", ")}: ${FITNESS}`];
  }
  if (found.database?.hasAccounts !== true || unknown.length === 0) return [];
  return [
    `The database ${found.database.name} has data that needs the secrets it was written with, but the Worker lacks ` +
      `${unknown.join(", ")}: put your copy of the installation's secrets into ${file}. New ones would make that data unreadable.`,
  ];
}

function ofHosts(situation: Situation, publicUrl: string): readonly string[] {
  const { hosts, wanted, found, names } = situation;
  const refusals = hosts.flatMap((host) => ofHost(host, wanted.takenOver, names.worker));
  const { hostname } = new URL(publicUrl);
  if (hostname.endsWith(".workers.dev")) {
    const own = found.subdomain === null ? null : `${names.worker}.${found.subdomain}.workers.dev`;
    if (own === null) {
      refusals.push(
        "The account has no name on workers.dev yet: open Workers & Pages in the dashboard once, or pass a host of your own by --url.",
      );
    } else if (hostname !== own) {
      refusals.push(`On workers.dev, this installation is https://${own}, not ${publicUrl}.`);
    }
  }
  if (wanted.removedDomains.includes(hostname)) {
    refusals.push(`${hostname} is the host of PUBLIC_URL: move the installation by --url first.`);
  }
  for (const removed of wanted.removedDomains) {
    if (found.attached.some((domain) => domain.hostname === removed)) continue;
    refusals.push(`${removed} is not attached to the Worker ${names.worker}.`);
  }
  return refusals;
}

function ofHost(host: Host, takenOver: readonly string[], worker: string): readonly string[] {
  const { hostname, zone, owner, records, route } = host;
  if (route !== null && route.worker !== null && route.worker !== worker) {
    return [
      `The route ${route.pattern} sends ${hostname} to the Worker ${route.worker}, and routes go before hosts of ` +
        "Workers: delete it in the dashboard, or add a more specific one for this Worker.",
    ];
  }
  if (owner === worker || isServed(host, worker)) return [];
  if (zone === null) {
    return [
      `No zone of this account has ${hostname}: add its domain to Cloudflare first, with the same account.`,
    ];
  }
  const mayTake = takenOver.includes(hostname);
  if (owner !== null) {
    return mayTake
      ? []
      : [
          `${hostname} belongs to the Worker ${owner}: --take-over ${hostname} moves it to this one.`,
        ];
  }
  if (records === null || records.length === 0 || mayTake) return [];
  return [
    `${hostname} has DNS records already (${records.join(", ")}), so something may be served there: ` +
      `delete them in the dashboard, or try --take-over ${hostname}.`,
  ];
}

function isLocal(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname.endsWith(".test") ||
    hostname.startsWith("127.") ||
    hostname === "[::1]"
  );
}
