/**
 * `npm run deploy`: creates everything on Cloudflare that wrangler.toml names, migrates the
 * database, then uploads the Worker. Each step first checks what exists, so an interrupted
 * deployment can simply be run again.
 */

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import { main, Trouble } from "../tools/trouble.ts";
import { ROOT } from "../tools/wrangler.ts";
import { cloudflare, rehearsal, type Cloud } from "./support/cloud.ts";
import { makeSecret } from "./support/dev-vars.ts";
import {
  deriveConfig,
  queuesOf,
  readProduction,
  refuseLocalSettings,
  requiredSecretsOf,
  type Production,
} from "./support/production-config.ts";

const CONFIG = "wrangler.production.toml";
/** Kept, because Cloudflare never shows a secret again, and ENCRYPTION_KEY is needed to decrypt. */
const SECRETS = path.join(".signpost", "production-secrets.json");

await main(async () => {
  const { values } = parseArgs({
    options: { url: { type: "string" }, "dry-run": { type: "boolean", default: false } },
  });
  const base = await readFile(path.join(ROOT, "wrangler.toml"), "utf8");
  const previous = await readFile(path.join(ROOT, CONFIG), "utf8").catch(() => base);
  const wanted = withUrl(readProduction(previous), values.url);
  refuseLocalSettings(wanted);

  if (values["dry-run"]) {
    console.info("Dry run: nothing is sent to Cloudflare, and nothing is written.");
    await deploy(rehearsal, base, wanted, async () => {});
    return;
  }
  await deploy(cloudflare, base, wanted, async (config) => {
    await writeFile(path.join(ROOT, CONFIG), config);
  });
});

function withUrl(production: Production, url: string | undefined): Production {
  if (url === undefined) return production;
  if (!URL.canParse(url)) throw new Trouble(`--url is "${url}": pass a complete URL.`);
  return { ...production, vars: { ...production.vars, PUBLIC_URL: new URL(url).origin } };
}

async function deploy(
  cloud: Cloud,
  base: string,
  wanted: Production,
  keep: (config: string) => Promise<void>,
): Promise<void> {
  step("The account");
  await cloud.requireLogin();

  step(`The database ${wanted.name}`);
  const databaseId = wanted.databaseId ?? (await ensureDatabase(cloud, wanted.name));
  const title = `${wanted.name}-routes`;
  step(`The KV namespace ${title}`);
  const kvId = wanted.kvId ?? (await ensureKv(cloud, title));
  const config = deriveConfig(base, { ...wanted, databaseId, kvId });
  step(`The ids, in ${CONFIG}`);
  await keep(config);

  for (const queue of queuesOf(config)) {
    step(`The queue ${queue}`);
    if (!(await cloud.hasQueue(queue))) await cloud.createQueue(queue);
  }

  step("Missing secrets");
  const present = await cloud.secrets(wanted.name);
  const missing = requiredSecretsOf(config).filter((name) => !present.includes(name));
  step("The migrations of the database");
  await cloud.migrate(CONFIG);
  step("The Worker");
  if (cloud === rehearsal) await cloud.deploy(CONFIG, missing.length > 0 ? SECRETS : null);
  else await deployWithSecrets(cloud, missing);
  step(`Done: ${wanted.vars["PUBLIC_URL"] ?? ""}`);
}

async function ensureDatabase(cloud: Cloud, name: string): Promise<string | null> {
  const found = await cloud.databaseId(name);
  if (found !== null) return found;
  await cloud.createDatabase(name);
  return await cloud.databaseId(name);
}

async function ensureKv(cloud: Cloud, title: string): Promise<string | null> {
  const found = await cloud.kvId(title);
  if (found !== null) return found;
  await cloud.createKv(title);
  return await cloud.kvId(title);
}

/** Uploads the Worker with its missing secrets, after saving them to a file for the operator. */
async function deployWithSecrets(cloud: Cloud, missing: readonly string[]): Promise<void> {
  if (missing.length === 0) return await cloud.deploy(CONFIG, null);
  const file = path.join(ROOT, SECRETS);
  const kept = JSON.parse(await readFile(file, "utf8").catch(() => "{}")) as Record<string, string>;
  const made = Object.fromEntries(missing.map((name) => [name, kept[name] ?? makeSecret(name)]));
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `${JSON.stringify({ ...kept, ...made }, null, 2)}\n`, { mode: 0o600 });

  const folder = await mkdtemp(path.join(tmpdir(), "signpost-secrets-"));
  try {
    // Only missing ones: a secret that Cloudflare has is never replaced.
    const upload = path.join(folder, "secrets.json");
    await writeFile(upload, JSON.stringify(made), { mode: 0o600 });
    await cloud.deploy(CONFIG, upload);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  console.info(`Created ${missing.join(", ")}. Keep a copy of ${SECRETS} in a safe place.`);
}

function step(what: string): void {
  console.info(what);
}
