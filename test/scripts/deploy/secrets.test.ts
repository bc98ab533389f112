/** Secrets are made once, kept, never replaced and never printed. */

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { parse } from "smol-toml";
import { afterEach, beforeEach, describe, it } from "vitest";

import { scriptOf } from "../loopback/account.ts";
import { newClone, URL_FLAGS, type Clone } from "../loopback/clone.ts";
import { startLoopback, TOKEN, type Loopback } from "../loopback/server.ts";

let cloudflare: Loopback;

beforeEach(async () => {
  cloudflare = await startLoopback();
});

afterEach(async () => await cloudflare.close());

const KEPT = ".signpost/signpost/secrets.json";
/** As an installation has them that was made before SIGNPOST_SECRET. */
const OWN = {
  AUTH_SECRET: "auth".padEnd(32, "-"),
  ENCRYPTION_KEY: `1:${"A".repeat(43)}=`,
  ADMIN_TOKEN: "admin".padEnd(32, "-"),
};
const TYPED = { SIGNPOST_SECRET: "a secret that a person has typed, and kept" };

/** The secrets that the Worker has, but for that of the first account. */
function live(): Readonly<Record<string, string>> {
  const bindings = cloudflare.account.scripts.get("signpost")?.bindings ?? [];
  const secrets = bindings.filter(({ type, name }) => {
    return type === "secret_text" && name !== "SETUP_TOKEN";
  });
  return Object.fromEntries(secrets.map(({ name, text }) => [name, String(text)]));
}

/** Deploys an installation as one was made before SIGNPOST_SECRET. */
async function deployOlder(): Promise<void> {
  await newClone(cloudflare).deployWith({ CI: "true", ...OWN }, ...URL_FLAGS);
}

function requiredBy(clone: Clone): unknown {
  return parse(clone.read("wrangler.signpost.toml") ?? "")["secrets"];
}

function kept(clone: Clone): Readonly<Record<string, string>> {
  return JSON.parse(clone.read(KEPT) ?? "{}") as Readonly<Record<string, string>>;
}

/** Makes an account in the database, as signing up does. */
function signUp(): void {
  cloudflare.account.databases[0]?.sqlite.exec("PRAGMA foreign_keys = OFF");
  cloudflare.account.databases[0]?.sqlite.exec(
    "INSERT INTO users (id, name, email, email_verified, created_at_ms, updated_at_ms) VALUES ('u', 'A', 'a@example.com', 0, 0, 0)",
  );
}

describe("the secrets of an installation", () => {
  it("are one, made by the first deployment and kept where git does not look", async ({
    expect,
  }) => {
    const clone = newClone(cloudflare);
    const { said } = await clone.deploy(...URL_FLAGS);
    expect(Object.keys(live())).toEqual(["SIGNPOST_SECRET"]);
    expect(kept(clone)).toMatchObject(live());
    expect(said).toContain(`${KEPT} has the only readable copy of SIGNPOST_SECRET`);
  });

  it("stay as they are in each later deployment, also from another clone", async ({ expect }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS);
    const before = live();
    await clone.deploy();
    await newClone(cloudflare).deploy();
    expect(live()).toEqual(before);
  });

  it("are reminded of in every deployment, until their copies are moved", async ({ expect }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS);
    expect((await clone.deploy()).said).toContain(KEPT);
    signUp();
    rmSync(`${clone.root}/${KEPT}`);
    expect((await clone.deploy()).said).not.toContain(KEPT);
    expect(clone.read(KEPT)).toBeNull();
  });

  it("are not replaced because some proxy says 404 in the place of Cloudflare", async ({
    expect,
  }) => {
    await newClone(cloudflare).deploy(...URL_FLAGS);
    const before = live();
    cloudflare.trouble = ({ path }) => (path.endsWith("/settings") ? { how: "html" } : null);
    const { said, failed } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed).toBe(true);
    expect(said).toContain("not one of Cloudflare's API");
    expect(live()).toEqual(before);
  });

  it("are not replaced because of another code than 10007", async ({ expect }) => {
    await newClone(cloudflare).deploy(...URL_FLAGS);
    const before = live();
    for (const code of [10_000, 10_090, 7003]) {
      cloudflare.trouble = ({ path }) =>
        path.endsWith("/settings") ? { how: { status: 404, code } } : null;
      expect((await newClone(cloudflare).deploy(...URL_FLAGS)).failed).toBe(true);
    }
    expect(live()).toEqual(before);
  });

  it("are not made anew for a database whose data needs the old ones", async ({ expect }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS);
    const before = kept(clone);
    signUp();
    cloudflare.account.scripts.delete("signpost");
    const stranger = newClone(cloudflare);
    const { said, failed } = await stranger.deploy(...URL_FLAGS);
    expect(failed).toBe(true);
    expect(said).toContain("SIGNPOST_SECRET: put your copy");
    expect((await clone.deploy(...URL_FLAGS)).failed).toBe(false);
    expect(live()).toEqual({ SIGNPOST_SECRET: before["SIGNPOST_SECRET"] });
  });

  it("are not made by a machine that would lose them, but taken from its environment", async ({
    expect,
  }) => {
    const { said, failed } = await newClone(cloudflare).deployWith({ CI: "true" }, ...URL_FLAGS);
    expect(failed).toBe(true);
    expect(said).toContain("pass them as environment variables");
    expect(cloudflare.changes()).toEqual([]);

    const clone = newClone(cloudflare);
    const second = await clone.deployWith({ CI: "true", ...TYPED }, ...URL_FLAGS);
    expect(second.failed, second.said).toBe(false);
    expect(live()).toEqual(TYPED);
    expect(second.said).not.toContain("/setup#");
  });

  it.for([
    ["SIGNPOST_SECRET", "short", TYPED],
    ["SIGNPOST_SECRET", "x".repeat(100), TYPED],
    ["AUTH_SECRET", "short", OWN],
    ["ENCRYPTION_KEY", "32 bytes that are no key of its own", OWN],
  ] as const)(
    "are refused if the Worker would not start with them: %s",
    async ([name, value, given], { expect }) => {
      const env = { CI: "true", ...given, [name]: value };
      const { said, failed } = await newClone(cloudflare).deployWith(env, ...URL_FLAGS);
      expect(failed).toBe(true);
      expect(said).toContain(`the given ${name}:`);
      expect(said).not.toContain(value);
      expect(cloudflare.changes()).toEqual([]);
    },
  );

  it("are in no output, whatever happens", async ({ expect }) => {
    const clone = newClone(cloudflare);
    const outputs: string[] = [];
    cloudflare.trouble = ({ path }) =>
      path.endsWith("/schedules") ? { how: { status: 500, code: 1 } } : null;
    outputs.push((await clone.deploy(...URL_FLAGS)).said);
    cloudflare.trouble = () => null;
    outputs.push((await clone.deploy(...URL_FLAGS)).said, (await clone.deploy("--dry-run")).said);
    const secrets = [...Object.values(live()), TOKEN];
    expect(secrets.length).toBe(2);
    for (const said of outputs) {
      for (const secret of secrets) expect(said).not.toContain(secret);
    }
    expect(clone.read("wrangler.signpost.toml")).not.toContain(Object.values(live())[0]);
  });
});

describe("an installation that has its secrets by themselves", () => {
  it("keeps them, and needs no SIGNPOST_SECRET, wherever it is deployed from", async ({
    expect,
  }) => {
    await deployOlder();
    signUp();
    for (const env of [{}, { CI: "true" }]) {
      const clone = newClone(cloudflare);
      const { said, failed } = await clone.deployWith(env);
      expect(failed, said).toBe(false);
      expect(live()).toEqual(OWN);
      expect(requiredBy(clone)).toEqual({ required: Object.keys(OWN) });
    }
  });

  it("gets them back from their copies", async ({ expect }) => {
    await deployOlder();
    signUp();
    cloudflare.account.scripts.delete("signpost");
    const clone = newClone(cloudflare);
    mkdirSync(path.join(clone.root, path.dirname(KEPT)), { recursive: true });
    writeFileSync(path.join(clone.root, KEPT), JSON.stringify(OWN));
    const { said, failed } = await clone.deploy(...URL_FLAGS);
    expect(failed, said).toBe(false);
    expect(live()).toEqual(OWN);
  });

  it("gets back a key that was set beside SIGNPOST_SECRET, and none while the Worker has its own", async ({
    expect,
  }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS);
    signUp();
    const { SIGNPOST_SECRET } = kept(clone);
    const copies = { SIGNPOST_SECRET, ENCRYPTION_KEY: OWN.ENCRYPTION_KEY };
    writeFileSync(path.join(clone.root, KEPT), JSON.stringify(copies));
    await clone.deploy();
    expect(Object.keys(live())).toEqual(["SIGNPOST_SECRET"]);
    cloudflare.account.scripts.delete("signpost");
    await clone.deploy(...URL_FLAGS);
    expect(live()).toEqual(copies);
  });

  it("is never given a SIGNPOST_SECRET in the place of one that is lost", async ({ expect }) => {
    await deployOlder();
    signUp();
    for (const name of ["AUTH_SECRET", "ENCRYPTION_KEY"] as const) {
      const script = scriptOf(cloudflare.account, "signpost");
      const whole = script.bindings;
      script.bindings = whole.filter((binding) => binding.name !== name);
      const { failed } = await newClone(cloudflare).deploy();
      expect(failed).toBe(true);
      expect(live()).not.toHaveProperty("SIGNPOST_SECRET");
      script.bindings = whole;
    }
  });

  it("may lack the token of an operator", async ({ expect }) => {
    await deployOlder();
    const script = scriptOf(cloudflare.account, "signpost");
    script.bindings = script.bindings.filter(({ name }) => name !== "ADMIN_TOKEN");
    const { said, failed } = await newClone(cloudflare).deploy();
    expect(failed, said).toBe(false);
    expect(Object.keys(live()).sort()).toEqual(["AUTH_SECRET", "ENCRYPTION_KEY"]);
  });
});

describe("the link to the first account", () => {
  const LINK = /Open https:\/\/go\.example\.com\/setup#([\w-]{43})$/m;

  it("is printed once the Worker knows its token, until there is an account", async ({
    expect,
  }) => {
    const clone = newClone(cloudflare);
    const [, token] = LINK.exec((await clone.deploy(...URL_FLAGS)).said) ?? [];
    const bindings = (): unknown =>
      cloudflare.account.scripts
        .get("signpost")
        ?.bindings.find(({ name }) => name === "SETUP_TOKEN")?.["text"];
    expect(token).toBeTypeOf("string");
    expect(bindings()).toBe(token);
    expect(LINK.exec((await clone.deploy()).said)?.[1]).toBe(token);
    signUp();
    expect((await clone.deploy()).said).not.toMatch(LINK);
    expect(kept(clone)).not.toHaveProperty("SETUP_TOKEN");
  });
});
