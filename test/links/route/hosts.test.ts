import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import type { Config } from "../../../src/config.ts";
import { domainOf, isDefaultHost, siteOf } from "../../../src/links/route/hosts.ts";

const config: Config = {
  publicUrl: new URL("https://sign.test"),
  defaultPlan: "enterprise",
  signups: "open",
  clickRetentionDays: 395,
  homeUrl: null,
  workersDevHost: "",
  securityContact: null,
  saas: null,
  allowPrivateWebhooks: false,
};

describe("a default host", () => {
  it.for([
    "sign.test",
    "SIGN.test",
    "sign.test.",
    "localhost",
    "127.0.0.1",
    "signpost.me.workers.dev",
  ])("is %s", (host, { expect }) => {
    expect(isDefaultHost(host, config)).toBe(true);
    expect(domainOf(host, config)).toBe("");
  });

  it.for([
    "evil.test",
    "sign.test.evil.test",
    "notsign.test",
    "workers.dev",
    "xworkers.dev",
    "127.0.0.2",
  ])("is not %s", (host, { expect }) => {
    expect(isDefaultHost(host, config)).toBe(false);
    expect(domainOf(host, config)).toBe(host);
  });
});

describe("the site of an origin", () => {
  it.for([
    ["https://sign.test", "", true, "strict"],
    ["http://sign.test", "", true, "upgrade"],
    ["https://SIGN.test.:443", "", true, "strict"],
    ["http://signpost.me.workers.dev", "", true, "upgrade"],
    ["http://localhost:8787", "", true, "any"],
    ["https://localhost", "", true, "any"],
    ["http://127.0.0.1", "", true, "any"],
    ["http://go.example.com", "go.example.com", false, "any"],
    ["https://go.example.com:8443", "go.example.com", false, "any"],
    ["https://Go.Example.com.", "go.example.com", false, "any"],
    ["https://bücher.example", "xn--bcher-kva.example", false, "any"],
  ] as const)(
    "%s serves the links of %j; the app too: %s; its transport is %s",
    ([origin, domain, isDefault, transport], { expect }) => {
      expect(siteOf(origin, env)).toEqual({ domain, isDefault, transport });
      expect(siteOf(origin, env)).toBe(siteOf(origin, env));
    },
  );

  it("is no default host if the origin is not valid", ({ expect }) => {
    expect(siteOf("http://", env)).toMatchObject({ isDefault: false });
    expect(siteOf("http://", env).domain).not.toBe("");
  });

  it("depends on each environment's own PUBLIC_URL", ({ expect }) => {
    const other = { ...env, PUBLIC_URL: "https://other.test" };
    expect(siteOf("https://other.test", env).isDefault).toBe(false);
    expect(siteOf("https://other.test", other).isDefault).toBe(true);
  });
});
