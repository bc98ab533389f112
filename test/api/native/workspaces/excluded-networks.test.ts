import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { routeKey } from "../../../../src/links/route/address.ts";
import { publish } from "../../../../src/links/route/publish.ts";
import { readRoute } from "../../../../src/links/route/store.ts";
import { upkeepFor } from "../../../../src/upkeep/upkeep.ts";
import { NETWORKS_MAX } from "../../../../src/workspaces/excluded-networks.ts";
import { type Account, newAccount } from "../../../support/account.ts";
import { callApi, jsonOf } from "../../../support/api.ts";
import { insertLink } from "../../../support/link-rows.ts";

interface Excluded {
  readonly id: string;
  readonly prefixLength: number;
}

const pathOf = ({ workspace }: Account) => `/api/workspaces/${workspace.uuid}/excluded-networks`;

const exclude = (by: Account, body: unknown, headers = {}) =>
  callApi(pathOf(by), jsonOf("POST", body, { ...by.bySession, ...headers }));

const list = async (by: Account): Promise<Excluded[]> =>
  (await callApi(pathOf(by), { headers: by.bySession })).json();

describe("the networks that a workspace excludes", () => {
  it("are listed without their addresses, and reach the records of its links", async ({
    expect,
  }) => {
    const ada = await newAccount();
    const link = await insertLink({}, ada.workspace.id);
    await publish(env, link);
    const made = await exclude(ada, { network: " 203.0.113.0/24 ", note: "Office" });
    expect(made.status).toBe(201);
    const excluded: Excluded = await made.json();
    expect(excluded).toEqual({
      id: expect.any(String),
      note: "Office",
      prefixLength: 24,
      createdAt: expect.any(String),
    });
    expect(await list(ada)).toEqual([excluded]);
    const row = await env.DB.prepare("select * from excluded_networks where uuid = ?")
      .bind(excluded.id)
      .first();
    expect(JSON.stringify(row)).not.toContain("203.0.113");
    const record = (await readRoute(env.DB, link))?.record;
    expect(record?.excluded).toEqual([expect.stringMatching(/^24:[0-9a-f]{8}$/)]);
    while (await upkeepFor(env).sweep(Date.now() + 60_000));
    expect(await env.ROUTES.get(routeKey(link))).toContain(`"excluded":["24:`);

    const path = `${pathOf(ada)}/${excluded.id}`;
    const init = { method: "DELETE", headers: ada.bySession };
    expect(await (await callApi(path, init)).json()).toEqual({ success: true, id: excluded.id });
    expect((await callApi(path, init)).status).toBe(404);
    expect(await list(ada)).toEqual([]);
    expect((await readRoute(env.DB, link))?.record.excluded).toBeUndefined();
  });

  it("may be the address that the request comes from", async ({ expect }) => {
    const ada = await newAccount();
    const from = (address: string) => exclude(ada, {}, { "CF-Connecting-IP": address });
    expect((await from("203.0.113.9")).status).toBe(201);
    expect((await from("2001:db8:1:2::9")).status).toBe(201);
    // The same /64.
    expect((await from("2001:db8:1:2:ffff::1")).status).toBe(409);
    expect((await list(ada)).map(({ prefixLength }) => prefixLength)).toEqual([32, 64]);
  });

  it("are known in any spelling, and differ between workspaces", async ({ expect }) => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    expect((await exclude(ada, { network: "203.0.113.9" })).status).toBe(201);
    for (const network of ["203.0.113.9/32", "::ffff:203.0.113.9", "203.0.113.9:443"]) {
      expect((await exclude(ada, { network })).status, network).toBe(409);
    }
    expect((await exclude(bob, { network: "203.0.113.9" })).status).toBe(201);
    const { results } = await env.DB.prepare(
      "select distinct hash from excluded_networks where workspace_id in (?, ?)",
    )
      .bind(ada.workspace.id, bob.workspace.id)
      .all();
    expect(results).toHaveLength(2);
  });

  it.for([
    "office",
    "203.0.113.256",
    "203.0.113.0/7",
    "203.0.113.0/33",
    "2001:db8::/16",
    "2001:db8::/129",
    "203.0.113.0/x",
    "/24",
  ])("are not %s", async (network, { expect }) => {
    const refused = await exclude(await newAccount(), { network });
    expect(refused.status).toBe(400);
    expect((await refused.json<{ message: string }>()).message).toMatch(/^network must be an IP/);
  });

  it("are bounded, also if they come at once", async ({ expect }) => {
    const ada = await newAccount();
    const answers = await Promise.all(
      Array.from({ length: NETWORKS_MAX + 3 }, (_, n) =>
        exclude(ada, { network: `203.0.113.${n}` }),
      ),
    );
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused).toHaveLength(3);
    expect(await list(ada)).toHaveLength(NETWORKS_MAX);
  });
});
