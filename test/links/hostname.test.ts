import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { configOf } from "../../src/config.ts";
import { HOSTNAME_LENGTH_MAX, parseClaim, parseHostname } from "../../src/links/hostname.ts";

const LONG = `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.`;

describe("a host name", () => {
  it.for([
    ["go.example.com", "go.example.com"],
    ["GO.Example.COM", "go.example.com"],
    ["go.example.com.", "go.example.com"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["BÜCHER.example", "xn--bcher-kva.example"],
    ["例え.テスト", "xn--r8jz45g.xn--zckzah"],
    ["go。example。com", "go.example.com"],
    ["1.example", "1.example"],
    [`${LONG}${"d".repeat(HOSTNAME_LENGTH_MAX - LONG.length)}`, null],
  ] as const)("%s has one form", ([text, hostname], { expect }) => {
    expect(parseHostname(text)).toEqual({ ok: true, value: hostname ?? text });
  });

  it.for([
    ["", "malformed"],
    [" ", "malformed"],
    ["https://go.example.com", "malformed"],
    ["go.example.com/", "malformed"],
    ["go.example.com:443", "malformed"],
    ["me@go.example.com", "malformed"],
    ["go.example.com?x", "malformed"],
    ["go.example.com#x", "malformed"],
    ["go\\example.com", "malformed"],
    ["go%2eexample.com", "malformed"],
    ["go..example.com", "malformed"],
    [".example.com", "malformed"],
    ["go.example.com..", "malformed"],
    ["_go.example.com", "malformed"],
    ["-go.example.com", "malformed"],
    ["go-.example.com", "malformed"],
    ["*.example.com", "malformed"],
    ["go example.com", "malformed"],
    [`${"a".repeat(64)}.example.com`, "malformed"],
    ["[::1]", "malformed"],
    ["192.0.2.1", "address"],
    ["0x7f.1", "address"],
    ["127.1", "address"],
    ["2130706433", "address"],
    ["localhost", "single_label"],
    ["com", "single_label"],
    [`${LONG}${"d".repeat(HOSTNAME_LENGTH_MAX - LONG.length + 1)}`, "too_long"],
  ] as const)("%s is refused", ([text, problem], { expect }) => {
    expect(parseHostname(text)).toEqual({ ok: false, error: problem });
  });

  it.for([
    "sign.test",
    "SIGN.TEST.",
    "links.sign.test",
    "signpost.somebody.workers.dev",
    "workers.dev",
    "site.pages.dev",
  ])("%s is nobody's to claim", (text, { expect }) => {
    expect(parseClaim(text, configOf(env))).toEqual({ ok: false, error: "own" });
  });

  it.for(["design.test", "notworkers.dev", "workers.dev.example.com"])(
    "%s only looks like our own name",
    (text, { expect }) => {
      expect(parseClaim(text, configOf(env))).toEqual({ ok: true, value: text });
    },
  );
});
