import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import type { Plan } from "../../../../src/config.ts";
import { type Account, newAccount } from "../../../support/account.ts";
import { insertLink } from "../../../support/link-rows.ts";
import { countLinks, DEFAULT_RULES, newRevolinkClient } from "../../../support/revolink.ts";

async function accountOn(plan: Plan, links = 0): Promise<Account> {
  const account = await newAccount();
  const { id } = account.workspace;
  await env.DB.prepare("update workspaces set plan = ? where id = ?").bind(plan, id).run();
  for (let n = 0; n < links; n += 1) await insertLink({}, id);
  return account;
}

const link = { name: "A link", rules: DEFAULT_RULES };
const ruled = (count: number) => [
  ...Array.from({ length: count }, (_, n) => ({
    targetUrl: `https://example.com/${n}`,
    isDefault: false,
    country: ["UA"],
  })),
  ...DEFAULT_RULES,
];
const VARIANTS = [
  { id: "1", name: "A", url: "https://example.com/a", weight: 60 },
  { id: "2", name: "B", url: "https://example.com/b", weight: 40 },
];

describe("a plan's quotas", () => {
  it("a plan refuses a link beyond its quota", async ({ expect }) => {
    const account = await accountOn("free", 50);
    const client = await newRevolinkClient({ account });
    const { status, body } = await client.call("POST", "/apiv1/link/create", link);
    expect({ status, body }).toEqual({
      status: 403,
      body: {
        licenseLimitReached: true,
        error: "The free plan allows at most 50 links in a workspace.",
        limit: 50,
        used: 50,
        plan: "free",
      },
    });
    expect(await countLinks(account)).toBe(50);
  });

  it("a plan refuses rules beyond its quota, in a new link and in a change", async ({ expect }) => {
    const account = await accountOn("free");
    const client = await newRevolinkClient({ account });
    const linkId = await client.link({ rules: ruled(3) });
    const refused = {
      licenseLimitReached: true,
      error: "The free plan allows at most 3 rules with conditions in one link.",
      limit: 3,
      used: 4,
      plan: "free",
    };
    const fields = { ...link, rules: ruled(4) };
    const created = await client.call("POST", "/apiv1/link/create", fields);
    expect({ status: created.status, body: created.body }).toEqual({ status: 403, body: refused });
    const updated = await client.call("PUT", "/apiv1/link/update", { linkId, rules: ruled(4) });
    expect({ status: updated.status, body: updated.body }).toEqual({ status: 403, body: refused });
    expect(await countLinks(account)).toBe(1);
  });

  it("a plan without A/B tests and bulk calls refuses them", async ({ expect }) => {
    const account = await accountOn("free");
    const client = await newRevolinkClient({ account });
    const abTest = { enabled: true, variants: VARIANTS };
    const tested = await client.call("POST", "/apiv1/link/create", { ...link, abTest });
    expect(tested).toMatchObject({
      status: 403,
      body: { licenseLimitReached: true, error: "The free plan does not include A/B tests." },
    });
    const many = await client.call("POST", "/apiv1/links/bulk-create", { links: [link, link] });
    expect(many).toMatchObject({
      status: 403,
      body: {
        licenseLimitReached: true,
        error: "The free plan does not include creating several links in one call.",
        limit: 1,
        used: 2,
        plan: "free",
      },
    });
    expect(await countLinks(account)).toBe(0);
  });

  it("a plan refuses a bulk create as a whole when it would exceed the quota", async ({
    expect,
  }) => {
    const account = await accountOn("pro");
    const { id } = account.workspace;
    await env.DB.prepare(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < 4999)
       insert into links (uuid, workspace_id, user_id, code, destination_url, created_at_ms, updated_at_ms)
       select 'q' || ?1 || '-' || i, ?1, 'test', 'q' || ?1 || '-' || i, 'https://example.com', 0, 0 from n`,
    )
      .bind(id)
      .run();
    const client = await newRevolinkClient({ account });
    const two = await client.call("POST", "/apiv1/links/bulk-create", { links: [link, link] });
    expect({ status: two.status, body: two.body }).toEqual({
      status: 403,
      body: {
        licenseLimitReached: true,
        error: "The pro plan allows at most 5000 links in a workspace.",
        limit: 5_000,
        used: 4_999,
        plan: "pro",
      },
    });
    expect(await countLinks(account)).toBe(4_999);
    // What fails for itself takes no room.
    const one = await client.call("POST", "/apiv1/links/bulk-create", { links: [link, {}] });
    expect(one.body["message"]).toBe("Bulk create complete: 1 created, 1 failed.");
  });
});
