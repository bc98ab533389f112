/** A deployment by a machine that is gone afterwards: Workers Builds, also from a deploy button. */

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { beforeEach, afterEach, describe, it } from "vitest";

import { TOKEN_FORM } from "../../../scripts/deploy/permissions.ts";
import { readTemplate, table, tables } from "../../../scripts/deploy/template.ts";
import { addDatabase, addQueue, addScript, scriptOf } from "../loopback/account.ts";
import { newClone, type Clone } from "../loopback/clone.ts";
import { startLoopback, type Loopback } from "../loopback/server.ts";

let cloudflare: Loopback;

beforeEach(async () => {
  cloudflare = await startLoopback();
});

afterEach(async () => await cloudflare.close());

const BUILD = { CI: "true", WORKERS_CI: "1", WORKERS_CI_BRANCH: "main" };

/** What the person typed into the form of the button. */
const TYPED = "a secret that a person has typed, and kept";

/**
 * What the button does before the build: it makes the resources, writes them into the copy, and makes
 * an empty Worker that has the secret.
 */
function press(): Clone {
  const { account } = cloudflare;
  const clone = newClone(cloudflare);
  const database = addDatabase(account, { name: "acme-db" });
  const namespace = { id: "c".repeat(32), title: "acme-kv", created: {} };
  account.namespaces.push(namespace);
  for (const role of ["clicks", "clicks-dead", "webhooks", "webhooks-dead", "webhooks-slow"]) {
    addQueue(account, `short-${role}`);
  }
  const toml = (clone.read("wrangler.toml") ?? "")
    .replace('name = "signpost"', 'name = "acme"')
    .replace("00000000-0000-0000-0000-000000000001", database.id)
    .replace("00000000000000000000000000000001", namespace.id)
    .replaceAll('"signpost-', '"short-');
  writeFileSync(path.join(clone.root, "wrangler.toml"), toml);
  const secret = { type: "secret_text", name: "SIGNPOST_SECRET", text: TYPED };
  addScript(account, "acme", [secret]);
  return clone;
}

describe("a build of a deploy button", () => {
  it("uses what the button made, under the names that the person chose", async ({ expect }) => {
    const clone = press();
    const { said, failed } = await clone.deployWith(BUILD);
    expect(failed, said).toBe(false);
    const { databases, namespaces, queues } = cloudflare.account;
    expect([databases.length, namespaces.length, queues.length]).toEqual([1, 1, 5]);
    const bindings = scriptOf(cloudflare.account, "acme").bindings;
    expect(bindings.find(({ name }) => name === "CLICKS")).toMatchObject({
      queue_name: "short-clicks",
    });
    expect(bindings.find(({ name }) => name === "DB")).toMatchObject({ id: databases[0]?.id });
    expect(queues.flatMap(({ consumers }) => consumers.map(({ script }) => script))).toEqual(
      queues.map(() => "acme"),
    );
  });

  it("needs no address: the installation begins on workers.dev", async ({ expect }) => {
    const { said } = await press().deployWith(BUILD);
    expect(said).toContain("Live: https://acme.acme.workers.dev");
  });

  it("takes the place of the empty Worker that the build is connected to", async ({ expect }) => {
    const { said, failed } = await press().deployWith(BUILD);
    expect(failed, said).toBe(false);
    const { bindings } = scriptOf(cloudflare.account, "acme");
    const secrets = bindings.filter(({ type }) => type === "secret_text");
    expect(secrets).toEqual([{ type: "secret_text", name: "SIGNPOST_SECRET", text: TYPED }]);
    expect(said).not.toContain(TYPED);
  });

  it("counts clicks also if the button renamed queues without their consumers", async ({
    expect,
  }) => {
    const clone = press();
    const [produced, ...consumed] = (clone.read("wrangler.toml") ?? "").split("[[queues.consumers");
    const unchanged = consumed.map((part) => part.replaceAll('"short-', '"signpost-'));
    const toml = [produced, ...unchanged].join("[[queues.consumers");
    writeFileSync(path.join(clone.root, "wrangler.toml"), toml);
    const { said, failed } = await clone.deployWith(BUILD);
    expect(failed, said).toBe(false);
    const { queues } = cloudflare.account;
    expect(queues.map(({ name }) => name).filter((name) => !name.startsWith("short-"))).toEqual([]);
    expect(queues.flatMap(({ consumers }) => consumers.map(({ script }) => script))).toEqual(
      queues.map(() => "acme"),
    );
  });

  it("says what it lacks if nobody typed a secret", async ({ expect }) => {
    const clone = press();
    addScript(cloudflare.account, "acme");
    const { said, failed } = await clone.deployWith(BUILD);
    expect(failed).toBe(true);
    expect(said).toContain("The Worker lacks SIGNPOST_SECRET");
    expect(said).toContain("Settings, Variables and Secrets");
    expect(cloudflare.changes()).toEqual([]);
    const given = await clone.deployWith({ ...BUILD, SIGNPOST_SECRET: TYPED });
    expect(given.failed, given.said).toBe(false);
  });

  it("is told which permissions the token of a build lacks", async ({ expect }) => {
    cloudflare.account.denied.add("D1 Edit").add("Queues Edit");
    const { said, failed } = await press().deployWith(BUILD);
    expect(failed).toBe(true);
    expect(said).toContain("  D1: Edit\n  Queues: Edit\n");
    expect(said).toContain("Settings, Build, API token");
    expect(said).toContain(TOKEN_FORM);
    expect(cloudflare.changes()).toEqual([]);
  });

  it("is refused if a queue was renamed so that its role is lost", async ({ expect }) => {
    const clone = press();
    const toml = (clone.read("wrangler.toml") ?? "").replaceAll('"short-clicks"', '"my-queue"');
    writeFileSync(path.join(clone.root, "wrangler.toml"), toml);
    const { said, failed } = await clone.deployWith(BUILD);
    expect(failed).toBe(true);
    expect(said).toContain("a queue without a role: my-queue");
  });

  it("prints no link to the first account, and leaves no secrets on the machine", async ({
    expect,
  }) => {
    const clone = press();
    const { said } = await clone.deployWith(BUILD);
    expect(said).toContain("run `npm run deploy` on a machine of your own");
    expect(said).not.toContain("/setup#");
    expect(clone.files()).not.toContain(".signpost/acme/secrets.json");
  });
});

describe("what a button reads of this repository", () => {
  const root = path.join(import.meta.dirname, "../../..");
  const read = (file: string): string => readFileSync(path.join(root, file), "utf8");

  it("asks for one secret, and for nothing that must not be answered", ({ expect }) => {
    expect(read(".dev.vars.example")).toBe("SIGNPOST_SECRET=\n");
  });

  it("describes everything that it asks for", ({ expect }) => {
    const { cloudflare: described } = JSON.parse(read("package.json")) as {
      cloudflare: { bindings: Readonly<Record<string, { description: string }>> };
    };
    const { toml, vars } = readTemplate(read("wrangler.toml"));
    const made = [
      ...tables(toml, "d1_databases"),
      ...tables(toml, "kv_namespaces"),
      ...tables(table(toml, "queues"), "producers"),
    ].flatMap(({ binding }) => (typeof binding === "string" ? [binding] : []));
    const asked = ["SIGNPOST_SECRET", ...Object.keys(vars), ...made];
    expect(Object.keys(described.bindings).sort()).toEqual(asked.sort());
  });

  it("leads to a token with all permissions that docs/deploy.md lists", ({ expect }) => {
    expect(read("docs/deploy.md")).toContain(`(${TOKEN_FORM})`);
  });
});
