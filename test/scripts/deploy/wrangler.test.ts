/** The whole of `npm run deploy` with wrangler itself, against the loopback API. */

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, it } from "vitest";

import { startWrangler } from "../../../tools/wrangler.ts";
import { scriptOf } from "../loopback/account.ts";
import { newClone } from "../loopback/clone.ts";
import { startLoopback, TOKEN, type Loopback } from "../loopback/server.ts";

const ROOT = path.join(import.meta.dirname, "../../..");
/** Deployments write into this folder, beside what a person has deployed from it. */
const NAME = `loopback-${crypto.randomUUID().slice(0, 8)}`;
const FOLDER = path.join(ROOT, ".signpost", NAME);
const FLAGS = ["--name", NAME, "--url", "https://go.example.com", "--wait", "0"];
const WITHIN_MS = 180_000;

let cloudflare: Loopback;
const said: string[] = [];
const home = signIn();

beforeAll(async () => {
  cloudflare = await startLoopback();
});

afterAll(async () => {
  await cloudflare.close();
  rmSync(home, { recursive: true, force: true });
  rmSync(FOLDER, { recursive: true, force: true });
  rmSync(path.join(ROOT, `wrangler.${NAME}.toml`), { force: true });
});

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
}

/** Signs in as `npx wrangler login` does, and returns the home folder that has it. */
function signIn(): string {
  const home = mkdtempSync(path.join(tmpdir(), "signpost-home-"));
  const folder = path.join(home, ".config", ".wrangler", "config");
  mkdirSync(folder, { recursive: true });
  const until = new Date(Date.now() + WITHIN_MS).toISOString();
  const login = `oauth_token = "${TOKEN}"\nrefresh_token = "r"\nexpiration_time = "${until}"\n`;
  writeFileSync(path.join(folder, "default.toml"), login);
  return home;
}

function start(
  credentials: Readonly<Record<string, string>> = { CLOUDFLARE_API_TOKEN: TOKEN },
): Run {
  const script = path.join(ROOT, "scripts", "deploy.ts");
  const child = spawn(process.execPath, [script, ...FLAGS], {
    cwd: ROOT,
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      CLOUDFLARE_API_BASE_URL: cloudflare.url,
      ...credentials,
      WRANGLER_LOG: "debug",
    },
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, output }));
  return { child, ended };
}

/** Sets a secret as docs/deploy.md says. */
async function putSecret(name: string, value: string): Promise<number | null> {
  const args = ["secret", "put", name, "--config", `wrangler.${NAME}.toml`];
  const child = startWrangler(args, ["pipe", "ignore", "ignore"], {
    CLOUDFLARE_API_BASE_URL: cloudflare.url,
    CLOUDFLARE_API_TOKEN: TOKEN,
  });
  child.stdin?.end(value);
  const [code] = await once(child, "close");
  return code as number | null;
}

function secrets(): ReadonlyMap<string, string> {
  const { bindings } = scriptOf(cloudflare.account, NAME);
  const texts = bindings.filter(({ type }) => type === "secret_text");
  return new Map(texts.map(({ name, text }) => [name, String(text)]));
}

describe("npm run deploy", () => {
  it(
    "takes wrangler's login, and told to end during the upload leaves no secrets to upload",
    { timeout: WITHIN_MS },
    async ({ expect }) => {
      const uploading = new Promise<void>((resolve) => {
        cloudflare.trouble = ({ method, path: route }) => {
          if (method !== "PUT" || !route.endsWith(`/scripts/${NAME}`)) return null;
          resolve();
          return { how: "hang" };
        };
      });
      const { child, ended } = start({ HOME: home });
      await Promise.race([uploading, ended]);
      expect(existsSync(path.join(FOLDER, "upload.json"))).toBe(true);
      child.kill("SIGTERM");
      const { code, output } = await ended;
      said.push(output);
      expect(code).toBe(143);
      expect(existsSync(path.join(FOLDER, "upload.json"))).toBe(false);
      cloudflare.trouble = () => null;
    },
  );

  it(
    "goes on where it was ended, with the secrets that it made then",
    { timeout: WITHIN_MS },
    async ({ expect }) => {
      const made = JSON.parse(readFileSync(path.join(FOLDER, "secrets.json"), "utf8")) as object;
      const { code, output } = await start().ended;
      said.push(output);
      expect(code, output).toBe(0);
      expect(Object.fromEntries(secrets())).toEqual(made);
      expect(output).not.toMatch(/\bWARNING\b/);
      expect(output).toContain(`version ${scriptOf(cloudflare.account, NAME).versionId}`);
      expect(existsSync(path.join(FOLDER, "upload.json"))).toBe(false);
    },
  );

  it(
    "keeps secrets of a person's own, and prints none, whatever wrangler logs",
    { timeout: WITHIN_MS },
    async ({ expect }) => {
      expect(await putSecret("SAAS_TOKEN", "saas-token-of-a-person")).toBe(0);
      const { output } = await start().ended;
      expect(secrets().get("SAAS_TOKEN")).toBe("saas-token-of-a-person");
      expect(output).toContain("Uploaded");
      for (const text of [...said, output]) {
        for (const [name, secret] of secrets()) {
          // Only the link to the first account is printed, once.
          const rest = name === "SETUP_TOKEN" ? text.replace(`/setup#${secret}`, "") : text;
          expect(rest, name).not.toContain(secret);
        }
        expect(text).not.toContain(TOKEN);
      }
    },
  );

  it("leaves all hosts to the API, where each is attached by itself", ({ expect }) => {
    const hosts = cloudflare.calls.filter(({ path: route }) =>
      /\/(?:domains|routes)\b/.test(route),
    );
    const changes = hosts.filter(({ method }) => method !== "GET");
    expect(changes.map(({ method, path: route }) => `${method} ${route}`)).toEqual([
      `PUT /accounts/${cloudflare.account.id}/workers/domains`,
    ]);
    expect(changes[0]?.body).not.toHaveProperty("override_existing_dns_record");
  });

  it("uploads what the tests' stand-in for wrangler uploads", async ({ expect }) => {
    const other = await startLoopback();
    await newClone(other).deploy(...FLAGS);
    const shape = ({ account }: Loopback): readonly string[] =>
      scriptOf(account, NAME)
        .bindings.map(({ type, name }) => `${type} ${name}`)
        .filter((binding) => !["assets ASSETS", "secret_text SAAS_TOKEN"].includes(binding))
        .sort();
    expect(shape(cloudflare)).toEqual(shape(other));
    const consumers = ({ account }: Loopback): readonly string[] =>
      account.queues
        .flatMap(({ name, consumers: all }) => all.map(({ script }) => `${name} ${script}`))
        .sort();
    expect(consumers(cloudflare)).toEqual(consumers(other));
    const tables = ({ account }: Loopback): unknown =>
      account.databases[0]?.sqlite
        .prepare("SELECT name FROM sqlite_master WHERE name NOT LIKE '%migrations%' ORDER BY name")
        .all();
    expect(tables(cloudflare)).toEqual(tables(other));
    await other.close();
  });
});
