/**
 * Derives `wrangler.production.toml`: wrangler.toml with the ids, the address and the vars of one
 * installation on Cloudflare. Each deployment derives it anew, so that no new binding is forgotten,
 * and carries over the installation's own values. Works on text, to keep comments and order.
 */

import { Trouble } from "../../tools/trouble.ts";

/** The values that belong to one installation. */
export interface Production {
  readonly name: string;
  readonly databaseId: string | null;
  readonly kvId: string | null;
  readonly vars: Readonly<Record<string, string>>;
}

/** Lists the queues of a configuration, including dead-letter queues, each once. */
export function queuesOf(config: string): readonly string[] {
  const names = config.matchAll(/^(?:queue|dead_letter_queue)\s*=\s*"([^"]+)"/gm);
  return [...new Set(Array.from(names, ([, name = ""]) => name))].toSorted();
}

/** Lists the secrets without which a Worker does not start. */
export function requiredSecretsOf(config: string): readonly string[] {
  const list = /^\[secrets\]\s*\nrequired\s*=\s*\[([^\]]*)\]/m.exec(config)?.[1] ?? "";
  return Array.from(list.matchAll(/"([^"]+)"/g), ([, name = ""]) => name);
}

/** Reads an installation's own values from a configuration. The placeholder ids become null. */
export function readProduction(config: string): Production {
  return {
    name: settingOf(config, "name") ?? "signpost",
    databaseId: realId(settingOf(config, "database_id")),
    kvId: realId(settingOf(config, "id")),
    vars: varsOf(config),
  };
}

/** Returns the text of wrangler.toml with an installation's own values. */
export function deriveConfig(base: string, production: Production): string {
  const { name, databaseId, kvId, vars } = production;
  // The Worker's name is the first: bindings have names too.
  let config = base.replace(/^name\s*=\s*"[^"]*"/m, () => `name = ${JSON.stringify(name)}`);
  if (databaseId !== null) config = withSetting(config, "database_id", databaseId);
  if (kvId !== null) config = withSetting(config, "id", kvId);
  const known = varsOf(base);
  for (const [key, value] of Object.entries(vars)) {
    config = key in known ? withSetting(config, key, value) : withVar(config, key, value);
  }
  return HEADER + withRoute(config, vars["PUBLIC_URL"]);
}

/** Refuses settings that only work locally. */
export function refuseLocalSettings({ vars }: Production): void {
  const publicUrl = vars["PUBLIC_URL"] ?? "";
  const url = URL.canParse(publicUrl) ? new URL(publicUrl) : null;
  if (url === null || url.protocol !== "https:" || isLocal(url.hostname)) {
    throw new Trouble(
      `PUBLIC_URL is "${publicUrl}": set it to the public address of this installation, ` +
        "for example `npm run deploy -- --url https://go.example.com`.",
    );
  }
  if (!["", "false"].includes(vars["ALLOW_PRIVATE_WEBHOOKS"] ?? "")) {
    throw new Trouble(
      "ALLOW_PRIVATE_WEBHOOKS opens private networks to webhooks: it is for local use only.",
    );
  }
}

const HEADER = `# Derived from wrangler.toml by \`npm run deploy\`. Change only name, ids and [vars]
# here: the next deployment keeps these, and takes everything else from wrangler.toml again.
`;

function varsOf(config: string): Record<string, string> {
  const section = /^\[vars\]\s*\n([\s\S]*?)(?=^\[)/m.exec(`${config}\n[`)?.[1] ?? "";
  const lines = section.matchAll(/^([A-Z][A-Z0-9_]*)\s*=\s*"([^"]*)"/gm);
  return Object.fromEntries(Array.from(lines, ([, key = "", value = ""]) => [key, value]));
}

function settingOf(config: string, key: string): string | null {
  return new RegExp(`^${key}\\s*=\\s*"([^"]*)"`, "m").exec(config)?.[1] ?? null;
}

function withSetting(config: string, key: string, value: string): string {
  const line = new RegExp(`^${key}\\s*=\\s*"[^"]*"`, "gm");
  const found = config.match(line)?.length ?? 0;
  if (found !== 1) {
    throw new Trouble(`wrangler.toml must set ${key} once, but sets it ${found} times.`);
  }
  return config.replace(line, () => `${key} = ${JSON.stringify(value)}`);
}

function withVar(config: string, key: string, value: string): string {
  return config.replace(/^\[vars\]\s*\n/m, (head) => `${head}${key} = ${JSON.stringify(value)}\n`);
}

/** Adds a route for a custom host. workers.dev hosts come with the account and need none. */
function withRoute(config: string, publicUrl: string | undefined): string {
  if (publicUrl === undefined || /^routes?\s*=/m.test(config)) return config;
  const { hostname } = new URL(publicUrl);
  if (hostname.endsWith(".workers.dev")) return config;
  const route = `routes = [{ pattern = "${hostname}", custom_domain = true }]`;
  return config.replace(/^name = .*$/m, (line) => `${line}\n${route}`);
}

function realId(id: string | null): string | null {
  return id === null || /^0[0-]*1$/.test(id) ? null : id;
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
