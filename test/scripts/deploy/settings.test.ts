/** The settings of a live installation are kept, and what changes is said. */

import { writeFileSync } from "node:fs";
import path from "node:path";

import { parse } from "smol-toml";
import { afterEach, beforeEach, describe, it } from "vitest";

import { scriptOf } from "../loopback/account.ts";
import { newClone, URL_FLAGS, type Clone } from "../loopback/clone.ts";
import { startLoopback, type Loopback } from "../loopback/server.ts";

let cloudflare: Loopback;

beforeEach(async () => {
  cloudflare = await startLoopback();
});

afterEach(async () => await cloudflare.close());

function vars(): Readonly<Record<string, unknown>> {
  const bindings = cloudflare.account.scripts.get("signpost")?.bindings ?? [];
  const texts = bindings.filter(({ type }) => type === "plain_text");
  return Object.fromEntries(texts.map(({ name, text }) => [name, text]));
}

function edit(clone: Clone, change: (toml: string) => string): void {
  writeFileSync(path.join(clone.root, "wrangler.toml"), change(clone.read("wrangler.toml") ?? ""));
}

describe("the settings of a live installation", () => {
  it("are kept by a deployment from a clone that knows none of them", async ({ expect }) => {
    await newClone(cloudflare).deploy(
      ...URL_FLAGS,
      "--var",
      "SIGNUPS=closed",
      "--var",
      "EXTRA=a=b",
    );
    const before = vars();
    expect(before).toMatchObject({ SIGNUPS: "closed", EXTRA: "a=b" });
    const { said } = await newClone(cloudflare).deploy();
    expect(vars()).toEqual(before);
    expect(said).toContain('SIGNUPS stays "closed"; wrangler.toml has "first"');
  });

  it("are kept against the dashboard's and wrangler.toml's later values alike", async ({
    expect,
  }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS);
    const script = scriptOf(cloudflare.account, "signpost");
    script.bindings = script.bindings.map((binding) =>
      binding.name === "CLICK_RETENTION_DAYS" ? { ...binding, text: "30" } : binding,
    );
    edit(clone, (toml) =>
      toml.replace('CLICK_RETENTION_DAYS = "395"', "CLICK_RETENTION_DAYS = 400"),
    );
    await clone.deploy();
    expect(vars()["CLICK_RETENTION_DAYS"]).toBe("30");
  });

  it("change by a flag, which is said", async ({ expect }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS);
    const { said } = await clone.deploy("--var", "SIGNUPS=closed");
    expect(said).toContain('SIGNUPS changes from "first" to "closed".');
    expect(vars()["SIGNUPS"]).toBe("closed");
  });

  it("gain what a new version adds", async ({ expect }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS);
    edit(clone, (toml) => toml.replace("[vars]", "[vars]\n  NEW_SETTING = 'on'"));
    const { said } = await clone.deploy();
    expect(said).toContain('NEW_SETTING is new: "on".');
    expect(vars()["NEW_SETTING"]).toBe("on");
  });

  it("never open private networks to webhooks", async ({ expect }) => {
    const { said, failed } = await newClone(cloudflare).deploy(
      ...URL_FLAGS,
      "--var",
      "ALLOW_PRIVATE_WEBHOOKS=true",
    );
    expect(failed).toBe(true);
    expect(said).toContain("ALLOW_PRIVATE_WEBHOOKS");
    expect(cloudflare.changes()).toEqual([]);
  });

  it("include bindings: what an upload removes is said before", async ({ expect }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS);
    const script = scriptOf(cloudflare.account, "signpost");
    script.bindings = [
      ...script.bindings,
      { type: "r2_bucket", name: "BACKUPS", bucket_name: "b" },
    ];
    const { said } = await clone.deploy("--dry-run");
    expect(said).toContain("Bindings that wrangler.toml does not have are removed: BACKUPS.");
  });
});

describe("the derived configuration", () => {
  it("differs from wrangler.toml only in what belongs to the installation", async ({ expect }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS, "--name", "acme");
    const derived = parse(clone.read("wrangler.acme.toml") ?? "");
    const written = parse(clone.read("wrangler.toml") ?? "");
    const changed = Object.keys({ ...written, ...derived }).filter(
      (key) => JSON.stringify(written[key]) !== JSON.stringify(derived[key]),
    );
    expect(changed.sort()).toEqual(
      [
        "account_id",
        "d1_databases",
        "kv_namespaces",
        "name",
        "queues",
        "ratelimits",
        "vars",
      ].sort(),
    );
  });

  it("has no CPU limit on the free plan, which refuses one", async ({ expect }) => {
    cloudflare.account.plan = "free";
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS);
    expect(parse(clone.read("wrangler.signpost.toml") ?? "")).not.toHaveProperty("limits");
  });

  it("is refused if wrangler.toml lists routes, which would detach all other hosts", async ({
    expect,
  }) => {
    const clone = newClone(cloudflare);
    edit(
      clone,
      (toml) => `routes = [{ pattern = "links.example.com", custom_domain = true }]\n${toml}`,
    );
    const { said, failed } = await clone.deploy(...URL_FLAGS);
    expect(failed).toBe(true);
    expect(said).toContain("--domain");
    expect(cloudflare.calls).toEqual([]);
  });
});
