import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { hostAddress, routeKey } from "../../src/links/route/address.ts";
import { counted, envWith } from "../support/faults.ts";
import { follow, recordingRedirect } from "../support/following.ts";
import {
  type DomainColumns,
  insertDomain,
  insertLink,
  insertWorkspace,
} from "../support/link-rows.ts";

const newHostname = () => `go-${crypto.randomUUID().slice(0, 8)}.example`;

async function newDomain(columns: DomainColumns = {}) {
  const workspaceId = await insertWorkspace();
  const hostname = newHostname();
  await insertDomain(workspaceId, hostname, columns);
  return { workspaceId, hostname, at: (path: string) => `https://${hostname}${path}` };
}

async function answered(response: Response): Promise<[number, string | null]> {
  await response.body?.cancel();
  return [response.status, response.headers.get("Location")];
}

describe("a custom domain", () => {
  it("leads from its root, and from what has no link, where its owner chose", async ({
    expect,
  }) => {
    const { at, hostname, workspaceId } = await newDomain({
      root_url: "https://acme.example",
      not_found_url: "https://acme.example/lost?from=link",
    });
    const link = await insertLink({ domain: hostname }, workspaceId);
    const { redirect, clicks } = recordingRedirect();
    const lost = [302, "https://acme.example/lost?from=link"];
    for (const path of ["/", "//", ""]) {
      expect(await answered(await follow(redirect, at(path)))).toEqual([
        302,
        "https://acme.example/",
      ]);
    }
    for (const path of [
      "/nothing",
      "/Nothing",
      "/nothing+",
      "/a/b",
      "/a.html",
      "/%ZZ",
      "/no?x=1",
    ]) {
      expect(await answered(await follow(redirect, at(path))), path).toEqual(lost);
    }
    expect(await answered(await follow(redirect, at("/no"), { method: "HEAD" }))).toEqual(lost);
    expect((await follow(redirect, at("/no"), { method: "POST" })).status).toBe(404);
    expect((await follow(redirect, at(`/${link.code}`))).headers.get("Location")).toBe(
      "https://example.com/landing",
    );
    expect(clicks).toHaveLength(1);
  });

  it("hides a link that has not started as one that does not exist", async ({ expect }) => {
    const { at, hostname, workspaceId } = await newDomain({ not_found_url: "https://a.example/" });
    const columns = { domain: hostname, starts_at_ms: Date.now() + 3_600_000 };
    const { code } = await insertLink(columns, workspaceId);
    const { redirect } = recordingRedirect();
    for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) {
      const [early, unknown] = await Promise.all([
        follow(redirect, at(`/${code}`), { method }),
        follow(redirect, at(`/x${code}`), { method }),
      ]);
      expect([early.status, [...early.headers]], method).toEqual([
        unknown.status,
        [...unknown.headers],
      ]);
    }
  });

  it("never goes round: an own address without a link answers 508", async ({ expect }) => {
    const hostname = newHostname();
    const workspaceId = await insertWorkspace();
    await insertDomain(workspaceId, hostname, {
      root_url: `https://${hostname}/home`,
      not_found_url: `http://${hostname}/lost`,
    });
    const { redirect } = recordingRedirect();
    const at = (path: string) => `https://${hostname}${path}`;
    expect((await follow(redirect, at("/"))).headers.get("Location")).toBe(at("/home"));
    expect((await follow(redirect, at("/home"))).headers.get("Location")).toBe(
      `http://${hostname}/lost`,
    );
    expect((await follow(redirect, at("/lost"))).status).toBe(508);
    await insertLink({ domain: hostname, code: "lost" }, workspaceId);
    expect((await follow(recordingRedirect().redirect, at("/lost"))).status).toBe(302);
  });

  it("serves its files as what they are, and leads no program elsewhere", async ({ expect }) => {
    const association = '{"applinks":{"details":[]}}';
    const { at } = await newDomain({
      not_found_url: "https://a.example/",
      robots: "disallow",
      apple_app_site_association: association,
      asset_links: "[]",
    });
    const { redirect } = recordingRedirect();
    const files = [
      ["/robots.txt", "text/plain; charset=utf-8", "User-agent: *\nDisallow: /\n"],
      ["/.well-known/apple-app-site-association", "application/json", association],
      ["/.well-known/assetlinks.json", "application/json", "[]"],
    ] as const;
    for (const [path, type, text] of files) {
      const response = await follow(redirect, at(path));
      expect([response.status, response.headers.get("Content-Type")], path).toEqual([200, type]);
      expect(await response.text()).toBe(text);
      const head = await follow(redirect, at(path), { method: "HEAD" });
      expect([head.status, await head.text()]).toEqual([200, ""]);
    }
    for (const path of ["/.well-known/security.txt", "/favicon.ico"]) {
      expect((await follow(redirect, at(path))).status, path).toBe(404);
    }
  });

  it("without settings answers 404, as a host that nobody serves does", async ({ expect }) => {
    const { at } = await newDomain();
    const { redirect } = recordingRedirect();
    for (const path of ["/", "/nothing", "/robots.txt", "/.well-known/assetlinks.json"]) {
      const known = await follow(redirect, at(path));
      const unknown = await follow(redirect, `https://${newHostname()}${path}`);
      expect([known.status, await known.text()], path).toEqual([404, await unknown.text()]);
    }
  });

  it("is asked of KV and D1 once in five seconds, whoever scans it for codes", async ({
    expect,
  }) => {
    const kv = counted(env.ROUTES, "get");
    const d1 = counted(env.DB, "prepare");
    const environment = envWith({ ROUTES: kv.binding, DB: d1.binding });
    const scan = async (origin: string): Promise<[kv: number, d1: number]> => {
      const before = [kv.calls(), d1.calls()] as const;
      const { redirect } = recordingRedirect();
      for (let n = 0; n < 10; n++) await follow(redirect, `${origin}/scan-${n}`, {}, environment);
      return [kv.calls() - before[0], d1.calls() - before[1]];
    };
    const { at, hostname } = await newDomain({ not_found_url: "https://a.example/" });
    // Ten codes, and the host with its writing back.
    const [, first] = await scan(at(""));
    expect(first).toBeLessThanOrEqual(10 + 3);
    expect(await env.ROUTES.get(routeKey(hostAddress(hostname)))).toContain("a.example");
    expect(await scan(at(""))).toEqual([11, 10]);
    expect(await scan(`https://${newHostname()}`)).toEqual([11, 11]);
  });
});
