import { describe, it } from "vitest";

import { referrerHost } from "../../src/clicks/referrer.ts";

describe("referrerHost", () => {
  it.for([
    [null, null],
    ["", null],
    ["https://www.google.com/", "google.com"],
    ["https://t.co/abc?d=e", "t.co"],
    ["http://WWW.Example.COM:8080/x", "example.com"],
    ["https://www.www.example/", "www.example"],
    ["android-app://com.slack/", "com.slack"],
    ["android-app://com.Slack", "com.slack"],
    ["https://example.org./", "example.org"],
    ["https://www.EXAMPLE.org./x", "example.org"],
    ["https://www.com/", "www.com"],
    ["about:client", null],
    ["javascript:alert(1)", null],
    ["not a url", null],
    ["https://müller.example/", "xn--mller-kva.example"],
  ] as const)("of %s is %s", ([referer, host], { expect }) => {
    expect(referrerHost(referer)).toBe(host);
  });
});
