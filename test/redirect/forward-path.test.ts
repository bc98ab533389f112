/** What follows the code in the path, read from ugly paths and added to ugly destinations. */

import fc from "fast-check";
import { describe, it } from "vitest";

import { LOCATION_LENGTH_MAX } from "../../src/links/route/merge-query.ts";
import { readPastedPath, withVisitorPath } from "../../src/redirect/pasted-path.ts";
import { BROWSER, follow, recordingRedirect } from "../support/following.ts";
import { insertDomain, insertLink, insertVariant, insertWorkspace } from "../support/link-rows.ts";

const VISIT = { headers: { "User-Agent": BROWSER } };

async function locationOf(path: string): Promise<string | null> {
  const response = await follow(recordingRedirect().redirect, path, VISIT);
  return response.headers.get("Location");
}

/** Parts that path parsers of some kind give a meaning. */
const part = fc.constantFrom(
  ..."a b.c~%&=+@:;,!$'()*|^`{}[]\"<>\\ü漢".split(""),
  ..."/ // . .. ... %2e %2E%2e .%2e %2f %5C %252e ..;x ..%3bx %00 %0d%0a %E9 %C3%BC % %zz".split(
    " ",
  ),
  ..."qr.svg http: evil.example \u202e".split(" "),
);
const rest = fc.array(part, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(""));
const destination = fc
  .record({
    path: fc.constantFrom("", "/", "/a", "/a/", "/a%2Fb/c.html", "//a", "/100%", "/ü"),
    query: fc.constantFrom("", "?", "?a=1&b", "?path/to/page", "?u=https://e.com/?x"),
    hash: fc.constantFrom("", "#", "#part", "#/a?b"),
  })
  .map(({ path, query, hash }) => new URL(`https://example.com:8443${path}${query}${hash}`).href);

/** Returns the segments of a path that are more than names to a server that decodes slashes. */
function dotsIn(path: string): string[] {
  const segments = path
    .replaceAll(/%2f|%5c/gi, "/")
    .replaceAll(/%3b/gi, ";")
    .split("/");
  return segments.filter((one) => /^(?:\.|%2e){2}(?:;|$)/i.test(one));
}

describe("the path after the code", () => {
  it.for([
    ["/CODE/docs/intro", "docs/intro"],
    ["/CODE/docs/", "docs/"],
    ["/CODE//docs//a", "docs//a"],
    ["//CODE/a", "a"],
    ["/%43ODE/a.", "a."],
    ["/CODE/a%20b/%E9/%7e", "a%20b/%E9/%7e"],
    ["/CODE/ü", "%C3%BC"],
    ["/CODE/a&b=1/c+", "a&b=1/c+"],
    ["/CODE/a/qr.svg", "a/qr.svg"],
    ["/CODE/evil.example:80/@x", "evil.example:80/@x"],
    ["/CODE/a/%252e%252e/b", "a/%252e%252e/b"],
    ["/CODE/..a/b..", "..a/b.."],
    ["/CODE/a%2f../b", ""],
    ["/CODE/..%2fb", ""],
    ["/CODE/a/%2E.%5cb", ""],
    ["/CODE/..;/b", ""],
    ["/CODE/..%3B/b", ""],
  ] as const)("of %s is read as %s", ([path, expected], { expect }) => {
    expect(readPastedPath(path, "?q")).toEqual({
      asked: { code: "CODE", preview: false, qr: null, rest: expected },
      query: "?q",
    });
  });

  it.for([
    "/CODE+/a",
    "/CODE%2B/a",
    "/a.b/c",
    "/.well-known/a",
    "/(CODE)/a",
    "/CODE?/a",
    `/${"c".repeat(101)}/a`,
    "/é/a",
  ])("is not read from %s", (path, { expect }) => {
    expect(readPastedPath(path, "")).toBeNull();
  });

  it("keeps the destination's host, query and fragment, and never climbs above its path", ({
    expect,
  }) => {
    fc.assert(
      fc.property(destination, rest, (to, after) => {
        const asked = readPastedPath(`/code/x/${after}`, "")?.asked;
        const added = asked?.rest ?? "";
        const location = withVisitorPath(to, added);
        const [before, url] = [new URL(to), new URL(location)];
        expect(url.href).toBe(location);
        expect([url.origin, url.username, url.search, url.hash]).toEqual([
          before.origin,
          before.username,
          before.search,
          before.hash,
        ]);
        const base = before.pathname.replace(/\/$/, "");
        expect(url.pathname.startsWith(added === "" ? before.pathname : `${base}/`)).toBe(true);
        expect(dotsIn(added)).toEqual([]);
        expect(location).toMatch(/^[!-~]+$/);
      }),
      { numRuns: 5_000 },
    );
  });

  it("is added to nothing but web addresses", ({ expect }) => {
    for (const to of ["tel:+15551234567", "mailto:a@example.com", "myapp://open", "geo:1,2"]) {
      expect(withVisitorPath(to, "a")).toBe(to);
    }
  });

  it("is left out where the address would be too long", ({ expect }) => {
    const to = "https://example.com/?a";
    const room = LOCATION_LENGTH_MAX - to.length;
    expect(withVisitorPath(to, "p".repeat(room))).toHaveLength(LOCATION_LENGTH_MAX);
    expect(withVisitorPath(to, "p".repeat(room + 1))).toBe(to);
  });
});

describe("a link that forwards the path", () => {
  const to = "https://example.com/base?a=1#part";

  it("adds it to the destination, and then the query", async ({ expect }) => {
    const { code } = await insertLink({
      destination_url: to,
      forward_path: 1,
      forward_query: 1,
      redirect_status: 307,
    });
    const { redirect, clicks } = recordingRedirect();
    const response = await follow(redirect, `/${code}/x/y%20z?b=2&qr=1`, VISIT);
    expect(response.status).toBe(307);
    expect(response.headers.get("Location")).toBe("https://example.com/base/x/y%20z?a=1&b=2#part");
    expect(clicks).toMatchObject([{ scan: true }]);
    expect(await locationOf(`/${code.toUpperCase()}/x`)).toBe(
      "https://example.com/base/x?a=1#part",
    );
  });

  it("leads to its destination where nothing may be added", async ({ expect }) => {
    const { code } = await insertLink({ destination_url: to, forward_path: 1 });
    for (const rest of ["", "/", "//", "/.", "/..%2fx", `/${"p".repeat(9_000)}`]) {
      expect(await locationOf(`/${code}${rest}`)).toBe(to);
    }
    const { code: phone } = await insertLink({ destination_url: "tel:+1555", forward_path: 1 });
    expect(await locationOf(`/${phone}/x`)).toBe("tel:+1555");
  });

  it("keeps its preview and its QR code", async ({ expect }) => {
    const { code } = await insertLink({ destination_url: to, forward_path: 1 });
    const { redirect, clicks } = recordingRedirect();
    for (const [path, type] of [
      ["+", "text/html"],
      ["/qr.svg", "image/svg+xml"],
    ] as const) {
      const response = await follow(redirect, `/${code}${path}`, VISIT);
      expect(response.headers.get("Content-Type")).toContain(type);
    }
    expect((await follow(redirect, `/${code}+/x`, VISIT)).status).toBe(404);
    expect(clicks).toEqual([]);
  });

  it("adds it to what rules and variants choose, and not to where an ended link leads", async ({
    expect,
  }) => {
    const test = await insertLink({ forward_path: 1, ab_enabled: 1, ab_sticky: 1 });
    await insertVariant(test.id, { public_id: "v", url: "https://example.com/v", weight: 1 });
    const response = await follow(recordingRedirect().redirect, `/${test.code}/x/y`, VISIT);
    expect(response.headers.get("Location")).toBe("https://example.com/v/x/y");
    expect(response.headers.get("Set-Cookie")).toContain(`; Path=/${test.code};`);
    const over = "https://example.com/over";
    const { code } = await insertLink({ forward_path: 1, ends_at_ms: 1, expired_url: over });
    expect(await locationOf(`/${code}/x`)).toBe(over);
  });

  it("answers 508 if its destination is below itself", async ({ expect }) => {
    const workspace = await insertWorkspace();
    const domain = `${crypto.randomUUID()}.example`;
    await insertDomain(workspace, domain);
    const destination_url = `https://${domain}/loop/a`;
    await insertLink({ domain, code: "loop", destination_url, forward_path: 1 }, workspace);
    const { redirect, clicks } = recordingRedirect();
    const response = await follow(redirect, `https://${domain}/loop/x`, VISIT);
    expect([response.status, clicks]).toEqual([508, []]);
  });
});

describe("a link that does not", () => {
  it("answers a longer path as an unknown code does, in any state", async ({ expect }) => {
    const links = await Promise.all([
      insertLink(),
      insertLink({ is_active: 0 }),
      insertLink({ password_hash: "x", password_version: 1 }),
      insertLink({ ends_at_ms: 1, expired_url: "https://example.com/over" }),
    ]);
    const { redirect, clicks } = recordingRedirect();
    const contentOf = async (path: string) => {
      const response = await follow(redirect, path, VISIT);
      return [response.status, Object.fromEntries(response.headers), await response.text()];
    };
    const unknown = await contentOf("/never-made/x");
    expect(unknown[0]).toBe(404);
    for (const { code } of links) expect(await contentOf(`/${code}/x`)).toEqual(unknown);
    expect(clicks).toEqual([]);
  });
});
