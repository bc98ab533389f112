/** What a deployment does on Cloudflare, through wrangler, and a rehearsal that only prints it. */

import { Trouble } from "../../tools/trouble.ts";
import { runWrangler } from "../../tools/wrangler.ts";

export interface Cloud {
  requireLogin(): Promise<void>;
  databaseId(name: string): Promise<string | null>;
  createDatabase(name: string): Promise<void>;
  kvId(title: string): Promise<string | null>;
  createKv(title: string): Promise<void>;
  hasQueue(name: string): Promise<boolean>;
  createQueue(name: string): Promise<void>;
  /** Returns the names of the Worker's secrets; none if the Worker does not exist yet. */
  secrets(worker: string): Promise<readonly string[]>;
  migrate(config: string): Promise<void>;
  deploy(config: string, secretsFile: string | null): Promise<void>;
}

/** Uses the account that wrangler is signed in to. */
export const cloudflare: Cloud = {
  async requireLogin() {
    const { code, output } = await runWrangler(["whoami", "--json"]);
    if (code === 0) return;
    throw new Trouble(
      `${output.trim()}\n\nSign in first: \`npx wrangler login\`, or set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID.`,
    );
  },
  async databaseId(name) {
    const databases = jsonIn(await succeed(["d1", "list", "--json"]));
    return text(databases.find((database) => database["name"] === name)?.["uuid"]);
  },
  async createDatabase(name) {
    await succeed(["d1", "create", name, "--update-config=false"]);
  },
  async kvId(title) {
    const namespaces = jsonIn(await succeed(["kv", "namespace", "list"]));
    return text(namespaces.find((namespace) => namespace["title"] === title)?.["id"]);
  },
  async createKv(title) {
    await succeed(["kv", "namespace", "create", title, "--update-config=false"]);
  },
  async hasQueue(name) {
    const { code, output } = await runWrangler(["queues", "info", name]);
    if (code === 0) return true;
    if (MISSING.test(output)) return false;
    throw failed(["queues", "info", name], output);
  },
  async createQueue(name) {
    await succeed(["queues", "create", name]);
  },
  async secrets(worker) {
    const args = ["secret", "list", "--name", worker, "--format", "json"];
    const { code, output } = await runWrangler(args);
    if (code === 0) return jsonIn(output).flatMap(({ name }) => text(name) ?? []);
    // Any other failure must stop the deployment, or it would replace existing secrets.
    if (MISSING.test(output)) return [];
    throw failed(args, output);
  },
  async migrate(config) {
    await succeed(["d1", "migrations", "apply", "DB", "--remote", "--config", config]);
  },
  async deploy(config, secretsFile) {
    console.info(await succeed(deployArgs(config, secretsFile)));
  },
};

/** Prints the commands that would run. Finds nothing, and changes nothing. */
export const rehearsal: Cloud = {
  async requireLogin() {
    say(["whoami", "--json"]);
  },
  async databaseId() {
    say(["d1", "list", "--json"]);
    return null;
  },
  async createDatabase(name) {
    say(["d1", "create", name, "--update-config=false"]);
  },
  async kvId() {
    say(["kv", "namespace", "list"]);
    return null;
  },
  async createKv(title) {
    say(["kv", "namespace", "create", title, "--update-config=false"]);
  },
  async hasQueue(name) {
    say(["queues", "info", name]);
    return false;
  },
  async createQueue(name) {
    say(["queues", "create", name]);
  },
  async secrets(worker) {
    say(["secret", "list", "--name", worker, "--format", "json"]);
    return [];
  },
  async migrate(config) {
    say(["d1", "migrations", "apply", "DB", "--remote", "--config", config]);
  },
  async deploy(config, secretsFile) {
    say(deployArgs(config, secretsFile));
  },
};

/** Cloudflare's texts and codes for a Worker (10007) or a queue (11000) that does not exist. */
const MISSING = /\b(?:10007|11000)\b|does not exist|not found/i;

function deployArgs(config: string, secretsFile: string | null): readonly string[] {
  const secrets = secretsFile === null ? [] : ["--secrets-file", secretsFile];
  return ["deploy", "--minify", "--config", config, ...secrets];
}

async function succeed(args: readonly string[]): Promise<string> {
  const { code, output } = await runWrangler(args);
  if (code !== 0) throw failed(args, output);
  return output;
}

function failed(args: readonly string[], output: string): Trouble {
  return new Trouble(`${output.trim()}\n\nThis step failed: wrangler ${args.join(" ")}`);
}

function say(args: readonly string[]): void {
  console.info(`  wrangler ${args.join(" ")}`);
}

/** Reads the JSON array in wrangler's output, ignoring any text around it. */
function jsonIn(output: string): readonly Readonly<Record<string, unknown>>[] {
  const start = output.search(/^\[/m);
  const end = output.lastIndexOf("]");
  if (start < 0 || end < start) throw new Trouble(`Expected a list from wrangler:\n${output}`);
  return JSON.parse(output.slice(start, end + 1)) as Readonly<Record<string, unknown>>[];
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
