/** A deployment by a machine that is gone afterwards: Workers Builds, also from a deploy button. */

import { writeFileSync } from "node:fs";
import path from "node:path";

import { beforeEach, afterEach, describe, it } from "vitest";

import { addDatabase, addQueue, scriptOf } from "../loopback/account.ts";
import { newClone, type Clone } from "../loopback/clone.ts";
import { startLoopback, type Loopback } from "../loopback/server.ts";

let cloudflare: Loopback;

beforeEach(async () => {
  cloudflare = await startLoopback();
});

afterEach(async () => await cloudflare.close());

const BUILD = {
  CI: "true",
  WORKERS_CI: "1",
  AUTH_SECRET: "auth".padEnd(32, "-"),
  ENCRYPTION_KEY: `1:${"A".repeat(43)}=`,
  ADMIN_TOKEN: "admin".padEnd(32, "-"),
};

/** What the button does before the build: it makes the resources, and writes them into the copy. */
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
    const clone = press();
    cloudflare.account.scripts.set("acme", {
      bindings: [{ type: "secret_text", name: "SIGNPOST_SECRET", text: "typed" }],
      metadata: {},
      versionId: "1",
      uploads: 1,
      workersDev: true,
      previews: false,
      crons: [],
    });
    const { said, failed } = await clone.deployWith(BUILD);
    expect(failed, said).toBe(false);
    const bindings = scriptOf(cloudflare.account, "acme").bindings;
    expect(bindings.find(({ name }) => name === "SIGNPOST_SECRET")).toMatchObject({
      text: "typed",
    });
  });

  it("is told which permissions the token of a build lacks", async ({ expect }) => {
    cloudflare.account.denied.add("D1 Edit").add("Queues Edit");
    const { said, failed } = await press().deployWith(BUILD);
    expect(failed).toBe(true);
    expect(said).toContain("  D1: Edit\n  Queues: Edit\n");
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
