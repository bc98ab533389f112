import {
  createExecutionContext,
  runInDurableObject,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, it, vi } from "vitest";

import { native } from "../../src/api/native/app.ts";
import { configOf } from "../../src/config.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../src/platform/clock.ts";
import { Upkeep, upkeepFor } from "../../src/upkeep/upkeep.ts";
import { deleteWorkspace } from "../../src/workspaces/close-workspace.ts";
import { settleHostnames } from "../../src/workspaces/settle-hostnames.ts";
import { type Account, newAccount } from "../support/account.ts";
import { jsonOf, ORIGIN } from "../support/api.ts";
import { type FakeDns, fakeDns } from "../support/fake-dns.ts";
import { type FakeSaas, fakeSaas, refusal } from "./fake-saas.ts";

const ZONE = "0123456789abcdef0123456789abcdef";
const TARGET = "service.example.net";
const TOKEN = "saas-token-that-nobody-may-see";
const withSaas = { ...env, SAAS_ZONE_ID: ZONE, SAAS_TARGET: TARGET, SAAS_TOKEN: TOKEN };
const START = Date.parse("2026-05-04T10:00:00Z");

interface WireDomain {
  readonly id: string;
  readonly hostname: string;
  readonly status: string;
  readonly verification: { readonly name: string; readonly value: string };
  readonly records: readonly unknown[];
  readonly problem: string | null;
}

let saas: FakeSaas;
let dns: FakeDns;
let nowMs: number;

beforeEach(async () => {
  saas = fakeSaas();
  dns = fakeDns(saas.fetch);
  nowMs = START;
  await env.DB.prepare("DELETE FROM custom_hostnames").run();
});

afterEach(() => {
  vi.restoreAllMocks();
});

const newHostname = () => `go-${crypto.randomUUID().slice(0, 8)}.example`;

const app = native({ clock: () => nowMs });

async function ask(by: Account, path: string, init: RequestInit = {}): Promise<WireDomain> {
  const ctx = createExecutionContext();
  const headers = { ...by.bySession, ...(init.headers as Record<string, string>) };
  const request = new Request(ORIGIN + path, { ...init, headers });
  const response = await app.fetch(request, withSaas, ctx);
  const text = await response.text();
  await waitOnExecutionContext(ctx);
  if (!response.ok) throw new Error(text);
  return JSON.parse(text) as WireDomain;
}

const claim = (by: Account, hostname: string) =>
  ask(by, "/api/domains", jsonOf("POST", { hostname }));

const verify = (by: Account, { id }: WireDomain) =>
  ask(by, `/api/domains/${id}/verify`, { method: "POST" });

const read = (by: Account, { id }: WireDomain) => ask(by, `/api/domains/${id}`);

const release = (by: Account, { id }: WireDomain) =>
  ask(by, `/api/domains/${id}`, { method: "DELETE" });

async function prove(by: Account, hostname: string): Promise<WireDomain> {
  const claimed = await claim(by, hostname);
  dns.setTxt(claimed.verification.name, claimed.verification.value);
  return verify(by, claimed);
}

/** Moves the time on, and sweeps. */
async function settle(afterMs = 0): Promise<void> {
  nowMs += afterMs;
  await settleHostnames(withSaas, nowMs);
}

const rows = async () =>
  (await env.DB.prepare("SELECT hostname FROM custom_hostnames").all()).results.length;

const calls = (method: string) => saas.asked.filter((each) => each.startsWith(method)).length;

describe("the certificate of a custom domain", () => {
  it("is requested once the domain is verified, and its state and records are in one answer", async ({
    expect,
  }) => {
    const ada = await newAccount();
    const hostname = newHostname();
    const claimed = await claim(ada, hostname);
    const { name, value } = claimed.verification;
    const records = [
      { type: "TXT", name, value },
      { type: "CNAME", name: hostname, value: TARGET },
    ];
    expect(claimed).toMatchObject({ status: "pending", records, problem: null });
    await settle();
    expect(saas.asked).toEqual([]);

    dns.setTxt(name, value);
    expect(await verify(ada, claimed)).toMatchObject({ status: "pending_tls", records });
    // No request of a client waits for Cloudflare.
    expect(saas.asked).toEqual([]);
    await settle();
    expect(saas.names()).toEqual([hostname]);
    saas.set(
      hostname,
      "pending",
      "pending_validation",
      "custom hostname does not CNAME to this zone.",
    );
    await settle(MINUTE_MS);
    expect(await read(ada, claimed)).toMatchObject({
      status: "pending_tls",
      records,
      problem: "custom hostname does not CNAME to this zone.",
    });
    saas.set(hostname, "active", "active");
    await settle(MINUTE_MS);
    expect(await read(ada, claimed)).toMatchObject({ status: "active", problem: null });
    const before = saas.asked.length;
    await settle(DAY_MS - MINUTE_MS);
    expect(saas.asked).toHaveLength(before);
    saas.set(hostname, "moved", "active");
    await settle(MINUTE_MS);
    expect(await read(ada, claimed)).toMatchObject({ status: "pending_tls" });
  });

  it("shows records that Cloudflare asks for beside them, and its errors only when it is not active", async ({
    expect,
  }) => {
    const ada = await newAccount();
    const hostname = newHostname();
    const domain = await prove(ada, hostname);
    const challenge = { txt_name: `_acme-challenge.${hostname}`, txt_value: "c" };
    const ssl = {
      status: "pending_validation",
      validation_records: [challenge, { http_url: "u" }],
    };
    saas.fault = () => Response.json({ result: [{ id: "abc", hostname, status: "pending", ssl }] });
    await settle();
    expect((await read(ada, domain)).records).toContainEqual({
      type: "TXT",
      name: `_acme-challenge.${hostname}`,
      value: "c",
    });
  });

  it("is requested by Upkeep", async ({ expect }) => {
    const ada = await newAccount();
    const hostname = newHostname();
    await prove(ada, hostname);
    await runInDurableObject(upkeepFor(env), (_instance, state) =>
      new Upkeep(state, withSaas).sweep(nowMs),
    );
    expect(saas.names()).toEqual([hostname]);
  });

  it("is requested for a domain that was verified before SaaS was set up", async ({ expect }) => {
    const ada = await newAccount();
    const hostname = newHostname();
    await prove(ada, hostname);
    await env.DB.prepare("DELETE FROM custom_hostnames").run();
    await runInDurableObject(upkeepFor(env), (_instance, state) =>
      new Upkeep(state, withSaas).sweep(nowMs + DAY_MS),
    );
    expect(saas.names()).toEqual([hostname]);
  });

  it("whose validation has timed out is validated again", async ({ expect }) => {
    const ada = await newAccount();
    const hostname = newHostname();
    await prove(ada, hostname);
    await settle();
    saas.set(hostname, "pending", "validation_timed_out");
    await settle(HOUR_MS);
    expect(calls("PATCH")).toBe(1);
    await settle(HOUR_MS);
    expect(calls("PATCH")).toBe(1);
  });
});

describe("Cloudflare's API that fails", () => {
  it("loses no claim, is asked again later and later, and is seen by the owner", async ({
    expect,
  }) => {
    const ada = await newAccount();
    const hostname = newHostname();
    saas.fault = () => "down";
    const domain = await prove(ada, hostname);
    await settle();
    expect(await read(ada, domain)).toMatchObject({
      status: "pending_tls",
      problem: "Cloudflare does not answer; the certificate will be requested again.",
    });
    for (let minute = 0; minute < 600; minute += 1) await settle(MINUTE_MS);
    expect(calls("GET")).toBeLessThan(17);
    saas.fault = () => refusal(403, 10_000);
    await settle(HOUR_MS);
    expect((await read(ada, domain)).problem).toContain("10000");
    expect((await read(ada, domain)).problem).not.toContain("internal words");
    saas.fault = () => null;
    await settle(HOUR_MS);
    expect(saas.names()).toEqual([hostname]);
    expect((await read(ada, domain)).problem).toBeNull();
  });

  it("or that ends us after it has made a name, makes no second one, and gives up the first", async ({
    expect,
  }) => {
    const ada = await newAccount();
    const hostname = newHostname();
    saas.fault = (method) => (method === "POST" ? "lost answer" : null);
    const domain = await prove(ada, hostname);
    await settle();
    saas.fault = () => null;
    await settle(MINUTE_MS);
    expect(saas.names()).toEqual([hostname]);
    expect(calls("POST")).toBe(1);
    await release(ada, domain);
    saas.fault = (method) => (method === "DELETE" ? "lost answer" : null);
    await settle();
    saas.fault = () => null;
    expect(await rows()).toBe(1);
    await settle(HOUR_MS);
    expect([saas.names(), await rows()]).toEqual([[], 0]);
  });

  it("for one name holds up no other", async ({ expect }) => {
    const ada = await newAccount();
    const [bad, good] = [newHostname(), newHostname()];
    await prove(ada, bad);
    await prove(ada, good);
    saas.fault = (_method, url) => (url.search.includes(bad) ? "down" : null);
    await settle();
    expect(saas.names()).toEqual([good]);
  });
});

describe("the custom hostname of a domain", () => {
  it("goes when the domain is released", async ({ expect }) => {
    const ada = await newAccount();
    const hostname = newHostname();
    const domain = await prove(ada, hostname);
    await settle();
    await release(ada, domain);
    await settle();
    expect([saas.names(), await rows()]).toEqual([[], 0]);
  });

  it("is never made when the domain is released before the sweep", async ({ expect }) => {
    const ada = await newAccount();
    await release(ada, await prove(ada, newHostname()));
    await settle();
    expect([saas.asked, await rows()]).toEqual([[], 0]);
  });

  it("goes when the workspace is deleted", async ({ expect }) => {
    const ada = await newAccount();
    const hostname = newHostname();
    await prove(ada, hostname);
    await settle();
    await env.DB.prepare("UPDATE workspaces SET personal_of = NULL WHERE id = ?")
      .bind(ada.workspace.id)
      .run();
    await deleteWorkspace({ env: withSaas, workspace: ada.workspace, nowMs });
    await settle();
    expect([saas.names(), await rows()]).toEqual([[], 0]);
  });

  it("goes when the domain is lost", async ({ expect }) => {
    const ada = await newAccount();
    const hostname = newHostname();
    const domain = await prove(ada, hostname);
    await settle();
    dns.setTxt(domain.verification.name);
    for (let day = 1; day <= 4; day += 1) {
      await runInDurableObject(upkeepFor(env), (_instance, state) =>
        new Upkeep(state, withSaas).sweep(START + day * DAY_MS),
      );
    }
    expect([saas.names(), await rows()]).toEqual([[], 0]);
  });

  it("stays when another workspace takes the domain over", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const hostname = newHostname();
    const hers = await prove(ada, hostname);
    await settle();
    const his = await prove(bob, hostname);
    await settle(MINUTE_MS);
    expect(saas.names()).toEqual([hostname]);
    expect(await read(bob, his)).toMatchObject({ status: "pending_tls" });
    await release(ada, hers);
    await settle();
    expect([calls("DELETE"), calls("POST")]).toEqual([0, 1]);
  });

  it("is made anew when the domain comes back while it is given up", async ({ expect }) => {
    const ada = await newAccount();
    const hostname = newHostname();
    const domain = await prove(ada, hostname);
    await settle();
    await release(ada, domain);
    const again: Promise<unknown>[] = [];
    saas.fault = (method) => {
      if (method === "DELETE") again.push(prove(ada, hostname));
      return null;
    };
    await settle();
    await Promise.all(again);
    saas.fault = () => null;
    await settle(MINUTE_MS);
    await settle(MINUTE_MS);
    expect(saas.names()).toEqual([hostname]);
  });

  it("that was there before is used, and never deleted", async ({ expect }) => {
    const ada = await newAccount();
    const hostname = newHostname();
    saas.add(hostname);
    saas.set(hostname, "active", "active");
    const domain = await prove(ada, hostname);
    await settle();
    expect(await read(ada, domain)).toMatchObject({ status: "active" });
    await release(ada, domain);
    await settle();
    expect(saas.names()).toEqual([hostname]);
    expect([calls("DELETE"), calls("POST"), await rows()]).toEqual([0, 0, 0]);
  });

  it("is not taken for one that only contains its name", async ({ expect }) => {
    const ada = await newAccount();
    const hostname = newHostname();
    saas.add(`www.${hostname}`);
    await prove(ada, hostname);
    await settle();
    expect(saas.names().toSorted()).toEqual([hostname, `www.${hostname}`].toSorted());
  });
});

describe("a stranger", () => {
  it("who verifies again and again costs one look in half a minute", async ({ expect }) => {
    const ada = await newAccount();
    const domain = await prove(ada, newHostname());
    await settle();
    const before = saas.asked.length;
    for (let second = 0; second < 29; second += 1) {
      nowMs += SECOND_MS;
      await verify(ada, domain);
      await settle();
    }
    expect(saas.asked).toHaveLength(before);
  });

  it("makes calls to the one zone only, and sees the token nowhere", async ({ expect }) => {
    const logged: unknown[] = [];
    for (const level of ["info", "warn", "error"] as const) {
      vi.spyOn(console, level).mockImplementation((...line) => void logged.push(line));
    }
    const ada = await newAccount();
    saas.fault = () => refusal(403, 9_109);
    const domain = await prove(ada, newHostname());
    await settle();
    saas.fault = () => "down";
    await settle(MINUTE_MS);
    saas.fault = () => null;
    // An id from outside becomes part of an address.
    saas.fault = (_method, { searchParams }) =>
      Response.json({
        result: [{ id: "../../../accounts", hostname: searchParams.get("hostname"), ssl: {} }],
      });
    await settle(HOUR_MS);
    saas.fault = () => null;
    await settle(HOUR_MS);
    const shown = JSON.stringify(await read(ada, domain)) + JSON.stringify(logged);
    expect(shown).not.toContain(TOKEN);
    expect(saas.tokens).toEqual(new Set([`Bearer ${TOKEN}`]));
    const base = `https://api.cloudflare.com/client/v4/zones/${ZONE}/custom_hostnames`;
    expect(
      saas.asked.filter((each) => !each.slice(each.indexOf(" ") + 1).startsWith(base)),
    ).toEqual([]);
  });

  it("is not served by half a configuration, whose formats are checked", ({ expect }) => {
    expect(configOf(env).saas).toBeNull();
    expect(configOf({ ...withSaas, SAAS_TOKEN: "" }).saas).toBeNull();
    expect(() => configOf({ ...withSaas, SAAS_ZONE_ID: "../x" })).toThrow("SAAS_ZONE_ID");
    expect(() => configOf({ ...withSaas, SAAS_TARGET: "https://x" })).toThrow("SAAS_TARGET");
  });
});
