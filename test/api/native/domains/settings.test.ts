import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, it, vi } from "vitest";

import { hostAddress, routeKey } from "../../../../src/links/route/address.ts";
import { hostCache } from "../../../../src/links/route/host-record.ts";
import { publish } from "../../../../src/links/route/publish.ts";
import { upkeepFor } from "../../../../src/upkeep/upkeep.ts";
import { type Account, newAccount } from "../../../support/account.ts";
import { callApi, jsonOf } from "../../../support/api.ts";
import { type FakeDns, fakeDns } from "../../../support/fake-dns.ts";
import { insertDomain } from "../../../support/link-rows.ts";

interface WireDomain extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly verification: { readonly name: string; readonly value: string };
}

const MINUTE_MS = 60_000;
const ASSOCIATION = { applinks: { details: [{ appIDs: ["A.b.c"], components: [{ "/": "/x" }] }] } };
const ASSET_LINKS = [
  {
    relation: ["delegate_permission/common.handle_all_urls"],
    target: { namespace: "android_app", package_name: "b.c", sha256_cert_fingerprints: ["00:11"] },
  },
];

let dns: FakeDns;

beforeEach(() => {
  dns = fakeDns();
});

afterEach(() => {
  vi.restoreAllMocks();
});

const newHostname = () => `go-${crypto.randomUUID().slice(0, 8)}.example`;

async function prove(by: Account, hostname: string): Promise<WireDomain> {
  const claimed = await callApi("/api/domains", jsonOf("POST", { hostname }, by.bySession));
  const domain = await claimed.json<WireDomain>();
  dns.setTxt(domain.verification.name, domain.verification.value);
  const path = `/api/domains/${domain.id}/verify`;
  const verified = await callApi(path, { method: "POST", headers: by.bySession });
  if (verified.status !== 200) throw new Error(await verified.text());
  return domain;
}

const change = (by: Account, { id }: Pick<WireDomain, "id">, body: unknown) =>
  callApi(`/api/domains/${id}`, jsonOf("PATCH", body, by.bySession));

/** Asks as a visitor whose isolate has no copies. */
async function visit(hostname: string, path: string): Promise<[number, string | null]> {
  hostCache.forget(routeKey(hostAddress(hostname)));
  const response = await exports.default.fetch(`https://${hostname}${path}`, {
    redirect: "manual",
    headers: { "CF-Connecting-IP": "198.51.100.7" },
  });
  await response.body?.cancel();
  return [response.status, response.headers.get("Location")];
}

const stored = (hostname: string) => env.ROUTES.get(routeKey(hostAddress(hostname)));

const owed = (hostname: string) =>
  env.DB.prepare("select count(*) as n from route_tombstones where domain = ? and code = ''")
    .bind(hostname)
    .first<number>("n");

describe("the settings of a domain", () => {
  it("are changed one by one, read back as they are, and served", async ({ expect }) => {
    const ada = await newAccount();
    const hostname = newHostname();
    const domain = await prove(ada, hostname);
    expect(await visit(hostname, "/")).toEqual([404, null]);
    const changed = await change(ada, domain, {
      rootUrl: " https://acme.example ",
      robots: "disallow",
      appleAppSiteAssociation: ASSOCIATION,
      assetLinks: ASSET_LINKS,
    });
    expect(changed.status).toBe(200);
    expect(changed.headers.has("Signpost-Live-By")).toBe(true);
    const settings = {
      rootUrl: "https://acme.example",
      notFoundUrl: null,
      robots: "disallow",
      appleAppSiteAssociation: ASSOCIATION,
      assetLinks: ASSET_LINKS,
    };
    expect(await changed.json()).toMatchObject(settings);
    await change(ada, domain, { notFoundUrl: "https://acme.example/lost", robots: null });
    const path = `/api/domains/${domain.id}`;
    const read = await callApi(path, { headers: ada.bySession });
    expect(await read.json()).toMatchObject({
      ...settings,
      notFoundUrl: "https://acme.example/lost",
      robots: null,
    });
    await vi.waitFor(async () => {
      expect(await visit(hostname, "/")).toEqual([302, "https://acme.example/"]);
      expect(await visit(hostname, "/none")).toEqual([302, "https://acme.example/lost"]);
      expect(await visit(hostname, "/robots.txt")).toEqual([404, null]);
    });
    const file = `https://${hostname}/.well-known/apple-app-site-association`;
    expect(await (await exports.default.fetch(file)).json()).toEqual(ASSOCIATION);
  });

  it("keep what others change at the same time", async ({ expect }) => {
    const ada = await newAccount();
    const domain = await prove(ada, newHostname());
    const settings = {
      rootUrl: "https://acme.example/a",
      notFoundUrl: "https://acme.example/b",
      robots: "allow",
      assetLinks: ASSET_LINKS,
    };
    const changes = Object.entries(settings).map(([name, value]) =>
      change(ada, domain, { [name]: value }),
    );
    for (const changed of await Promise.all(changes)) expect(changed.status).toBe(200);
    const read = await callApi(`/api/domains/${domain.id}`, { headers: ada.bySession });
    expect(await read.json()).toMatchObject(settings);
  });

  it("take back what they show, and publish nothing when nothing changes", async ({ expect }) => {
    const ada = await newAccount();
    const hostname = newHostname();
    const domain = await prove(ada, hostname);
    const changed = await change(ada, domain, { assetLinks: ASSET_LINKS, robots: "allow" });
    const version = () =>
      env.DB.prepare("select version from domains where hostname = ?").bind(hostname).first();
    const before = await version();
    expect((await change(ada, domain, await changed.json())).status).toBe(200);
    expect(await version()).toEqual(before);
  });

  it.for([
    [{ rootUrl: "acme.example" }, /^rootUrl must be a valid URL$/],
    [{ notFoundUrl: "myapp://home" }, /^notFoundUrl must be a valid URL that begins with http/],
    [{ rootUrl: "https://u:p@acme.example/" }, /^rootUrl .*user name/],
    [{ rootUrl: 5 }, /^rootUrl must be a URL, or null$/],
    [{ robots: "none" }, /^robots must be one of allow, disallow, or null$/],
    [{ appleAppSiteAssociation: [] }, /^appleAppSiteAssociation must be an object with applinks/],
    [{ appleAppSiteAssociation: { applinks: 1 } }, /^appleAppSiteAssociation must be/],
    [{ appleAppSiteAssociation: "{}" }, /^appleAppSiteAssociation must be/],
    [{ assetLinks: {} }, /^assetLinks must be a list of statements/],
    [{ assetLinks: [{ relation: "x", target: {} }] }, /^assetLinks must be/],
    [
      { assetLinks: [{ relation: [], target: { namespace: "x".repeat(70_000) } }] },
      /at most 65536/,
    ],
  ] as const)("refuse %j", async ([body, sentence], { expect }) => {
    const ada = await newAccount();
    const domain = await prove(ada, newHostname());
    const refused = await change(ada, domain, body);
    expect(refused.status).toBe(400);
    const { code, message } = await refused.json<{ code: string; message: string }>();
    expect(code).toBe("VALIDATION_ERROR");
    expect(message).toMatch(sentence);
  });

  it("lead to a link of the domain, but to neither its root nor another domain", async ({
    expect,
  }) => {
    const ada = await newAccount();
    const hostname = newHostname();
    const domain = await prove(ada, hostname);
    const other = newHostname();
    await insertDomain(ada.workspace.id, other);
    for (const rootUrl of [
      `https://${hostname}`,
      `https://${hostname.toUpperCase()}.//?x=1`,
      `http://${other}/`,
    ]) {
      for (const field of ["rootUrl", "notFoundUrl"]) {
        expect((await change(ada, domain, { [field]: rootUrl })).status, rootUrl).toBe(400);
      }
    }
    const own = { rootUrl: `https://${hostname}/home`, notFoundUrl: `https://${hostname}/lost` };
    expect((await change(ada, domain, own)).status).toBe(200);
  });

  it("wait for a domain that is not verified, and come back with it", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const hostname = newHostname();
    const claimed = await callApi("/api/domains", jsonOf("POST", { hostname }, ada.bySession));
    const domain = await claimed.json<WireDomain>();
    expect((await change(ada, domain, { rootUrl: "https://ada.example/" })).status).toBe(200);
    expect(await visit(hostname, "/")).toEqual([404, null]);
    const verify = async (by: Account, { id }: Pick<WireDomain, "id">) => {
      const path = `/api/domains/${id}`;
      const { verification } = await (
        await callApi(path, { headers: by.bySession })
      ).json<WireDomain>();
      dns.setTxt(verification.name, verification.value);
      await callApi(`${path}/verify`, { method: "POST", headers: by.bySession });
    };
    await verify(ada, domain);
    await vi.waitFor(async () =>
      expect(await visit(hostname, "/")).toEqual([302, "https://ada.example/"]),
    );
    // Another workspace takes the name over, and loses it again.
    const { id } = await prove(bob, hostname);
    await vi.waitFor(async () => expect(await visit(hostname, "/")).toEqual([404, null]));
    await verify(ada, domain);
    await vi.waitFor(async () =>
      expect(await visit(hostname, "/")).toEqual([302, "https://ada.example/"]),
    );
    expect(id).not.toBe(domain.id);
  });

  it("end with the claim, also if the request that released it did not publish", async ({
    expect,
  }) => {
    const ada = await newAccount();
    const hostname = newHostname();
    const { id } = await prove(ada, hostname);
    await change(ada, { id }, { rootUrl: "https://ada.example/" });
    await vi.waitFor(async () => expect(await stored(hostname)).toContain("ada.example"));
    const late = (await stored(hostname)) ?? "";
    await callApi(`/api/domains/${id}`, { method: "DELETE", headers: ada.bySession });
    await vi.waitFor(async () => expect(await stored(hostname)).toBeNull());
    // A visitor's request that read D1 before may still write what it read.
    await env.ROUTES.put(routeKey(hostAddress(hostname)), late);
    const upkeep = upkeepFor(env);
    const now = Date.now() + MINUTE_MS;
    while (await upkeep.sweep(now));
    expect(await stored(hostname)).toBeNull();
    while (await upkeep.sweep(now + 5 * MINUTE_MS));
    expect(await owed(hostname)).toBe(0);
  });

  it("reach KV by the sweep if the request that changed them died", async ({ expect }) => {
    const ada = await newAccount();
    const hostname = newHostname();
    await prove(ada, hostname);
    await publish(env, hostAddress(hostname));
    await env.DB.batch([
      env.DB.prepare(
        "update domains set root_url = 'https://late.example/', version = 2 where hostname = ?",
      ).bind(hostname),
      env.DB.prepare("update route_tombstones set swept_at_ms = null where domain = ?").bind(
        hostname,
      ),
    ]);
    const upkeep = upkeepFor(env);
    const now = Date.now() + MINUTE_MS;
    while (await upkeep.sweep(now));
    expect(await stored(hostname)).toContain("late.example");
    while (await upkeep.sweep(now + 5 * MINUTE_MS));
    while (await upkeep.sweep(now + 10 * MINUTE_MS));
    expect(await owed(hostname)).toBe(0);
    expect(await stored(hostname)).toContain("late.example");
  });
});
