import fc from "fast-check";
import { describe, it } from "vitest";

import { parseDestination } from "../../src/links/destination.ts";

const isOwnHost = (hostname: string) => hostname === "sign.test";
const policy = { isOwnHost };

const REFUSED = [
  "javascript",
  "data",
  "vbscript",
  "file",
  "blob",
  "about",
  "filesystem",
  "view-source",
  "chrome",
  "content",
  "jar",
  "ws",
  "wss",
  "ftp",
];

describe("parseDestination", () => {
  const kept = [
    ["https://example.com", "https://example.com/"],
    ["  https://example.com/a b \n", "https://example.com/a%20b"],
    ["HTTPS://EXAMPLE.com/Path?q=1#f", "https://example.com/Path?q=1#f"],
    ["http://192.168.1.10:8080/x", "http://192.168.1.10:8080/x"],
    ["https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"],
    ["https://example.com/?q=a\\b", "https://example.com/?q=a\\b"],
    ["https://example.com/@user", "https://example.com/@user"],
  ] as const;
  for (const [text, href] of kept) {
    it(`keeps ${JSON.stringify(text)} as sent and normalises it to ${href}`, ({ expect }) => {
      expect(parseDestination(text, policy)).toEqual({
        ok: true,
        value: { text: text.trim(), href },
      });
    });
  }

  const visible = "https://example.com/page";
  it.for([
    `${visible}\u200B`,
    `\u202A${visible}`,
    `${visible}\uFE0F`,
    `\uFEFF${visible}\u200E\u00A0`,
    `\u2068${visible}\u2069`,
    `${visible}\u00AD`,
    `${visible}\u{E0001}\u3000`,
    `${visible}\u2028`,
  ])("keeps nothing invisible around %j", (text, { expect }) => {
    const value = { text: visible, href: visible };
    expect(parseDestination(text, policy)).toEqual({ ok: true, value });
  });

  it.for([
    ["https://example.com/می\u200Cخواهم", "%D9%85%DB%8C%E2%80%8C%D8%AE%D9%88%D8%A7%D9%87%D9%85"],
    ["https://example.com/a\u200Db", "a%E2%80%8Db"],
    ["https://example.com/x\u{E0001}y", "x%F3%A0%80%81y"],
  ] as const)("keeps what is invisible inside of %j", ([text, path], { expect }) => {
    const value = { text, href: `https://example.com/${path}` };
    expect(parseDestination(text, policy)).toEqual({ ok: true, value });
  });

  it.for(["\u200B", "\uD800", "\u{E0001}\u{E0001}"])("finds no URL in %j", (text, { expect }) => {
    expect(parseDestination(text, policy)).toEqual({ ok: false, error: { problem: "not_a_url" } });
  });

  const refused = [
    ["", "not_a_url"],
    ["example.com", "not_a_url"],
    ["https://", "not_a_url"],
    ["https:example.com", "not_a_url"],
    ["https:///example.com", "not_a_url"],
    ["https:\\\\example.com", "not_a_url"],
    ["https://example.com\\@evil.example", "not_a_url"],
    ["//example.com/x", "not_a_url"],
    ["https://.", "not_a_url"],
    ["https://exa mple.com", "not_a_url"],
    ["myapp:open", "scheme_opaque"],
    ["javascript:alert(1)", "scheme_refused"],
    ["https://user@example.com/", "credentials"],
    ["https://user:pass@example.com/", "credentials"],
    ["https://paypal.com@evil.example/", "credentials"],
    ["https://example.com/\u0000", "control_character"],
    ["java\nscript:alert(1)", "control_character"],
    ["ht\ttps://example.com", "control_character"],
    ["https://example.com/\u0085x", "control_character"],
    [`https://example.com/${"a".repeat(8_000)}`, "too_long"],
    [`https://example.com/${"ü".repeat(1_500)}`, "too_long"],
    [`https://example.com/${"漢".repeat(3_000)}/../`, "too_long"],
    [`tel:${"5".repeat(8_000)}`, "too_long"],
    ["https://sign.test/abc", "own_host"],
    ["https://SIGN.test./abc", "own_host"],
    ["https://sign.test:8443/abc", "own_host"],
    ["https://ｓign.test/abc", "own_host"],
    ["http://localhost:8787/abc", "own_host"],
    ["http://app.localhost/", "own_host"],
    ["http://127.0.0.1/", "own_host"],
    ["http://127.1/", "own_host"],
    ["http://2130706433/", "own_host"],
    ["http://0x7f.1/", "own_host"],
    ["http://１２７.0.0.1/", "own_host"],
    ["http://[::1]/", "own_host"],
    ["http://[::ffff:127.0.0.1]/", "own_host"],
  ] as const;
  for (const [text, problem] of refused) {
    it(`refuses ${JSON.stringify(text).slice(0, 60)}: ${problem}`, ({ expect }) => {
      expect(parseDestination(text, policy)).toMatchObject({ ok: false, error: { problem } });
    });
  }

  for (const scheme of REFUSED) {
    it(`refuses ${scheme}:`, ({ expect }) => {
      for (const rest of ["//example.com/x", "alert(1)", "text/html,<script>"]) {
        expect(parseDestination(`${scheme}:${rest}`, policy).ok).toBe(false);
        expect(parseDestination(`${scheme.toUpperCase()}:${rest}`, policy).ok).toBe(false);
      }
    });
  }

  it("accepts no scheme that does harm, in whatever disguise the text comes", ({ expect }) => {
    const letter = fc.constantFrom(
      ...Array.from("javscriptdfl:htps/\\.@ \t\n\r\u0000\u00a0%５１0x7"),
    );
    const scheme = fc
      .constantFrom(...REFUSED, "http", "https", "myapp", "intent")
      .chain((name) =>
        fc
          .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
          .map((upper) =>
            Array.from(name, (char, at) => (upper[at] === true ? char.toUpperCase() : char)).join(
              "",
            ),
          ),
      );
    const noise = fc.string({ unit: letter, maxLength: 6 });
    const text = fc.oneof(
      fc.tuple(
        noise,
        scheme,
        noise,
        fc.constantFrom(":", "://", ":\\\\", "：//"),
        fc.webUrl(),
        noise,
      ),
      fc.tuple(noise, scheme, fc.constant("://"), fc.domain(), noise),
    );
    fc.assert(
      fc.property(text, (parts) => {
        const parsed = parseDestination(parts.join(""), policy);
        if (!parsed.ok) return;
        const url = new URL(parsed.value.href);
        expect(REFUSED).not.toContain(url.protocol.slice(0, -1));
        expect(url.href).toBe(parsed.value.href);
        expect(url.username + url.password).toBe("");
        expect(new URL(parsed.value.text).href).toBe(parsed.value.href);
        // Only visible ASCII, since it is sent in a header unchanged.
        expect(parsed.value.href).toMatch(/^[\u0021-\u007e]+$/);
      }),
      { numRuns: 3_000 },
    );
  });
});
