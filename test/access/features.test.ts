/** Every feature of a plan refuses something, in each dialect that has it, where a plan lacks it. */

import { env } from "cloudflare:workers";
import { afterEach, describe, it } from "vitest";

import { type Feature, PLANS } from "../../src/access/plans.ts";
import type { Plan } from "../../src/config.ts";
import { type Account, newAccount } from "../support/account.ts";
import type { Answer } from "../support/client.ts";
import { newNativeClient } from "../support/native.ts";
import { newPvtlnkClient } from "../support/pvtlnk.ts";
import { DEFAULT_RULES, newRevolinkClient } from "../support/revolink.ts";

type Ask = (account: Account) => Promise<Answer>;

const LINK = { destinationUrl: "https://example.com" };
const LATER = "2030-01-01T00:00:00Z";
const VARIANTS = ["a", "b"].map((id) => ({
  id,
  name: id,
  url: `https://${id}.example.com`,
  weight: 50,
}));

const native =
  (method: string, path: string, body?: object): Ask =>
  async (account) =>
    (await newNativeClient({ account })).call(method, path, body);

const pvtlnk =
  (method: string, path: string, body?: object): Ask =>
  async (account) =>
    (await newPvtlnkClient({ account })).call(method, path, body);

const revolink =
  (path: string, fields: Record<string, unknown>): Ask =>
  async (account) =>
    (await newRevolinkClient({ account })).call("POST", path, fields);

/** A request per dialect that needs the feature and nothing else. */
const REQUESTS: Readonly<Record<Feature, Readonly<Record<string, Ask>>>> = {
  variants: {
    native: native("POST", "/api/links", {
      ...LINK,
      abTest: { enabled: true, variants: VARIANTS },
    }),
    pvtlnk: async (account) => {
      const client = await newPvtlnkClient({ account });
      const { id } = await client.link();
      const variant = { name: "A", destination_url: "https://a.example.com", weight: 50 };
      return client.call("POST", `/links/${id}/variants`, { variant });
    },
    revolink: revolink("/apiv1/link/create", {
      name: "Tested",
      rules: DEFAULT_RULES,
      abTest: { enabled: true, variants: VARIANTS },
    }),
  },
  schedules: {
    native: native("POST", "/api/links", { ...LINK, startsAt: LATER }),
    pvtlnk: pvtlnk("POST", "/links", {
      link: { destination_url: "https://example.com", scheduled_start_at: LATER },
    }),
  },
  passwords: {
    native: native("POST", "/api/links", { ...LINK, password: "open sesame" }),
    pvtlnk: pvtlnk("POST", "/links", {
      link: { destination_url: "https://example.com" },
      password: "open sesame",
    }),
  },
  clickLimits: {
    native: native("POST", "/api/links", { ...LINK, clicksLimit: 5 }),
    revolink: revolink("/apiv1/link/create", {
      name: "Limited",
      rules: DEFAULT_RULES,
      clicksLimit: 5,
    }),
  },
  bulk: {
    native: native("POST", "/api/links/bulk", { links: [LINK, LINK] }),
    "native's import": native("POST", "/api/links/import", {
      csv: "destination_url\nhttps://example.com",
    }),
    pvtlnk: pvtlnk("POST", "/links/bulk_import", { csv: "destination_url\nhttps://example.com" }),
    revolink: revolink("/apiv1/links/bulk-create", {
      links: ["One", "Two"].map((name) => ({ name, rules: DEFAULT_RULES })),
    }),
  },
  export: {
    native: native("GET", "/api/links/export"),
    pvtlnk: pvtlnk("GET", "/links/export"),
  },
  enterpriseApi: { pvtlnk: pvtlnk("GET", "/links") },
};

const cases = Object.entries(REQUESTS).flatMap(([feature, asks]) =>
  Object.entries(asks).map(([dialect, ask]) => ({ feature: feature as Feature, dialect, ask })),
);

const usual = { ...PLANS.enterprise.features };

/** Changes the table of plans: no plan of today lacks some of the features. */
const withFeatures = (features: Partial<Record<Feature, boolean>>) =>
  Object.assign(PLANS.enterprise.features, features);

const accountOn = async (plan: Plan): Promise<Account> => {
  const account = await newAccount();
  await env.DB.prepare("update workspaces set plan = ? where id = ?")
    .bind(plan, account.workspace.id)
    .run();
  return account;
};

describe("a feature of a plan", () => {
  afterEach(() => {
    withFeatures(usual);
  });

  it("has requests here that need it", ({ expect }) => {
    expect(Object.keys(REQUESTS).toSorted()).toEqual(Object.keys(usual).toSorted());
  });

  it.for(cases)(
    "$feature is refused in $dialect without it",
    async ({ feature, ask }, { expect }) => {
      const account = await newAccount();
      const allowed = await ask(account);
      expect(allowed.status, allowed.text).toBeLessThan(300);
      withFeatures({ [feature]: false });
      const refused = await ask(account);
      expect(refused.status, refused.text).toBe(403);
      expect(refused.text).toContain("plan");
    },
  );

  it.for((["free", "pro"] as const).flatMap((plan) => cases.map((each) => ({ ...each, plan }))))(
    "$feature on $plan is as in the table, in $dialect",
    async ({ feature, dialect, ask, plan }, { expect }) => {
      const features = PLANS[plan].features;
      // Everything of this dialect needs its API.
      const isIncluded = features[feature] && (dialect !== "pvtlnk" || features.enterpriseApi);
      // What prepares the request is refused already.
      if (dialect === "pvtlnk" && feature === "variants") return;
      const { status, text } = await ask(await accountOn(plan));
      if (isIncluded) expect(status, text).toBeLessThan(300);
      else expect(status, text).toBe(403);
    },
  );
});
