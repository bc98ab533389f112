/** What happens when Cloudflare says no, says nothing, or the deployment is cut off. */

import { afterEach, beforeEach, describe, it } from "vitest";

import type { Permission } from "../loopback/account.ts";
import { newClone, URL_FLAGS } from "../loopback/clone.ts";
import { startLoopback, type Call, type Loopback, type Trouble } from "../loopback/server.ts";

let cloudflare: Loopback;

beforeEach(async () => {
  cloudflare = await startLoopback();
});

afterEach(async () => await cloudflare.close());

const FIRST = [/\/d1\/database$/, /\/kv\/namespaces$/, /\/queues$/] as const;

/** The calls of a fresh deployment that change something, in order. */
const STEPS: readonly (readonly [string, RegExp])[] = [
  ["the database", /POST .*\/d1\/database$/],
  ["the namespace", /POST .*\/kv\/namespaces$/],
  ["a queue", /POST .*\/queues$/],
  ["a migration", /POST .*\/query$/],
  ["the upload", /PUT .*\/scripts\/signpost$/],
  ["the subdomain", /POST .*\/subdomain$/],
  ["the schedules", /PUT .*\/schedules$/],
  ["a consumer", /POST .*\/consumers$/],
  ["the host", /PUT .*\/workers\/domains$/],
];

/** Fails the calls that change something and fit, as often as given. */
function failing(
  fits: RegExp,
  trouble: Trouble,
  times = Number.POSITIVE_INFINITY,
): (call: Call) => Trouble | null {
  let left = times;
  return ({ method, path, body }) => {
    const isRead = method === "GET" || /^\s*select/i.test(String(body["sql"]));
    if (isRead || left === 0 || !fits.test(`${method} ${path}`)) return null;
    left -= 1;
    return trouble;
  };
}

const INTERNAL: Trouble = { how: { status: 500, code: 10_013 } };

describe("a step that fails", () => {
  it.for(STEPS)(
    "%s: the next run goes on from it, and makes nothing twice",
    async ([, fits], { expect }) => {
      const clone = newClone(cloudflare);
      cloudflare.trouble = failing(fits, INTERNAL);
      const { failed, said } = await clone.deploy(...URL_FLAGS);
      expect(failed).toBe(true);
      expect(said).toContain("This step failed: ");
      const secrets = clone.read(".signpost/signpost/secrets.json");

      cloudflare.trouble = () => null;
      const again = await clone.deploy(...URL_FLAGS);
      expect(again.failed, again.said).toBe(false);
      const { databases, namespaces, queues, domains } = cloudflare.account;
      expect([databases.length, namespaces.length, queues.length, domains.length]).toEqual([
        1, 1, 5, 1,
      ]);
      expect(queues.flatMap(({ consumers }) => consumers).length).toBe(5);
      if (secrets !== null) expect(clone.read(".signpost/signpost/secrets.json")).toBe(secrets);
    },
  );

  it("says what was done, what was not reached, and that nothing is live", async ({ expect }) => {
    cloudflare.trouble = failing(/POST .*\/kv\/namespaces$/, INTERNAL);
    const { said } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(said).toContain("This step failed: create namespace signpost-routes");
    expect(said).toContain("Done before it: create database signpost.");
    expect(said).toMatch(/Not reached: create queue signpost-clicks; .*attach go\.example\.com\./);
    expect(said).toContain("Live now: nothing");
  });

  it("says which version is live when only the host could not be attached", async ({ expect }) => {
    cloudflare.trouble = failing(/PUT .*\/workers\/domains$/, {
      how: { status: 403, code: 10_000 },
    });
    const { said } = await newClone(cloudflare).deploy(...URL_FLAGS);
    const version = cloudflare.account.scripts.get("signpost")?.versionId;
    expect(said).toContain(`Live now: the Worker signpost in version ${version}.`);
  });

  it("prints no stack", async ({ expect }) => {
    cloudflare.trouble = failing(/./, INTERNAL);
    const { said } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(said).not.toContain("    at ");
  });
});

describe("an answer that is lost", () => {
  it.for(FIRST)("%s: what was made is found, and not made again", async (fits, { expect }) => {
    cloudflare.trouble = failing(new RegExp(`POST .*${fits.source}`), { how: "lost" }, 1);
    const { failed, said } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed, said).toBe(false);
    const { databases, namespaces, queues } = cloudflare.account;
    expect([databases.length, namespaces.length, queues.length]).toEqual([1, 1, 5]);
  });

  it("of a migration: the next run goes on after it", async ({ expect }) => {
    const clone = newClone(cloudflare);
    cloudflare.trouble = ({ path, body }) =>
      path.endsWith("/query") && String(body["sql"]).includes("CREATE TABLE `users`")
        ? { how: "lost" }
        : null;
    const { failed } = await clone.deploy(...URL_FLAGS);
    expect(failed).toBe(true);
    cloudflare.trouble = () => null;
    const again = await clone.deploy(...URL_FLAGS);
    expect(again.failed, again.said).toBe(false);
  });

  it("of a host that is detached: that it is gone is enough", async ({ expect }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS, "--domain", "links.example.com");
    cloudflare.trouble = failing(/DELETE /, { how: "lost" }, 1);
    const { failed, said } = await clone.deploy("--remove-domain", "links.example.com");
    expect(failed, said).toBe(false);
    expect(cloudflare.account.domains.map(({ hostname }) => hostname)).toEqual(["go.example.com"]);
  });

  it("of the upload: the next run keeps the secrets that were uploaded", async ({ expect }) => {
    const clone = newClone(cloudflare);
    cloudflare.trouble = failing(/PUT .*\/scripts\/signpost$/, { how: "lost" }, 1);
    await clone.deploy(...URL_FLAGS);
    const secrets = secretsOf("signpost");
    expect(secrets.length).toBe(2);
    await clone.deploy(...URL_FLAGS);
    expect(secretsOf("signpost")).toEqual(secrets);
  });
});

function secretsOf(worker: string): readonly string[] {
  const bindings = cloudflare.account.scripts.get(worker)?.bindings ?? [];
  return bindings
    .filter(({ type }) => type === "secret_text")
    .map(({ name, text }) => `${name}=${String(text)}`)
    .sort();
}

describe("too many requests", () => {
  it("waits as long as Cloudflare says, then goes on", async ({ expect }) => {
    cloudflare.trouble = failing(
      /POST .*\/queues$/,
      { how: { status: 429, code: 10_429 }, retryAfter: 7 },
      2,
    );
    const { failed, pauses } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed).toBe(false);
    expect(pauses).toEqual([7_000, 7_000]);
  });

  it("gives up after four attempts", async ({ expect }) => {
    cloudflare.trouble = failing(/POST .*\/queues$/, { how: { status: 429, code: 10_429 } });
    const { failed, said } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed).toBe(true);
    expect(said).toContain("429");
    expect(
      cloudflare.calls.filter(({ method, path }) => method === "POST" && path.endsWith("/queues"))
        .length,
    ).toBe(4);
  });

  it("repeats a read that fails for a moment", async ({ expect }) => {
    let left = 2;
    cloudflare.trouble = ({ path }) => {
      if (!path.endsWith("/queues") || left === 0) return null;
      left -= 1;
      return INTERNAL;
    };
    const { failed } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed).toBe(false);
  });
});

describe("a token that may too little", () => {
  it("is told all that it lacks at once, before anything is changed", async ({ expect }) => {
    const lacking: readonly Permission[] = ["D1 Edit", "Queues Edit"];
    for (const permission of lacking) cloudflare.account.denied.add(permission);
    const { said, failed } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed).toBe(true);
    expect(said).toContain("  D1: Edit\n  Queues: Edit\n");
    expect(said).not.toContain("KV");
    expect(cloudflare.changes()).toEqual([]);
  });

  it("needs no right to read the plan", async ({ expect }) => {
    cloudflare.account.denied.add("Billing Read");
    const { said, failed } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed).toBe(false);
    expect(said).toContain("paid plan");
  });

  it("needs no right to read zones for an installation on workers.dev", async ({ expect }) => {
    cloudflare.account.denied.add("Zone Read");
    const { failed } = await newClone(cloudflare).deploy();
    expect(failed).toBe(false);
  });
});
