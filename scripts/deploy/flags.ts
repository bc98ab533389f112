/** What the person who deploys asks for. */

import { parseArgs } from "node:util";

import { Trouble } from "../../tools/trouble.ts";

export interface Wanted {
  /** Names everything of the installation; null takes the name in wrangler.toml. */
  readonly name: string | null;
  /** The origin of the installation. */
  readonly url: string | null;
  /** The name or the id of an account. */
  readonly account: string | null;
  readonly location: string | null;
  readonly jurisdiction: string | null;
  readonly vars: Readonly<Record<string, string>>;
  /** Further hosts, for workspaces. */
  readonly domains: readonly string[];
  readonly removedDomains: readonly string[];
  /** Hosts that may be taken from whatever has them now. */
  readonly takenOver: readonly string[];
  readonly dryRun: boolean;
  /** How long the new version has to answer; 0 does not ask it. */
  readonly waitSeconds: number;
}

const LOCATIONS = ["wnam", "enam", "weur", "eeur", "apac", "oc"];
const JURISDICTIONS = ["eu", "us", "fedramp"];
const NAME = /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/;
const VAR = /^([A-Z][A-Z0-9_]*)=(.*)$/s;

/** Reads the arguments of `npm run deploy`. Refuses what it does not understand. */
export function parseFlags(args: readonly string[]): Wanted {
  const values = read(args);
  const name = values.name ?? null;
  if (name !== null && !NAME.test(name)) {
    throw new Trouble(
      `--name is "${name}": use 2 to 40 lower-case letters, digits and hyphens, as in signpost-staging.`,
    );
  }
  return {
    name,
    url: values.url === undefined ? null : originOf(values.url),
    account: values.account ?? null,
    location: oneOf("--location", values.location, LOCATIONS),
    jurisdiction: oneOf("--jurisdiction", values.jurisdiction, JURISDICTIONS),
    vars: Object.fromEntries(values.var.map(variable)),
    domains: values.domain.map(hostname),
    removedDomains: values["remove-domain"].map(hostname),
    takenOver: values["take-over"].map(hostname),
    dryRun: values["dry-run"],
    waitSeconds: seconds(values.wait),
  };
}

function read(args: readonly string[]) {
  const several = { type: "string", multiple: true, default: [] as string[] } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        name: { type: "string" },
        url: { type: "string" },
        account: { type: "string" },
        location: { type: "string" },
        jurisdiction: { type: "string" },
        var: several,
        domain: several,
        "remove-domain": several,
        "take-over": several,
        wait: { type: "string", default: "180" },
        "dry-run": { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Trouble(`${reason}. docs/deploy.md lists the flags.`);
  }
}

function originOf(url: string): string {
  if (!URL.canParse(url)) throw new Trouble(`--url is "${url}": pass a complete URL.`);
  return new URL(url).origin;
}

function hostname(text: string): string {
  const url = `https://${text}/`;
  if (URL.canParse(url) && new URL(url).href === url && text.includes(".")) return text;
  throw new Trouble(`"${text}" is not a host name, such as go.example.com.`);
}

function variable(text: string): [string, string] {
  const [, name, value] = VAR.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new Trouble(`--var is "${text}": pass a name and a value, as in --var SIGNUPS=closed.`);
  }
  if (name === "PUBLIC_URL") throw new Trouble("PUBLIC_URL is set by --url.");
  return [name, value];
}

function oneOf(flag: string, value: string | undefined, known: readonly string[]): string | null {
  if (value === undefined) return null;
  if (known.includes(value)) return value;
  throw new Trouble(`${flag} is "${value}": use one of ${known.join(", ")}.`);
}

function seconds(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new Trouble(`--wait is "${text}": use a whole number of seconds.`);
}
