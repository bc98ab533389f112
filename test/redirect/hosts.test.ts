import { describe, it } from "vitest";

import type { Config } from "../../src/config.ts";
import { domainOf, isDefaultHost, isOwnHost } from "../../src/redirect/hosts.ts";

const config: Config = {
  publicUrl: new URL("https://sign.test"),
  defaultPlan: "enterprise",
  signups: "open",
  clickRetentionDays: 395,
  homeUrl: null,
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

describe("a destination that leads back to us", () => {
  it.for([
    ["sign.test", true],
    ["sign.test.", true],
    ["localhost", true],
    ["signpost.me.workers.dev", true],
    ["other.someone.workers.dev", false],
    ["example.com", false],
  ] as const)("on %s: %s", ([host, own], { expect }) => {
    expect(isOwnHost(host, config, "signpost.me.workers.dev")).toBe(own);
  });
});
