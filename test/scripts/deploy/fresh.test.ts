/** What a deployment makes in an account, and what it leaves alone when it runs again. */

import { afterEach, beforeEach, describe, it } from "vitest";

import { addDatabase, scriptOf } from "../loopback/account.ts";
import { newClone, URL_FLAGS } from "../loopback/clone.ts";
import { startLoopback, type Loopback } from "../loopback/server.ts";

let cloudflare: Loopback;

beforeEach(async () => {
  cloudflare = await startLoopback();
});

afterEach(async () => await cloudflare.close());

const QUEUES = ["clicks", "clicks-dead", "webhooks", "webhooks-dead", "webhooks-slow"];
const DAY_S = 86_400;

describe("a deployment into an empty account", () => {
  it("makes everything under the installation's name, and says what is live", async ({
    expect,
  }) => {
    const { said, failed } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed, said).toBe(false);
    const { databases, namespaces, queues, scripts, domains } = cloudflare.account;
    expect(databases.map(({ name }) => name)).toEqual(["signpost"]);
    expect(namespaces.map(({ title }) => title)).toEqual(["signpost-routes"]);
    expect(queues.map(({ name }) => name).sort()).toEqual(QUEUES.map((role) => `signpost-${role}`));
    expect(domains).toMatchObject([{ hostname: "go.example.com", service: "signpost" }]);
    const version = scripts.get("signpost")?.versionId;
    expect(said).toContain(`Live: https://go.example.com, version ${version}.`);
  });

  it("migrates the database before the Worker that needs it is live", async ({ expect }) => {
    await newClone(cloudflare).deploy(...URL_FLAGS);
    const changes = cloudflare.changes().map(({ method, path }) => `${method} ${path}`);
    const migrated = changes.findLastIndex((change) => change.endsWith("/query"));
    const uploaded = changes.findIndex((change) => change.endsWith("/workers/scripts/signpost"));
    expect(migrated).toBeGreaterThan(-1);
    expect(uploaded).toBeGreaterThan(migrated);
    const [database] = cloudflare.account.databases;
    expect(database?.sqlite.prepare("SELECT count(*) AS users FROM users").get()).toEqual({
      users: 0,
    });
  });

  it("keeps messages of every queue for 14 days, so that late retries find them", async ({
    expect,
  }) => {
    await newClone(cloudflare).deploy(...URL_FLAGS);
    for (const { name, settings } of cloudflare.account.queues) {
      expect(settings.message_retention_period, name).toBe(14 * DAY_S);
    }
  });

  it("keeps messages for a day on the free plan, and says what does not work there", async ({
    expect,
  }) => {
    cloudflare.account.plan = "free";
    const { said, failed } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed, said).toBe(false);
    expect(cloudflare.account.queues[0]?.settings.message_retention_period).toBe(DAY_S);
    expect(said).toContain("error 1102");
  });

  it("notices the free plan by what Cloudflare refuses, if the token may not read it", async ({
    expect,
  }) => {
    cloudflare.account.plan = "free";
    cloudflare.account.denied.add("Billing Read");
    const clone = newClone(cloudflare);
    for (const run of ["first", "again"]) {
      const { said, failed } = await clone.deploy(...URL_FLAGS);
      expect(failed, said).toBe(false);
      expect(said, run).toContain("error 1102");
      expect(cloudflare.account.queues[4]?.settings.message_retention_period).toBe(DAY_S);
      expect(clone.read("wrangler.signpost.toml")).not.toContain("cpu_ms");
    }
  });

  it("leaves workers.dev closed when the installation has a host of its own", async ({
    expect,
  }) => {
    cloudflare.account.subdomain = null;
    const { failed } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed).toBe(false);
    expect(cloudflare.account.scripts.get("signpost")?.workersDev).toBe(false);
  });

  it("is on workers.dev without --url, and says so when the account has no name there", async ({
    expect,
  }) => {
    const { said } = await newClone(cloudflare).deploy();
    expect(said).toContain("Live: https://signpost.acme.workers.dev");
    expect(cloudflare.account.scripts.get("signpost")?.workersDev).toBe(true);
    expect(cloudflare.account.domains).toEqual([]);

    const nameless = await startLoopback();
    nameless.account.subdomain = null;
    const { said: refused } = await newClone(nameless).deploy();
    expect(refused).toContain("--url https://go.example.com");
    expect(nameless.changes()).toEqual([]);
    await nameless.close();
  });

  it("makes database, namespace and queues in the jurisdiction that is asked for", async ({
    expect,
  }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS, "--jurisdiction", "eu");
    const { databases, namespaces, queues } = cloudflare.account;
    expect(databases[0]?.created).toEqual({ name: "signpost", jurisdiction: "eu" });
    expect(namespaces[0]?.created).toEqual({ title: "signpost-routes", jurisdiction: "eu" });
    expect(queues.map(({ jurisdiction }) => jurisdiction)).toEqual(QUEUES.map(() => "eu"));
  });

  it("makes the database near the location that is asked for, and later its objects", async ({
    expect,
  }) => {
    await newClone(cloudflare).deploy(...URL_FLAGS, "--location", "weur");
    const [database] = cloudflare.account.databases;
    expect(database?.created).toEqual({ name: "signpost", primary_location_hint: "weur" });
    expect(cloudflare.account.scripts.get("signpost")?.bindings).toContainEqual({
      type: "plain_text",
      name: "LOCATION_HINT",
      text: "weur",
    });
  });
});

describe("a deployment that runs again", () => {
  it("makes new objects where the database is, also after one that was cut off before its Worker", async ({
    expect,
  }) => {
    const clone = newClone(cloudflare);
    const refused = { status: 500, code: 1 } as const;
    cloudflare.trouble = ({ method, path }) =>
      method === "PUT" && path.endsWith("/scripts/signpost") ? { how: refused } : null;
    expect((await clone.deploy(...URL_FLAGS, "--location", "weur")).failed).toBe(true);
    cloudflare.trouble = () => null;
    const hint = (): unknown =>
      scriptOf(cloudflare.account, "signpost").bindings.find(
        ({ name }) => name === "LOCATION_HINT",
      );
    expect((await clone.deploy(...URL_FLAGS)).failed).toBe(false);
    expect(hint()).toMatchObject({ text: "weur" });
    await clone.deploy("--var", "LOCATION_HINT=enam");
    await clone.deploy();
    expect(hint()).toMatchObject({ text: "enam" });
  });

  it("makes nothing twice, and changes nothing but the Worker", async ({ expect }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS);
    const before = cloudflare.calls.length;
    const { said, failed } = await clone.deploy();
    expect(failed, said).toBe(false);
    const again = cloudflare.calls.slice(before).filter(({ method }) => method !== "GET");
    const made = again.filter(
      ({ method, path }) =>
        method === "POST" && /\/(?:database|namespaces|queues|consumers)$/.test(path),
    );
    expect(made).toEqual([]);
    expect(again.filter(({ path }) => path.includes("/workers/domains"))).toEqual([]);
    expect(cloudflare.account.scripts.get("signpost")?.uploads).toBe(2);
  });

  it("finds the installation from another clone that knows nothing of it", async ({ expect }) => {
    await newClone(cloudflare).deploy(...URL_FLAGS);
    const bindings = cloudflare.account.scripts.get("signpost")?.bindings;
    const { said, failed } = await newClone(cloudflare).deploy();
    expect(failed, said).toBe(false);
    expect(said).toContain("Live: https://go.example.com");
    const after = cloudflare.account.scripts.get("signpost")?.bindings;
    const withoutSetup = after?.filter(({ name }) => name !== "SETUP_TOKEN");
    expect(withoutSetup).toEqual(
      expect.arrayContaining(bindings?.filter(({ name }) => name !== "SETUP_TOKEN") ?? []),
    );
  });

  it("raises the retention of queues that were made with less", async ({ expect }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS);
    const [queue] = cloudflare.account.queues;
    Object.assign(queue?.settings ?? {}, { message_retention_period: 345_600, delivery_delay: 7 });
    await clone.deploy();
    expect(queue?.settings).toEqual({ message_retention_period: 14 * DAY_S, delivery_delay: 7 });
  });

  it("uses the database that the Worker is bound to, whatever its name", async ({ expect }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS);
    const [bound] = cloudflare.account.databases;
    Object.assign(bound ?? {}, { name: "renamed", created: { name: "renamed" } });
    addDatabase(cloudflare.account, { name: "signpost" });
    await clone.deploy();
    const bindings = cloudflare.account.scripts.get("signpost")?.bindings;
    expect(bindings?.find(({ type }) => type === "d1")).toMatchObject({ id: bound?.id });
  });

  it("refuses when the database that the Worker is bound to is gone", async ({ expect }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS);
    cloudflare.account.databases.length = 0;
    const before = cloudflare.changes().length;
    const { said, failed } = await clone.deploy();
    expect(failed).toBe(true);
    expect(said).toContain("no longer has");
    expect(cloudflare.changes().length).toBe(before);
  });
});

describe("a dry run", () => {
  it("asks, prints the difference, and changes nothing", async ({ expect }) => {
    const clone = newClone(cloudflare);
    const { said, failed } = await clone.deploy(...URL_FLAGS, "--dry-run");
    expect(failed).toBe(false);
    expect(said).toContain("create database signpost");
    expect(said).toContain("attach go.example.com");
    expect(cloudflare.calls.length).toBeGreaterThan(5);
    expect(cloudflare.changes()).toEqual([]);
    expect(clone.files()).toEqual(["wrangler.toml"]);
    expect(said).not.toContain("/setup#");
  });

  it("prints only what is missing of a live installation", async ({ expect }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS);
    cloudflare.account.queues.splice(0, 1);
    const { said } = await clone.deploy("--dry-run");
    expect(said).toContain("create queue signpost-clicks");
    expect(said).not.toContain("create database");
    expect(said).not.toContain("attach go.example.com");
  });
});

describe("the end of a deployment", () => {
  it("waits until the new host answers 200", async ({ expect }) => {
    const answers = [525, 404, 200];
    const asked: string[] = [];
    const clone = newClone(cloudflare, async (url) => {
      asked.push(url);
      return answers.shift() ?? 200;
    });
    const { failed, pauses } = await clone.deploy(...URL_FLAGS);
    expect(failed).toBe(false);
    expect(asked).toEqual(Array.from({ length: 3 }, () => "https://go.example.com/api/health"));
    expect(pauses.length).toBe(2);
  });

  it("fails when the Worker does not answer, and says that it is uploaded", async ({ expect }) => {
    const clone = newClone(cloudflare, async () => {
      throw new Error("getaddrinfo ENOTFOUND");
    });
    const { said, failed } = await clone.deploy(...URL_FLAGS, "--wait", "9");
    expect(failed).toBe(true);
    expect(said).toContain("The Worker is uploaded");
    expect(said).toContain("ENOTFOUND");
  });
});
