import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, it, vi } from "vitest";

import { upkeepFor } from "../../../../src/upkeep/upkeep.ts";
import { type Account, join, newAccount } from "../../../support/account.ts";
import { callApi, jsonOf } from "../../../support/api.ts";
import { type FakeDns, fakeDns } from "../../../support/fake-dns.ts";
import { insertLink, type LinkRow } from "../../../support/link-rows.ts";
import { newCode } from "../../../support/native.ts";

interface WireDomain {
  readonly id: string;
  readonly hostname: string;
  readonly status: "pending" | "verified";
  readonly verification: { readonly type: "TXT"; readonly name: string; readonly value: string };
  readonly appleAppSiteAssociation: unknown;
  readonly assetLinks: unknown;
}

const MINUTE_MS = 60_000;

let dns: FakeDns;

const newHostname = () => `go-${crypto.randomUUID().slice(0, 8)}.example`;

async function claim(by: Account, hostname: string): Promise<WireDomain> {
  const response = await callApi("/api/domains", jsonOf("POST", { hostname }, by.bySession));
  if (response.status !== 201) throw new Error(await response.text());
  return response.json();
}

const verify = (by: Account, { id }: WireDomain) =>
  callApi(`/api/domains/${id}/verify`, { method: "POST", headers: by.bySession });

const publishRecord = ({ verification: { name, value } }: WireDomain, ...others: string[]) =>
  dns.setTxt(name, ...others, value);

/** Claims a host name and proves it. */
async function prove(by: Account, hostname: string): Promise<WireDomain> {
  const domain = await claim(by, hostname);
  publishRecord(domain);
  const response = await verify(by, domain);
  if (response.status !== 200) throw new Error(await response.text());
  return response.json();
}

async function statusOf(by: Account, { id }: WireDomain): Promise<WireDomain> {
  return (await callApi(`/api/domains/${id}`, { headers: by.bySession })).json();
}

/** Follows a link as a visitor whose isolate and KV know nothing yet. */
async function visit(hostname: string, path: string): Promise<[number, string | null]> {
  const response = await exports.default.fetch(`https://${hostname}${path}`, {
    redirect: "manual",
    headers: { "CF-Connecting-IP": "198.51.100.7" },
  });
  await response.body?.cancel();
  return [response.status, response.headers.get("Location")];
}

const linkOn = (by: Account, domain: string, code: string, to: string): Promise<LinkRow> =>
  insertLink({ domain, code, destination_url: to }, by.workspace.id);

const placeOf = ({ id }: LinkRow) =>
  env.DB.prepare("select domain, parked_domain from links where id = ?").bind(id).first();

const servedOn = (hostname: string) => ({ domain: hostname, parked_domain: null });
const parkedOn = (hostname: string) => ({ domain: null, parked_domain: hostname });

beforeEach(() => {
  dns = fakeDns();
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a custom domain", () => {
  it("is claimed, proved by its TXT record, read and given up", async ({ expect }) => {
    const ada = await newAccount();
    const hostname = newHostname();
    const domain = await claim(ada, hostname.toUpperCase());
    const settings = { rootUrl: null, notFoundUrl: null, robots: null };
    const { appleAppSiteAssociation, assetLinks, ...listed } = domain;
    expect([appleAppSiteAssociation, assetLinks]).toEqual([null, null]);
    expect(listed).toEqual({
      ...settings,
      id: expect.any(String),
      hostname,
      status: "pending",
      verification: {
        type: "TXT",
        name: `_signpost.${hostname}`,
        value: expect.stringMatching(/^signpost-domain-verification=[0-9a-f]{40}$/),
      },
      failingSince: null,
    });
    publishRecord(domain, "v=spf1 -all");
    const verified = await verify(ada, domain);
    expect(verified.status).toBe(200);
    expect(verified.headers.has("Signpost-Live-By")).toBe(true);
    const answer = { ...domain, status: "verified" };
    expect(await verified.json()).toEqual(answer);
    expect(dns.asked).toEqual([`_signpost.${hostname}`]);
    const headers = await ada.byToken("links:read");
    expect(await (await callApi("/api/domains", { headers })).json()).toEqual([
      { ...listed, status: "verified" },
    ]);
    expect(await statusOf(ada, domain)).toEqual(answer);

    const path = `/api/domains/${domain.id}`;
    const given = await callApi(path, { method: "DELETE", headers: ada.bySession });
    expect(await given.json()).toEqual({ success: true, id: domain.id });
    expect((await callApi(path, { headers: ada.bySession })).status).toBe(404);
  });

  it("is not proved by a missing or different TXT record, or if the DNS does not answer", async ({
    expect,
  }) => {
    const ada = await newAccount();
    const domain = await claim(ada, newHostname());
    const { name, value } = domain.verification;
    for (const texts of [[], ["hello"], [`${value}0`], [value.slice(0, -1)], [` ${value}`]]) {
      dns.setTxt(name, ...texts);
      const response = await verify(ada, domain);
      expect(response.status).toBe(409);
      expect(await response.json()).toEqual({
        code: "DOMAIN_NOT_PROVED",
        message: `The DNS shows no such TXT record for ${domain.hostname} yet. Changes of the DNS can take hours.`,
      });
    }
    publishRecord(domain);
    dns.breakDown();
    const response = await verify(ada, domain);
    expect(response.status).toBe(503);
    expect(response.headers.get("Retry-After")).toBe("30");
    expect(await response.json()).toMatchObject({ code: "DNS_UNAVAILABLE" });
    expect((await statusOf(ada, domain)).status).toBe("pending");
  });

  it("is on a workspace's list once", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const { hostname } = await claim(ada, newHostname());
    const again = await callApi("/api/domains", jsonOf("POST", { hostname }, ada.bySession));
    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({ code: "ALREADY_EXISTS" });
    expect((await claim(bob, hostname)).status).toBe("pending");
  });

  it("is claimed once per Idempotency-Key", async ({ expect }) => {
    const ada = await newAccount();
    const headers = { ...ada.bySession, "Idempotency-Key": crypto.randomUUID() };
    const init = jsonOf("POST", { hostname: newHostname() }, headers);
    const first = await callApi("/api/domains", init);
    const second = await callApi("/api/domains", init);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.headers.get("Idempotent-Replayed")).toBe("true");
    expect(await second.json()).toEqual(await first.json());
  });

  it.for([
    [{}, "hostname is required and must be a text"],
    [{ hostname: 7 }, "hostname is required and must be a text"],
    [{ hostname: "" }, "hostname must be a host name alone, such as go.example.com"],
    [
      { hostname: "https://go.example.com/" },
      "hostname must be a host name alone, such as go.example.com",
    ],
    [{ hostname: "192.0.2.1" }, "hostname must be a name, and not an IP address"],
    [{ hostname: "intranet" }, "hostname must have a dot in it, such as go.example.com"],
    [{ hostname: `${"a.".repeat(125)}example` }, "hostname must be at most 243 characters"],
    [
      { hostname: "sign.test" },
      "hostname must be a name of your own: this one belongs to the service",
    ],
  ] as const)("refuses %j", async ([body, message], { expect }) => {
    const ada = await newAccount();
    const response = await callApi("/api/domains", jsonOf("POST", body, ada.bySession));
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ code: "VALIDATION_ERROR", message });
  });

  it("counts against the plan, proved or not, two at once too", async ({ expect }) => {
    const ada = await newAccount();
    await env.DB.prepare("update workspaces set plan = 'pro' where id = ?")
      .bind(ada.workspace.id)
      .run();
    const post = () =>
      callApi("/api/domains", jsonOf("POST", { hostname: newHostname() }, ada.bySession));
    for (let made = 0; made < 4; made += 1) expect((await post()).status).toBe(201);
    const statuses = (await Promise.all([post(), post()])).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([201, 403]);
    const refused = await post();
    expect(await refused.json()).toMatchObject({
      code: "PLAN_LIMIT",
      quota: "domains",
      limit: 5,
      used: 5,
      plan: "pro",
    });
  });
});

describe("what a custom domain serves", () => {
  it("is its workspace's links, and neither the API nor the app", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const { hostname } = await prove(ada, newHostname());
    await linkOn(ada, hostname, "mine", "https://example.com/adas");
    await linkOn(bob, hostname, "theirs", "https://example.com/bobs");
    const { code } = await linkOn(ada, "", newCode(), "https://example.com/default");
    expect(await visit("sign.test", `/${code}`)).toEqual([302, "https://example.com/default"]);
    expect(await visit(hostname, "/mine")).toEqual([302, "https://example.com/adas"]);
    for (const path of ["/theirs", `/${code}`, "/", "/api", "/api/health", "/app"]) {
      expect(await visit(hostname, path), path).toEqual([404, null]);
    }
    expect(await visit(`other-${hostname}`, "/mine")).toEqual([404, null]);
  });

  it("serves no links before it is proved or after it is given up", async ({ expect }) => {
    const ada = await newAccount();
    const domain = await claim(ada, newHostname());
    const { hostname } = domain;
    const early = await linkOn(ada, hostname, "early", "https://example.com/early");
    expect(await visit(hostname, "/early")).toEqual([404, null]);
    publishRecord(domain);
    await verify(ada, domain);
    await vi.waitFor(
      // The isolate remembers for a second that there was nothing.
      async () => expect((await visit(hostname, "/early"))[0]).toBe(302),
      { timeout: 5_000, interval: 250 },
    );

    await callApi(`/api/domains/${domain.id}`, { method: "DELETE", headers: ada.bySession });
    expect(await placeOf(early)).toEqual(parkedOn(hostname));
    await vi.waitFor(async () => {
      expect(await env.ROUTES.get(`${hostname}/early`)).toBeNull();
    });
    await vi.waitFor(
      // The isolate's own copy lives for 5 s where another isolate changed the link.
      async () => expect(await visit(hostname, "/early")).toEqual([404, null]),
      { timeout: 10_000, interval: 250 },
    );
  });
});

describe("a domain that changes hands", () => {
  it("serves the last workspace to prove it, and any other must prove it anew", async ({
    expect,
  }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const adas = await prove(ada, newHostname());
    const { hostname } = adas;
    const hers = await linkOn(ada, hostname, "sale", "https://example.com/adas");
    expect(await visit(hostname, "/sale")).toEqual([302, "https://example.com/adas"]);

    // Her record is still in the DNS and the name still resolves here, but neither proves his claim.
    const bobs = await claim(bob, hostname);
    expect((await verify(bob, bobs)).status).toBe(409);
    expect(await statusOf(ada, adas)).toEqual(adas);
    dns.setTxt(adas.verification.name, adas.verification.value, bobs.verification.value);
    expect((await verify(bob, bobs)).status).toBe(200);

    const lost = await statusOf(ada, adas);
    expect(lost.status).toBe("pending");
    expect(lost.verification.value).not.toBe(adas.verification.value);
    expect(await placeOf(hers)).toEqual(parkedOn(hostname));
    await vi.waitFor(async () => {
      expect(await env.ROUTES.get(`${hostname}/sale`)).toBeNull();
    });
    expect(await visit(hostname, "/sale")).toEqual([404, null]);
    expect((await verify(ada, adas)).status).toBe(409);

    // Her code is his to use, and hers comes back with the domain.
    const his = await linkOn(bob, hostname, "sale", "https://example.com/bobs");
    publishRecord(lost);
    expect((await verify(ada, lost)).status).toBe(200);
    expect(await placeOf(hers)).toEqual(servedOn(hostname));
    expect(await placeOf(his)).toEqual(parkedOn(hostname));
    expect((await statusOf(bob, bobs)).status).toBe("pending");
  });

  it("is taken by one of two that prove it at once", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const hostname = newHostname();
    const claims = [await claim(ada, hostname), await claim(bob, hostname)] as const;
    const values = claims.map(({ verification }) => verification.value);
    dns.setTxt(claims[0].verification.name, ...values);
    const answers = await Promise.all([verify(ada, claims[0]), verify(bob, claims[1])]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const states = [await statusOf(ada, claims[0]), await statusOf(bob, claims[1])];
    expect(states.map(({ status }) => status).toSorted()).toEqual(["pending", "verified"]);
  });

  it("is claimed afresh after it was given up", async ({ expect }) => {
    const ada = await newAccount();
    const first = await prove(ada, newHostname());
    const link = await linkOn(ada, first.hostname, "back", "https://example.com/back");
    await callApi(`/api/domains/${first.id}`, { method: "DELETE", headers: ada.bySession });
    const second = await claim(ada, first.hostname);
    expect(second.verification.value).not.toBe(first.verification.value);
    expect((await verify(ada, second)).status).toBe(409);
    publishRecord(second);
    expect((await verify(ada, second)).status).toBe(200);
    expect(await placeOf(link)).toEqual(servedOn(first.hostname));
  });

  it("takes all its links along at once, which the sweeps take out of KV", async ({ expect }) => {
    const ada = await newAccount();
    const { id, hostname } = await prove(ada, newHostname());
    await env.DB.prepare(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < 250)
       insert into links (uuid, workspace_id, user_id, domain, code, destination_url, created_at_ms,
         updated_at_ms) select ?1 || i, ?2, 'u', ?3, 'c' || i, 'https://example.com', 0, 0 from n`,
    )
      .bind(crypto.randomUUID(), ada.workspace.id, hostname)
      .run();
    await env.ROUTES.put(`${hostname}/c250`, "{}");
    await callApi(`/api/domains/${id}`, { method: "DELETE", headers: ada.bySession });
    const count = (where: string) =>
      env.DB.prepare(`select count(*) as n from ${where}`).bind(hostname).first("n");
    expect(await count("links where domain = ?")).toBe(0);
    expect(await count("links where domain is null and parked_domain = ?")).toBe(250);
    expect(await count("route_tombstones where domain = ? and code <> ''")).toBe(250);

    const upkeep = upkeepFor(env);
    let sweeps = 0;
    const now = Date.now() + MINUTE_MS;
    while (await upkeep.sweep(now)) sweeps += 1;
    expect(sweeps).toBeGreaterThanOrEqual(2);
    expect(await env.ROUTES.get(`${hostname}/c250`)).toBeNull();
    while (await upkeep.sweep(now + 5 * MINUTE_MS));
    expect(await count("route_tombstones where domain = ?")).toBe(0);
  });

  it("cannot be touched from another workspace", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const domain = await prove(ada, newHostname());
    await join(bob.userId, ada.workspace, "member");
    const headers = { ...bob.bySession, "Signpost-Workspace": ada.workspace.uuid };
    expect((await callApi(`/api/domains/${domain.id}`, { headers })).status).toBe(200);
    const foreign = await callApi(`/api/domains/${domain.id}`, { headers: bob.bySession });
    expect(foreign.status).toBe(404);
  });
});
