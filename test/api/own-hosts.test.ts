import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { countCall } from "../../bench/worker/calls.ts";
import { type Account, newAccount } from "../support/account.ts";
import { insertDomain } from "../support/link-rows.ts";
import { newNativeClient } from "../support/native.ts";
import { newPvtlnkClient } from "../support/pvtlnk.ts";
import { DEFAULT_RULES, newRevolinkClient } from "../support/revolink.ts";

const LOOP = "must lead elsewhere: this host serves short links itself";
const ELSEWHERE = "https://example.com/";

/** Makes an address on a custom domain that another workspace has verified. */
async function ownAddress(): Promise<string> {
  const { workspace } = await newAccount();
  const hostname = `own-${crypto.randomUUID()}.example`;
  await insertDomain(workspace.id, hostname);
  return `https://${hostname.toUpperCase()}./promo`;
}

function intentTo(url: string): string {
  return `intent://x#Intent;scheme=myapp;S.browser_fallback_url=${encodeURIComponent(url)};end`;
}

function testOf(url: string) {
  const variants = [
    { id: "a", name: "A", url: ELSEWHERE, weight: 50 },
    { id: "b", name: "B", url, weight: 50 },
  ];
  return { enabled: true, variants };
}

describe("an address on a custom domain of the installation", () => {
  it("is refused in each field of a native link, at creation and in a change", async ({
    expect,
  }) => {
    const client = await newNativeClient();
    const own = await ownAddress();
    const { id } = await client.link();
    for (const [field, fields] of [
      ["destinationUrl", { destinationUrl: own }],
      ["expiredUrl", { expiredUrl: own }],
      ["limitReachedUrl", { limitReachedUrl: own }],
      ["rules[0].targetUrl", { rules: [{ targetUrl: own, country: ["DE"] }] }],
      ["rules[0].targetUrl", { rules: [{ targetUrl: intentTo(own), country: ["DE"] }] }],
      ["abTest.variants[1].url", { abTest: testOf(own) }],
    ] as const) {
      const asked = { destinationUrl: ELSEWHERE, ...fields };
      const made = await client.call("POST", "/api/links", asked);
      expect(made.status).toBe(400);
      expect(made.body).toEqual({ code: "VALIDATION_ERROR", message: `${field} ${LOOP}` });
      const changed = await client.call("PATCH", `/api/links/${id}`, fields);
      expect([changed.status, changed.body]).toEqual([400, made.body]);
    }
    const variant = { name: "B", url: own };
    const added = await client.call("POST", `/api/links/${id}/variants`, variant);
    expect(added.body).toMatchObject({ message: `url ${LOOP}` });
  });

  it("is refused in items of native calls for many links", async ({ expect }) => {
    const client = await newNativeClient();
    const own = await ownAddress();
    const links = [{ destinationUrl: own }, { destinationUrl: ELSEWHERE }];
    const { body } = await client.call("POST", "/api/links/bulk", { links });
    expect(body).toMatchObject({
      created: [{ destinationUrl: ELSEWHERE }],
      failed: [{ index: 0, error: { message: `destinationUrl ${LOOP}` } }],
    });
    const csv = `destination_url\n${own}\n${ELSEWHERE}`;
    const imported = await client.call("POST", "/api/links/import", { csv });
    expect(imported.body).toMatchObject({
      created: 1,
      errors: [{ row: 2, errors: [`Destination url ${LOOP}`] }],
    });
  });

  it("is refused by PVTLNK", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const own = await ownAddress();
    const { id } = await client.link();
    const link = { destination_url: own };
    for (const [method, path, fields] of [
      ["POST", "/links", { link }],
      ["PATCH", `/links/${id}`, { link }],
    ] as const) {
      const { status, body } = await client.call(method, path, fields);
      expect(status).toBe(422);
      expect(body).toMatchObject({ errors: [`Destination url ${LOOP}`] });
    }
    const variant = { name: "B", destination_url: own };
    const added = await client.call("POST", `/links/${id}/variants`, { variant });
    expect(added.status).toBe(422);
    expect(added.body).toMatchObject({ errors: [`Destination url ${LOOP}`] });
    const csv = `destination_url\n${own}`;
    const imported = await client.call("POST", "/links/bulk_import", { csv });
    expect(imported.body).toMatchObject({ errors: [{ errors: [`Destination url ${LOOP}`] }] });
  });

  it("is refused by RevoLink", async ({ expect }) => {
    const client = await newRevolinkClient();
    const own = await ownAddress();
    const rules = [{ targetUrl: own, isDefault: false, country: ["DE"] }, ...DEFAULT_RULES];
    const linkId = await client.link();
    const name = "Loop";
    const fields = { linkId, name, rules };
    for (const [method, path] of [
      ["POST", "/apiv1/link/create"],
      ["PUT", "/apiv1/link/update"],
    ] as const) {
      const { status, body } = await client.call(method, path, fields);
      expect([status, body]).toEqual([400, { error: `rules[0].targetUrl ${LOOP}.` }]);
    }
    const links = [
      { name, rules: [{ targetUrl: own, isDefault: true }] },
      { name, rules: DEFAULT_RULES, abTest: testOf(own) },
    ];
    const bulk = await client.call("POST", "/apiv1/links/bulk-create", { links });
    expect(bulk.body).toMatchObject({
      created: [],
      failed: [
        { error: `rules[0].targetUrl ${LOOP}.` },
        { error: `abTest.variants[1].url ${LOOP}.` },
      ],
    });
  });

  it("is no source of logos", async ({ expect }) => {
    const client = await newNativeClient();
    const qrSettings = { useLogo: true, logo: await ownAddress() };
    const made = await client.call("POST", "/api/links", { destinationUrl: ELSEWHERE, qrSettings });
    expect(made.status).toBe(400);
    expect(made.body).toMatchObject({ message: expect.stringContaining("qrSettings.logo") });
  });

  it("is like any other while the domain is only claimed", async ({ expect }) => {
    const client = await newNativeClient();
    const hostname = `claimed-${crypto.randomUUID()}.example`;
    const { bySession } = client.account;
    const headers = { ...bySession, Authorization: "" };
    expect((await client.call("POST", "/api/domains", { hostname }, headers)).status).toBe(201);
    await client.link({ destinationUrl: `https://${hostname}/` });
  });
});

describe("the Worker's name on workers.dev", () => {
  it("is no destination, nor are its previews, while those of others are", async ({ expect }) => {
    const WORKERS_DEV_HOST = "signpost.acme.workers.dev";
    const client = await newNativeClient({ env: { ...env, WORKERS_DEV_HOST } });
    for (const [host, status] of [
      ["signpost.acme.workers.dev", 400],
      ["SIGNPOST.acme.workers.dev.", 400],
      ["0a1b2c3d-signpost.acme.workers.dev", 400],
      ["other.acme.workers.dev", 201],
      ["signpost.somebody.workers.dev", 201],
    ] as const) {
      const made = await client.call("POST", "/api/links", { destinationUrl: `https://${host}/x` });
      expect(made.status, host).toBe(status);
    }
  });
});

describe("the question whether addresses are our own", () => {
  async function cost(account: Account, body: object) {
    const headers = { ...(await account.byToken()), "Content-Type": "application/json" };
    await countCall(env, { method: "GET", path: "/api/me", headers });
    const plan = { method: "POST", path: "/api/links", headers, body: JSON.stringify(body) };
    const { status, answered } = await countCall(env, plan);
    return { status, trips: answered.d1Trips, rows: answered.d1RowsRead };
  }

  it("is asked once for all hosts of a link, and not for those that cannot be", async ({
    expect,
  }) => {
    const account = await newAccount();
    const address = await cost(account, { destinationUrl: "http://192.0.2.7/" });
    const one = await cost(account, { destinationUrl: ELSEWHERE });
    const rules = Array.from({ length: 100 }, (_, n) => ({
      targetUrl: `https://host-${n}.example/`,
      country: ["DE"],
    }));
    const many = await cost(account, { destinationUrl: ELSEWHERE, rules });
    expect([address.status, one.status, many.status]).toEqual([201, 201, 201]);
    expect([one.trips - address.trips, many.trips - address.trips]).toEqual([1, 1]);
    // What json_each yields counts as a row, and an index without the host as none or one.
    expect(one.rows - address.rows).toBeLessThanOrEqual(3);
    expect(many.rows - address.rows).toBeLessThanOrEqual(3 * 101);
  });
});
