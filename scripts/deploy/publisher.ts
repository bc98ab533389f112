/** What wrangler does of a deployment: it migrates the database, and builds and uploads the Worker. */

import { rmSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { buildReference } from "../../tools/reference/build.ts";
import { Trouble } from "../../tools/trouble.ts";
import { runWrangler } from "../../tools/wrangler.ts";

export interface Publisher {
  migrate(config: string): Promise<void>;
  /** Returns the id of the new version, if wrangler says it. */
  upload(config: string, secrets: Readonly<Record<string, string>>): Promise<string | null>;
}

export interface Workplace {
  /** A folder that is not in git. */
  readonly folder: string;
  readonly accountId: string;
  readonly say: (text: string) => void;
}

/** Uses this repository's wrangler. */
export function wranglerPublisher({ folder, accountId, say }: Workplace): Publisher {
  const env = { CLOUDFLARE_ACCOUNT_ID: accountId };
  return {
    async migrate(config) {
      const args = ["d1", "migrations", "apply", "DB", "--remote", "--config", config];
      const { code, output } = await runWrangler(args, { env });
      if (code !== 0) throw new Trouble(withoutSecrets(output, {}));
    },
    async upload(config, secrets) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await buildReference();
      const report = path.join(folder, "upload.ndjson");
      await rm(report, { force: true });
      const args = ["deploy", "--minify", "--config", config];
      const { code, output } = await withSecretsFile(folder, secrets, async (file) => {
        const given = file === null ? args : [...args, "--secrets-file", file];
        return await runWrangler(given, { env: { ...env, WRANGLER_OUTPUT_FILE_PATH: report } });
      });
      const text = withoutSecrets(output, secrets);
      if (code !== 0) throw new Trouble(text);
      say(text);
      return await versionIn(report);
    },
  };
}

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** Writes secrets to a file for as long as `use` takes, also if this process is told to end. */
async function withSecretsFile<T>(
  folder: string,
  secrets: Readonly<Record<string, string>>,
  use: (file: string | null) => Promise<T>,
): Promise<T> {
  if (Object.keys(secrets).length === 0) return await use(null);
  const file = path.join(folder, "upload.json");
  const stop = (signal: keyof typeof SIGNALS): void => {
    rmSync(file, { force: true });
    process.exit(128 + SIGNALS[signal]);
  };
  const signals = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];
  for (const signal of signals) process.on(signal, stop);
  try {
    await writeFile(file, JSON.stringify(secrets), { mode: 0o600 });
    return await use(file);
  } finally {
    await rm(file, { force: true });
    for (const signal of signals) process.off(signal, stop);
  }
}

/** Also without the address of the person who signed in, which wrangler prints when it is refused. */
function withoutSecrets(output: string, secrets: Readonly<Record<string, string>>): string {
  const text = output.trim().replaceAll(/[\w.+-]+@[\w-]+\.[\w.-]+/g, "[address]");
  return Object.values(secrets).reduce((said, secret) => said.replaceAll(secret, "[secret]"), text);
}

async function versionIn(report: string): Promise<string | null> {
  const lines = (await readFile(report, "utf8").catch(() => "")).split("\n").filter(Boolean);
  await rm(report, { force: true });
  const entries = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const version = entries.find(({ type }) => type === "deploy")?.["version_id"];
  return typeof version === "string" ? version : null;
}
