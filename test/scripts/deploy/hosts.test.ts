/** Which hosts a deployment takes, leaves and gives up. */

import { afterEach, beforeEach, describe, it } from "vitest";

import { addScript } from "../loopback/account.ts";
import { newClone, URL_FLAGS } from "../loopback/clone.ts";
import { startLoopback, type Loopback } from "../loopback/server.ts";

let cloudflare: Loopback;

beforeEach(async () => {
  cloudflare = await startLoopback();
});

afterEach(async () => await cloudflare.close());

function addRecord(name: string, type = "A"): void {
  const zone = cloudflare.account.zones[0]?.id ?? "";
  cloudflare.account.records.push({ zone, name, type, content: "192.0.2.1" });
}

function addRoute(pattern: string, script: string): void {
  cloudflare.account.routes.push({ zone: cloudflare.account.zones[0]?.id ?? "", pattern, script });
}

function attach(hostname: string, service: string): void {
  cloudflare.account.domains.push({ id: crypto.randomUUID(), hostname, service });
}

function hosts(): readonly string[] {
  return cloudflare.account.domains
    .filter(({ service }) => service === "signpost")
    .map(({ hostname }) => hostname)
    .sort();
}

describe("a host that something else has", () => {
  it("is refused before anything is changed if it has DNS records", async ({ expect }) => {
    addRecord("go.example.com");
    const { said, failed } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed).toBe(true);
    expect(said).toContain("go.example.com has DNS records already (A 192.0.2.1)");
    expect(cloudflare.changes()).toEqual([]);
  });

  it("is refused before anything is changed if another Worker has it", async ({ expect }) => {
    addScript(cloudflare.account, "blog");
    attach("go.example.com", "blog");
    const { said, failed } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed).toBe(true);
    expect(said).toContain("belongs to the Worker blog");
    expect(cloudflare.changes()).toEqual([]);
  });

  it("is taken over from another Worker only if exactly it is named", async ({ expect }) => {
    addScript(cloudflare.account, "blog");
    attach("go.example.com", "blog");
    const clone = newClone(cloudflare);
    const other = await clone.deploy(...URL_FLAGS, "--take-over", "www.example.com");
    expect(other.failed).toBe(true);
    const { said, failed } = await clone.deploy(...URL_FLAGS, "--take-over", "go.example.com");
    expect(failed, said).toBe(false);
    expect(hosts()).toEqual(["go.example.com"]);
  });

  it("is refused by Cloudflare when a record appears after the look", async ({ expect }) => {
    cloudflare.trouble = ({ method, path }) => {
      if (method === "PUT" && path.endsWith("/domains")) addRecord("go.example.com");
      return null;
    };
    const { said, failed } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed).toBe(true);
    expect(said).toContain("100117");
    expect(hosts()).toEqual([]);
  });

  it("is refused by Cloudflare when another Worker gets it after the look", async ({ expect }) => {
    addScript(cloudflare.account, "blog");
    cloudflare.trouble = ({ method, path }) => {
      if (method === "PUT" && path.endsWith("/domains")) attach("go.example.com", "blog");
      return null;
    };
    const { said, failed } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed).toBe(true);
    expect(said).toContain("100116");
    expect(hosts()).toEqual([]);
  });

  it("is still refused for a token that may not read DNS records", async ({ expect }) => {
    cloudflare.account.denied.add("DNS Read");
    addRecord("go.example.com");
    const { said, failed } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(said).toContain("may not read the DNS records");
    expect(failed).toBe(true);
    expect(said).toContain("100117");
  });

  it("may have records that lead nobody anywhere", async ({ expect }) => {
    addRecord("go.example.com", "TXT");
    const { failed } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed).toBe(false);
  });
});

describe("routes of the zone, which go before hosts of Workers", () => {
  it.for([
    "*/*",
    "*.example.com/*",
    "*example.com/*",
    "go.example.com/*",
    "https://go.example.com/*",
  ])("%s of another Worker refuses the host", async (pattern, { expect }) => {
    addRoute(pattern, "blog");
    const { said, failed } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed).toBe(true);
    expect(said).toContain(`The route ${pattern} sends go.example.com to the Worker blog`);
    expect(cloudflare.changes()).toEqual([]);
  });

  it.for(["www.example.com/*", "go.example.com/static/*", "go.example.com"])(
    "%s of another Worker leaves the host alone",
    async (pattern, { expect }) => {
      addRoute(pattern, "blog");
      const { failed, said } = await newClone(cloudflare).deploy(...URL_FLAGS);
      expect(failed, said).toBe(false);
    },
  );

  it("of this Worker serve the host: it is not attached, and may have records", async ({
    expect,
  }) => {
    addRecord("go.example.com");
    addRoute("*/*", "blog");
    addRoute("go.example.com/*", "signpost");
    const { failed, said } = await newClone(cloudflare).deploy(...URL_FLAGS);
    expect(failed, said).toBe(false);
    expect(hosts()).toEqual([]);
  });

  it("of no Worker are pointed out", async ({ expect }) => {
    addRoute("*.example.com/*", "");
    const { said } = await newClone(cloudflare).deploy(...URL_FLAGS, "--dry-run");
    expect(said).toContain("*.example.com/* may keep go.example.com from every Worker");
  });
});

describe("a host without a zone in the account", () => {
  it("is refused before anything is changed", async ({ expect }) => {
    const { said, failed } = await newClone(cloudflare).deploy("--url", "https://go.example.org");
    expect(failed).toBe(true);
    expect(said).toContain("No zone of this account has go.example.org");
    expect(cloudflare.changes()).toEqual([]);
  });

  it("is found in the longest zone that it is in", async ({ expect }) => {
    cloudflare.account.zones.push({ id: "f".repeat(32), name: "eu.example.com" });
    await newClone(cloudflare).deploy("--url", "https://go.eu.example.com");
    const attached = cloudflare.changes().find(({ path }) => path.endsWith("/workers/domains"));
    expect(attached?.body).toMatchObject({ zone_id: "f".repeat(32) });
  });
});

describe("hosts that are attached already", () => {
  it("stay, also those that only the dashboard knows", async ({ expect }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS);
    attach("links.customer.example.com", "signpost");
    const { said, failed } = await clone.deploy();
    expect(failed).toBe(false);
    expect(hosts()).toEqual(["go.example.com", "links.customer.example.com"]);
    expect(said).toContain("Hosts that stay attached: go.example.com, links.customer.example.com.");
  });

  it("stay when the installation moves to another host", async ({ expect }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS);
    await clone.deploy("--url", "https://s.example.com");
    expect(hosts()).toEqual(["go.example.com", "s.example.com"]);
  });

  it("are never named in the configuration, where a list would be a complete set", async ({
    expect,
  }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS, "--domain", "links.example.com");
    expect(hosts()).toEqual(["go.example.com", "links.example.com"]);
    expect(clone.read("wrangler.signpost.toml")).not.toMatch(/^routes?\b/m);
  });

  it("are detached one by one, by name", async ({ expect }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS, "--domain", "a.example.com", "--domain", "b.example.com");
    const { said } = await clone.deploy("--remove-domain", "a.example.com");
    expect(said).toContain("detach a.example.com");
    expect(hosts()).toEqual(["b.example.com", "go.example.com"]);
  });

  it("are never detached if it is the installation's own, or another Worker's", async ({
    expect,
  }) => {
    const clone = newClone(cloudflare);
    await clone.deploy(...URL_FLAGS);
    addScript(cloudflare.account, "blog");
    attach("blog.example.com", "blog");
    for (const host of ["go.example.com", "blog.example.com"]) {
      const { failed } = await clone.deploy("--remove-domain", host);
      expect(failed, host).toBe(true);
    }
    expect(cloudflare.account.domains.length).toBe(2);
  });
});

describe("an address that a deployment refuses", () => {
  it.for([
    "http://go.example.com",
    "https://localhost:8787",
    "https://127.0.0.1",
    "https://go.example.com:8443",
    "https://signpost.test",
    "https://other.acme.workers.dev",
    "https://signpost.stranger.workers.dev",
    "go.example.com",
  ])("%s", async (url, { expect }) => {
    const { failed } = await newClone(cloudflare).deploy("--url", url);
    expect(failed).toBe(true);
    expect(cloudflare.changes()).toEqual([]);
  });
});
