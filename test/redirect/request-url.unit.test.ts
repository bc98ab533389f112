import fc from "fast-check";
import { describe, it } from "vitest";

import { splitUrl } from "../../src/redirect/request-url.ts";

describe("splitUrl", () => {
  it.for([
    ["https://sign.test/abc", "https://sign.test", "/abc", ""],
    ["https://sign.test/abc?a=b&c", "https://sign.test", "/abc", "?a=b&c"],
    ["http://localhost:8787/", "http://localhost:8787", "/", ""],
    ["http://a/b", "http://a", "/b", ""],
    ["http://[::1]:8787/a/b/", "http://[::1]:8787", "/a/b/", ""],
    [
      "https://sign.test/?next=https://example.com/x",
      "https://sign.test",
      "/",
      "?next=https://example.com/x",
    ],
    // An absolute request target may lack a path; a slash in its query does not start one.
    ["http://sign.test", "http://sign.test", "/", ""],
    ["http://sign.test?a/b", "http://sign.test", "/", "?a/b"],
  ] as const)("of %s", ([href, origin, path, query], { expect }) => {
    expect(splitUrl(href)).toEqual({ href, origin, path, query });
  });

  it("agrees with URL on every normalised URL", ({ expect }) => {
    const urls = fc.webUrl({ withQueryParameters: true, validSchemes: ["http", "https"] });
    fc.assert(
      fc.property(urls, (text) => {
        const { href, origin, pathname: path, search } = new URL(text);
        const split = splitUrl(href);
        expect(split).toMatchObject({ origin, path });
        expect(split.query === "?" ? "" : split.query).toBe(search);
      }),
    );
  });
});
