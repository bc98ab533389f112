import { describe, it } from "vitest";

import { notice } from "../../src/redirect/pages/answer.ts";
import { NOT_FOUND, UNAVAILABLE } from "../../src/redirect/pages/notices.ts";
import { redirectTo, sharedRedirectTo } from "../../src/redirect/respond.ts";

const asking = (accept: string, method = "GET") =>
  new Request("https://sign.test/x", { method, headers: { Accept: accept } });

describe("a redirect that visitors share", () => {
  it("is created once per destination and status, with the same headers as a private one", ({
    expect,
  }) => {
    const shared = sharedRedirectTo("https://example.com/a", 302);
    expect(sharedRedirectTo("https://example.com/a", 302)).toBe(shared);
    const own = redirectTo("https://example.com/a", 302);
    expect([shared.status, [...shared.headers]]).toEqual([own.status, [...own.headers]]);
  });

  it("differs between links to one destination with different statuses", ({ expect }) => {
    for (const status of [301, 302, 307, 301]) {
      const response = sharedRedirectTo("https://example.com/b", status);
      expect(response.headers.get("Location")).toBe("https://example.com/b");
      expect(response.status).toBe(status);
    }
  });

  it("stays correct for more destinations than are cached", ({ expect }) => {
    for (let n = 0; n < 5_000; n += 1) {
      const destination = `https://example.com/${n % 2_500}`;
      expect(sharedRedirectTo(destination, 302).headers.get("Location")).toBe(destination);
    }
  });
});

describe("a notice", () => {
  it("is the same each time, and its body can be read each time", async ({ expect }) => {
    const texts = ["", "", ""].map(() => notice(asking("text/html"), NOT_FOUND).text());
    const [first, ...others] = await Promise.all(texts);
    expect(first).toContain("This link does not exist");
    expect(others).toEqual([first, first]);
  });

  it("adds extra headers to one answer only", ({ expect }) => {
    const asked = asking("application/json");
    expect(notice(asked, NOT_FOUND, { "Retry-After": "60" }).headers.get("Retry-After")).toBe("60");
    expect(notice(asked, NOT_FOUND).headers.get("Retry-After")).toBeNull();
    expect(notice(asked, UNAVAILABLE).headers.get("Retry-After")).toBe("5");
  });

  it("has no body for HEAD, and the same headers", ({ expect }) => {
    const [head, get] = ["HEAD", "GET"].map((method) =>
      notice(asking("text/html", method), NOT_FOUND),
    );
    expect(head?.body).toBeNull();
    expect([...(head?.headers ?? [])]).toEqual([...(get?.headers ?? [])]);
  });
});
