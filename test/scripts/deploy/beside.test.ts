/** Two installations in one account share nothing, and nothing of somebody else is taken for ours. */

import { afterEach, beforeEach, describe, it } from "vitest";

import { namesOf, rateLimitId } from "../../../scripts/deploy/names.ts";
import { readTemplate } from "../../../scripts/deploy/template.ts";
import { addDatabase, addQueue, addScript } from "../loopback/account.ts";
import { newClone, URL_FLAGS } from "../loopback/clone.ts";
import { startLoopback, type Loopback } from "../loopback/server.ts";

let cloudflare: Loopback;

beforeEach(async () => {
  cloudflare = await startLoopback();
});

afterEach(async () => await cloudflare.close());

const STAGING = ["--name", "signpost-staging", "--url", "https://staging.example.com"] as const;

/** The value by which a binding names what it is bound to, or what a secret is. */
function targets(worker: string): readonly string[] {
  const bindings = cloudflare.account.scripts.get(worker)?.bindings ?? [];
  return bindings
    .filter(({ type }) => !["plain_text", "durable_object_namespace"].includes(type))
    .map((binding) =>
      String(binding["id"] ?? binding["queue_name"] ?? binding["namespace_id"] ?? binding["text"]),
    );
}

describe("staging beside production", () => {
  it("shares no database, namespace, queue, rate limit or secret with it", async ({ expect }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS);
    const { said, failed } = await clone.deploy(...STAGING);
    expect(failed, said).toBe(false);
    const production = new Set(targets("signpost"));
    expect(production.size).toBeGreaterThan(10);
    expect(targets("signpost-staging").filter((target) => production.has(target))).toEqual([]);
  });

  it("leaves production's consumers, hosts and files as they were", async ({ expect }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS);
    const config = clone.read("wrangler.signpost.toml");
    const secrets = clone.read(".signpost/signpost/secrets.json");
    const uploads = cloudflare.account.scripts.get("signpost")?.uploads;
    await clone.deploy(...STAGING);
    expect(cloudflare.account.scripts.get("signpost")?.uploads).toBe(uploads);
    expect(clone.read("wrangler.signpost.toml")).toBe(config);
    expect(clone.read(".signpost/signpost/secrets.json")).toBe(secrets);
    for (const { name, consumers } of cloudflare.account.queues) {
      const owner = name.startsWith("signpost-staging-") ? "signpost-staging" : "signpost";
      expect(
        consumers.map(({ script }) => script),
        name,
      ).toEqual([owner]);
    }
  });

  it("is refused in the account of another installation of its name", async ({ expect }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS);
    const { said, failed } = await clone.deploy("--account", "b".repeat(32));
    expect(failed).toBe(true);
    expect(said).toContain("choose another name by --name");
  });
});

describe("what belongs to somebody else", () => {
  it("is refused if it is a queue with another consumer", async ({ expect }) => {
    const queue = addQueue(cloudflare.account, "signpost-webhooks");
    queue.consumers = [{ consumer_id: "1", type: "worker", script: "shop" }];
    const { said, failed } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed).toBe(true);
    expect(said).toContain("signpost-webhooks is consumed by shop");
    expect(cloudflare.changes()).toEqual([]);
  });

  it("is refused if it is a database with other tables", async ({ expect }) => {
    const database = addDatabase(cloudflare.account, { name: "signpost" });
    database.sqlite.exec("CREATE TABLE orders (id INTEGER)");
    const { said, failed } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed).toBe(true);
    expect(said).toContain("tables that are not Signpost's");
    expect(cloudflare.changes()).toEqual([]);
  });

  it("is refused if it is a Worker of another program", async ({ expect }) => {
    const pages = { type: "kv_namespace", name: "PAGES", namespace_id: "1" };
    addScript(cloudflare.account, "signpost", [pages]);
    const { said, failed } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed).toBe(true);
    expect(said).toContain("not Signpost");
    expect(cloudflare.changes()).toEqual([]);
  });

  it("does not hide ours, however many there are", async ({ expect }) => {
    for (let number = 0; number < 120; number += 1) addQueue(cloudflare.account, `other-${number}`);
    addQueue(cloudflare.account, "signpost-clicks");
    const { failed } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed).toBe(false);
    expect(cloudflare.account.queues.length).toBe(125);
  });

  it("is used if it is empty, as after a deployment that was cut off", async ({ expect }) => {
    addDatabase(cloudflare.account, { name: "signpost" });
    addQueue(cloudflare.account, "signpost-clicks");
    const { failed } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed).toBe(false);
    expect(cloudflare.account.databases.length).toBe(1);
    expect(cloudflare.account.queues.length).toBe(5);
  });

  it("is refused if it was made in another jurisdiction", async ({ expect }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS, "--jurisdiction", "eu");
    const [queue] = cloudflare.account.queues.splice(0, 1);
    addQueue(cloudflare.account, queue?.name ?? "", "us");
    const { said, failed } = await clone.deploy();
    expect(failed).toBe(true);
    expect(said).toContain("in the jurisdiction us, which cannot be changed to eu");
  });
});

describe("what a later version adds", () => {
  it("is made in the jurisdiction of the database, also by a machine that was never told", async ({
    expect,
  }) => {
    await newClone(cloudflare).deploy(...URL_FLAGS, "--jurisdiction", "eu");
    cloudflare.account.queues.splice(0, 1);
    const { failed } = await newClone(cloudflare).deploy();
    expect(failed).toBe(false);
    expect(cloudflare.account.queues.map(({ jurisdiction }) => jurisdiction)).toEqual(
      Array.from({ length: 5 }, () => "eu"),
    );
  });
});

describe("the names of an installation", () => {
  const TEMPLATE = `
name = "acme"
[[d1_databases]]
binding = "DB"
database_id = "00000000-0000-0000-0000-000000000001"
[[queues.producers]]
binding = "CLICKS"
queue = "signpost-clicks"
`;

  it("all begin with its own", ({ expect }) => {
    const names = namesOf(readTemplate(TEMPLATE), null);
    expect(names).toMatchObject({ worker: "acme", database: "acme", namespace: "acme-routes" });
    expect([...names.queues.values()]).toEqual(["acme-clicks"]);
  });

  it("are those in wrangler.toml if it was filled in, as by a deploy button", ({ expect }) => {
    const filledIn = TEMPLATE.replace(/00000000[-0-9]*/, crypto.randomUUID());
    expect([...namesOf(readTemplate(filledIn), null).queues.values()]).toEqual(["signpost-clicks"]);
    expect([...namesOf(readTemplate(filledIn), "other").queues.values()]).toEqual(["other-clicks"]);
  });

  it("give each rate limit counters of its own", ({ expect }) => {
    const ids = ["signpost", "signpost-staging"].flatMap((worker) =>
      ["WRITE_LIMIT", "CHECK_LIMIT"].map((binding) => rateLimitId(worker, binding)),
    );
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[1-9]\d*$/);
    expect(rateLimitId("signpost", "WRITE_LIMIT")).toBe(ids[0]);
  });

  it.for(["Signpost", "s", "sign_post", "-signpost", "a".repeat(41), "../signpost"])(
    "are never from %s",
    async (name, { expect }) => {
      const { failed } = await newClone(cloudflare).deploy(...URL_FLAGS, "--name", name);
      expect(failed).toBe(true);
      expect(cloudflare.calls).toEqual([]);
    },
  );
});
