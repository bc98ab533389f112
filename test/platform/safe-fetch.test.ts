import { describe, it } from "vitest";

import { askDns } from "../../src/platform/dns.ts";
import { checkTarget, safeFetch } from "../../src/platform/safe-fetch.ts";
import { fakeInternet } from "./fake-internet.ts";

const HOOK = "https://hooks.example.com/in";

describe("checkTarget", () => {
  const refused = [
    ["", "not_a_url"],
    ["hooks.example.com", "not_a_url"],
    ["https://", "not_a_url"],
    ["https://1.2.3.4.5/", "not_a_url"],
    ["http://hooks.example.com/", "scheme"],
    ["ftp://hooks.example.com/", "scheme"],
    ["javascript:alert(1)", "scheme"],
    ["file:///etc/passwd", "scheme"],
    ["https://user@hooks.example.com/", "credentials"],
    ["https://user:pass@hooks.example.com/", "credentials"],
    ["https://:pass@hooks.example.com/", "credentials"],
    ["https://hooks.example.com\\@127.0.0.1:22/", null],
    ["https://hooks.example.com:80/", "port"],
    ["https://hooks.example.com:8443/", "port"],
    ["https://hooks.example.com:22/", "port"],
    ["https://sign.test/api", "own_host"],
    ["https://SIGN.test../api", "own_host"],
    ["https://localhost/", "private_name"],
    ["https://LOCALHOST./", "private_name"],
    ["https://localhost../", "private_name"],
    ["https://app.localhost/", "private_name"],
    ["https://printer.local/", "private_name"],
    ["https://metadata.google.internal/", "private_name"],
    ["https://metadata.google.internal./", "private_name"],
    ["https://router.home.arpa/", "private_name"],
    ["https://intranet/", "private_name"],
    ["https://ｌｏｃａｌｈｏｓｔ/", "private_name"],
    ["https://nowhere.example.net/", "name_not_found"],
    ["https://notlocal.example.com/", null],
    ["https://hooks.example.com:443/", null],
    ["https://hooks.example.com./", null],
    ["https://8.8.8.8/", null],
  ] as const;
  for (const [text, reason] of refused) {
    it(`${reason === null ? "accepts" : "refuses"} ${JSON.stringify(text)}`, async ({ expect }) => {
      const checked = await checkTarget(text, fakeInternet().policy);
      expect(checked.ok ? null : checked.error).toBe(reason);
    });
  }

  const names = [
    ["a private IPv4 address", { A: ["10.1.2.3"] }, "private_address"],
    ["a private IPv6 address", { A: ["8.8.8.8"], AAAA: ["fd00::1"] }, "private_address"],
    ["one private address of two", { A: ["8.8.8.8", "127.0.0.1"] }, "private_address"],
    ["a mapped address", { AAAA: ["::ffff:10.0.0.1"] }, "private_address"],
    ["an alias of a private one", { CNAME: ["x.test."], A: ["192.168.0.1"] }, "private_address"],
    ["an alias of a public one", { CNAME: ["x.test."], A: ["8.8.8.8"] }, null],
    ["an alias that leads nowhere", { CNAME: ["x.test."] }, "name_not_found"],
    ["an A record that is no address", { A: ["localhost"] }, "private_address"],
    ["IPv6 addresses only", { AAAA: ["2606:4700:4700::1111"] }, null],
    ["TXT records only", { TXT: ["v=spf1"] }, "name_not_found"],
  ] as const;
  for (const [what, byType, reason] of names) {
    it(`${reason === null ? "accepts" : "refuses"} a name with ${what}`, async ({ expect }) => {
      const records = Object.fromEntries(
        Object.entries(byType).map(([type, data]) => [`rebind.test ${type}`, data]),
      );
      const { policy, asked } = fakeInternet({ records });
      const checked = await checkTarget("https://rebind.test./x", policy);
      expect(checked.ok ? null : checked.error).toBe(reason);
      expect(asked.toSorted()).toEqual(["rebind.test A", "rebind.test AAAA"]);
    });
  }

  const silences = [
    ["an error", () => new Response("", { status: 500 })],
    ["a page", () => new Response("<html>")],
    ["SERVFAIL", () => Response.json({ Status: 2 })],
    ["no status", () => Response.json({})],
    ["null", () => Response.json(null)],
    ["odd records", () => Response.json({ Status: 0, Answer: [null] })],
    [
      "records without data",
      () => Response.json({ Status: 0, Answer: [{ type: 1 }, { type: 28 }] }),
    ],
    ["no list", () => Response.json({ Status: 0, Answer: "8.8.8.8" })],
    ["a redirect", () => Response.redirect("https://dns.example/")],
    ["nothing", () => Promise.reject(new TypeError("Network connection lost."))],
  ] as const;
  for (const [what, resolver] of silences) {
    it(`refuses a name when the resolver answers ${what}`, async ({ expect }) => {
      const { policy } = fakeInternet({ resolver });
      expect(await checkTarget(HOOK, policy)).toEqual({ ok: false, error: "dns_failed" });
      const patient = { ...policy, whenDnsFails: "allow" } as const;
      expect((await checkTarget(HOOK, patient)).ok).toBe(true);
    });
  }

  it("refuses private names and addresses even where a failing resolver is allowed", async ({
    expect,
  }) => {
    const { policy } = fakeInternet({ policy: { whenDnsFails: "allow" } });
    for (const host of ["127.0.0.1", "localhost", "sign.test"]) {
      expect((await checkTarget(`https://${host}/`, policy)).ok).toBe(false);
    }
  });

  it("allows local targets without asking the DNS where private ones are allowed", async ({
    expect,
  }) => {
    const { policy, asked } = fakeInternet({ policy: { allowPrivate: true } });
    for (const url of ["http://localhost:9999/", "http://[::1]:80/", "https://10.0.0.1:8443/"]) {
      expect((await checkTarget(url, policy)).ok).toBe(true);
    }
    expect((await checkTarget("http://user@localhost/", policy)).ok).toBe(false);
    expect((await checkTarget("file:///etc/passwd", policy)).ok).toBe(false);
    expect(await checkTarget("http://sign.test:80/", policy)).toEqual({
      ok: false,
      error: "own_host",
    });
    expect(asked).toEqual([]);
  });
});

describe("safeFetch", () => {
  it("returns the status, headers and body of any answer", async ({ expect }) => {
    const { policy } = fakeInternet({
      answer: () => new Response("no such thing", { status: 404, headers: { "x-a": "1" } }),
    });
    const fetched = await safeFetch(HOOK, {}, policy);
    if (!fetched.ok) throw new Error(fetched.error.reason);
    const { status, headers, body, truncated, ms } = fetched.value;
    expect([status, headers.get("x-a"), truncated]).toEqual([404, "1", false]);
    expect(new TextDecoder().decode(body)).toBe("no such thing");
    expect(ms).toBeGreaterThanOrEqual(0);
  });

  it("sends the request under its own name and without cookies", async ({ expect }) => {
    const { policy, sent } = fakeInternet();
    const headers = { "content-type": "application/json", cookie: "a=1", "User-Agent": "curl" };
    const fetched = await safeFetch(HOOK, { method: "POST", headers, body: "{}" }, policy);
    expect(fetched.ok).toBe(true);
    expect(sent).toHaveLength(1);
    const { url, init } = sent[0] ?? {};
    expect([url, init?.method, init?.body, init?.redirect]).toEqual([HOOK, "POST", "{}", "manual"]);
    expect([...new Headers(init?.headers)]).toEqual([
      ["content-type", "application/json"],
      ["user-agent", "Signpost/1.0"],
    ]);
  });

  it("sends nothing to a target that is refused", async ({ expect }) => {
    const { policy, sent } = fakeInternet({ records: { "inside.test A": ["10.0.0.7"] } });
    for (const url of ["https://127.0.0.1/", "https://inside.test/", "http://hooks.example.com/"]) {
      const fetched = await safeFetch(url, { method: "POST", body: "{}" }, policy);
      expect(fetched).toMatchObject({ ok: false, error: { reason: "blocked" } });
    }
    expect(sent).toEqual([]);
  });

  it("checks a name again on each call", async ({ expect }) => {
    const addresses = ["8.8.8.8"];
    const { policy, sent } = fakeInternet({ records: { "moving.test A": addresses } });
    expect((await safeFetch("https://moving.test/", {}, policy)).ok).toBe(true);
    addresses[0] = "127.0.0.1";
    expect(await safeFetch("https://moving.test/", {}, policy)).toEqual({
      ok: false,
      error: { reason: "blocked", problem: "private_address" },
    });
    expect(sent).toHaveLength(1);
  });

  it("returns a redirect without following it", async ({ expect }) => {
    const { policy, sent } = fakeInternet({
      answer: () => new Response(null, { status: 302, headers: { location: "http://127.0.0.1/" } }),
    });
    const fetched = await safeFetch(HOOK, {}, policy);
    expect(fetched).toMatchObject({ ok: true, value: { status: 302 } });
    expect(sent.map(({ url }) => url)).toEqual([HOOK]);
  });

  it("reads no more of a huge body than `bodyBytesMax`", async ({ expect }) => {
    let pulled = 0;
    const cancelled = Promise.withResolvers<void>();
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(1_000).fill(7));
      },
      cancel: () => cancelled.resolve(),
    });
    const { policy } = fakeInternet({ answer: () => new Response(stream) });
    const fetched = await safeFetch(HOOK, { bodyBytesMax: 2_500 }, policy);
    if (!fetched.ok) throw new Error(fetched.error.reason);
    expect(fetched.value.body).toEqual(new Uint8Array(2_500).fill(7));
    expect(fetched.value.truncated).toBe(true);
    expect(pulled).toBeLessThan(10);
    await cancelled.promise;
  });

  it("does not report a body of exactly the limit as truncated", async ({ expect }) => {
    const { policy } = fakeInternet({ answer: () => new Response("12345") });
    const fetched = await safeFetch(HOOK, { bodyBytesMax: 5 }, policy);
    expect(fetched).toMatchObject({ ok: true, value: { truncated: false } });
  });

  it("times out on a host that never answers, even if `fetch` ignores the signal", async ({
    expect,
  }) => {
    const { policy } = fakeInternet({ answer: () => new Promise<Response>(() => {}) });
    const fetched = await safeFetch(HOOK, { timeoutMs: 50 }, policy);
    expect(fetched).toMatchObject({ ok: false, error: { reason: "timeout", status: null } });
  });

  it("times out on a body that drips, and reports the status", async ({ expect }) => {
    let timer: number | null = null;
    const cancelled = Promise.withResolvers<void>();
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        timer = setInterval(() => controller.enqueue(Uint8Array.of(46)), 5);
      },
      cancel() {
        clearInterval(timer);
        cancelled.resolve();
      },
    });
    const { policy } = fakeInternet({ answer: () => new Response(stream) });
    const fetched = await safeFetch(HOOK, { timeoutMs: 80 }, policy);
    expect(fetched).toMatchObject({ ok: false, error: { reason: "timeout", status: 200 } });
    await cancelled.promise;
  });

  it.for([
    ["never ends", (body: Controller) => body.enqueue(Uint8Array.of(46))],
    [
      "breaks off",
      (body: Controller) => {
        body.enqueue(Uint8Array.of(46));
        setTimeout(() => body.error(new TypeError("Network connection lost.")), 5);
      },
    ],
  ] as const)("keeps what has come of an optional body that %s", async ([, start], { expect }) => {
    const { policy } = fakeInternet({ answer: () => new Response(new ReadableStream({ start })) });
    const fetched = await safeFetch(HOOK, { bodyWaitMs: 50 }, policy);
    expect(fetched).toMatchObject({ ok: true, value: { status: 200, truncated: true } });
    expect(fetched.ok && fetched.value.body).toEqual(Uint8Array.of(46));
    const needed = await safeFetch(HOOK, { timeoutMs: 50 }, policy);
    expect(needed.ok).toBe(false);
  });

  it("reports a connection that breaks before or within the body", async ({ expect }) => {
    const lost = new TypeError("Network connection lost.");
    const before = fakeInternet({ answer: () => Promise.reject(lost) });
    const within = fakeInternet({
      answer: () => new Response(new ReadableStream({ start: (body) => body.error(lost) })),
    });
    const failures = [
      await safeFetch(HOOK, {}, before.policy),
      await safeFetch(HOOK, {}, within.policy),
    ];
    expect(failures).toMatchObject([
      { ok: false, error: { reason: "network", status: null } },
      { ok: false, error: { reason: "network", status: 200 } },
    ]);
  });
});

type Controller = ReadableStreamDefaultController<Uint8Array>;

describe("askDns", () => {
  it("returns TXT records as the resolver writes them", async ({ expect }) => {
    const { policy } = fakeInternet({ records: { "go.acme.test TXT": ['"signpost=1"', '"b"'] } });
    const answer = await askDns("go.acme.test", "TXT", policy);
    expect(answer).toEqual({ ok: true, value: ['"signpost=1"', '"b"'] });
  });

  it("distinguishes a name without such a record from one that does not exist", async ({
    expect,
  }) => {
    const { policy } = fakeInternet({ records: { "go.acme.test A": ["8.8.8.8"] } });
    expect(await askDns("go.acme.test", "TXT", policy)).toEqual({ ok: true, value: [] });
    expect(await askDns("no.acme.test", "TXT", policy)).toEqual({ ok: false, error: "not_found" });
  });
});
