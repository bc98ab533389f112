import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import app from "../../src/api/app.ts";
import { MINUTE_MS } from "../../src/platform/clock.ts";
import { newAccount } from "../support/account.ts";
import { callApi, jsonOf, ORIGIN } from "../support/api.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe("the API shell", () => {
  it("answers health with its version", async ({ expect }) => {
    const response = await callApi("/api/health");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: "ok",
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
  });

  it.for(["/api", "/api/", "/api/nowhere", "/api/links/x/y/z/nowhere", "/app"])(
    "wears the native shape where there is no route: %s",
    async (path, { expect }) => {
      const response = await callApi(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ code: "NOT_FOUND", message: expect.any(String) });
    },
  );

  it.for([
    ["PUT", "/api/health", "GET, HEAD"],
    ["OPTIONS", "/api/health", "GET, HEAD"],
    ["PATCH", "/api/tokens", "GET, HEAD, POST"],
    ["GET", "/api/auth/sign-out", "POST"],
    ["GET", `/api/admin/workspaces/${crypto.randomUUID()}/plan`, "PUT"],
  ] as const)("says what a route answers: %s %s", async ([method, path, allow], { expect }) => {
    const response = await callApi(path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("Allow")).toBe(allow);
    expect(await response.json()).toMatchObject({ code: "METHOD_NOT_ALLOWED" });
  });

  it.for([
    ["GET", "/api/links", 401],
    ["GET", "/api/v1/links", 401],
    ["GET", "/apiv1/links/analytics", 401],
    ["POST", "/api/conversions/track/unknown", 404],
    ["PUT", "/api/links", 405],
    ["DELETE", "/api/v1/links", 405],
    ["GET", "/apiv1/link/create", 405],
    ["GET", "/api/conversions/track/unknown", 405],
    ["GET", "/api/v1", 404],
    ["GET", "/api/nowhere", 404],
  ] as const)(
    "answers with a slash at the end as without: %s %s",
    async ([method, path, status], { expect }) => {
      const [without, withSlash] = [
        await callApi(path, { method }),
        await callApi(`${path}/`, { method }),
      ];
      expect([without.status, withSlash.status]).toEqual([status, status]);
      expect(withSlash.headers.get("Allow")).toBe(without.headers.get("Allow"));
      expect(await withSlash.text()).toBe(await without.text());
    },
  );

  it.for(["/api//", "/api/links//", "/api//links"])(
    "knows no path with an empty segment: %s",
    async (path, { expect }) => {
      expect((await callApi(path)).status).toBe(404);
    },
  );

  it("reads the body of a request for a link that is named like a document", async ({ expect }) => {
    const headers = await (await newAccount()).byToken("links:update");
    const response = await callApi("/api/links/openapi.json", jsonOf("PATCH", {}, headers));
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "NOT_FOUND" });
  });

  it("answers HEAD like GET, without a body", async ({ expect }) => {
    const response = await callApi("/api/health", { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  });

  it("gives each request an id, or keeps a sane one", async ({ expect }) => {
    const idOf = async (headers: Record<string, string>) =>
      (await callApi("/api/health", { headers })).headers.get("X-Request-Id");
    expect(await idOf({})).toMatch(UUID);
    expect(await idOf({ "X-Request-Id": "client-42.a_b" })).toBe("client-42.a_b");
    for (const bad of ["short", "with space inside", "<script>alert(1)", "x".repeat(129)]) {
      expect(await idOf({ "X-Request-Id": bad })).toMatch(UUID);
    }
  });

  it("keeps every answer out of caches, refusals too", async ({ expect }) => {
    for (const path of ["/api/health", "/api/me", "/api/nowhere"]) {
      const { headers } = await callApi(path);
      expect(headers.get("Cache-Control")).toBe("no-store");
      expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(headers.get("X-Request-Id")).toMatch(UUID);
    }
  });
});

describe("bodies", () => {
  const post = async (init: RequestInit) => {
    const { bySession } = await newAccount();
    const headers = { ...bySession, ...(init.headers as Record<string, string>) };
    const response = await callApi("/api/tokens", { method: "POST", ...init, headers });
    const { code }: { code: string } = await response.json();
    return { status: response.status, code };
  };
  const JSON_TYPE = { "Content-Type": "application/json" };

  it.for([
    ["half an object", '{"name":'],
    ["nothing", ""],
    ["no UTF-8", new Uint8Array([0x22, 0xff, 0xfe, 0x22])],
  ] as const)("of %s are malformed", async ([, body], { expect }) => {
    const answer = await post({ body, headers: JSON_TYPE });
    expect(answer).toEqual({ status: 400, code: "VALIDATION_ERROR" });
  });

  it.for(["[]", "null", '"text"', "7", "{}", '{"__proto__":{"name":"x"}}'])(
    "of the wrong shape are invalid: %s",
    async (body, { expect }) => {
      const answer = await post({ body, headers: JSON_TYPE });
      expect(answer).toEqual({ status: 400, code: "VALIDATION_ERROR" });
    },
  );

  it.for(["text/plain", "application/x-www-form-urlencoded", "application/jsonp"])(
    "of type %s are not supported here",
    async (type, { expect }) => {
      const answer = await post({ body: "{}", headers: { "Content-Type": type } });
      expect(answer).toEqual({ status: 415, code: "UNSUPPORTED_MEDIA_TYPE" });
    },
  );

  it("a body may name its charset", async ({ expect }) => {
    const body = JSON.stringify({ name: "x", scopes: ["links:read"] });
    const headers = { "Content-Type": "application/json; charset=utf-8" };
    expect((await post({ body, headers })).status).toBe(201);
  });

  it("of more than 64 KB are refused, declared or streamed", async ({ expect }) => {
    const body = JSON.stringify({ name: "x".repeat(65 * 1024), scopes: ["links:read"] });
    const stream = new Response(body).body ?? "";
    for (const large of [body, stream]) {
      const answer = await post({ body: large, headers: JSON_TYPE });
      expect(answer).toEqual({ status: 413, code: "PAYLOAD_TOO_LARGE" });
    }
  });
});

describe("cross-origin use", () => {
  const FOREIGN = { Origin: "https://app.example" };

  it("is open to tokens, without credentials", async ({ expect }) => {
    const account = await newAccount();
    const { headers } = await callApi("/api/me", {
      headers: { ...FOREIGN, ...(await account.byToken()) },
    });
    expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(headers.get("Access-Control-Allow-Credentials")).toBeNull();
    expect(headers.get("Access-Control-Expose-Headers")).toBe(
      "ETag, Link, Location, Retry-After, X-Request-Id, Signpost-Live-By",
    );
  });

  it("lets a script read why it was refused", async ({ expect }) => {
    const response = await callApi("/api/me", { headers: FOREIGN });
    expect(response.status).toBe(401);
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
  });

  it("is closed to cookies", async ({ expect }) => {
    const { cookie } = await newAccount();
    const response = await callApi("/api/me", { headers: { ...FOREIGN, Cookie: cookie } });
    expect(response.headers.get("Access-Control-Allow-Origin")).toBeNull();
  });

  it("is announced to preflights", async ({ expect }) => {
    const response = await callApi("/api/links", {
      method: "OPTIONS",
      headers: { ...FOREIGN, "Access-Control-Request-Method": "POST" },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(response.headers.get("Access-Control-Allow-Headers")).toContain("Authorization");
    expect(response.headers.get("Access-Control-Allow-Methods")).toContain("PATCH");
  });

  it.for(["/api/auth/sign-in/email", "/api/tokens", "/api/admin/dead-letters"])(
    "is not offered where no token counts: %s",
    async (path, { expect }) => {
      const { headers } = await callApi(path, {
        method: "OPTIONS",
        headers: { ...FOREIGN, "Access-Control-Request-Method": "POST" },
      });
      expect(headers.get("Access-Control-Allow-Origin")).toBeNull();
      expect(headers.get("Access-Control-Allow-Methods")).toBeNull();
    },
  );
});

describe("limits and failures", () => {
  it.for([
    ["reads", "READ_LIMIT", 1_200],
    ["writes", "WRITE_LIMIT", 600],
  ] as const)(
    "slow down a person's %s over all of their credentials, and say for how long",
    async ([what, binding, most], { expect }) => {
      // The local limiter counts by minutes of the clock, and must not begin a new one meanwhile.
      const leftMs = MINUTE_MS - (Date.now() % MINUTE_MS);
      if (leftMs < 10_000) await scheduler.wait(leftMs);
      const account = await newAccount();
      for (let n = 0; n < most; n += 100) {
        const spent = Array.from({ length: 100 }, () =>
          env[binding].limit({ key: account.userId }),
        );
        expect((await Promise.all(spent)).every(({ success }) => success)).toBe(true);
      }
      const read = (headers: Record<string, string>) => callApi("/api/tags", { headers });
      const write = (headers: Record<string, string>) =>
        callApi("/api/tags", jsonOf("POST", { name: crypto.randomUUID() }, headers));
      const [limited, free] = what === "reads" ? [read, write] : [write, read];
      const credentials = [await account.byToken(), await account.byToken(), account.bySession];
      for (const headers of credentials) {
        const refused = await limited(headers);
        expect(refused.status).toBe(429);
        expect(refused.headers.get("Retry-After")).toBe("60");
        expect(await refused.json()).toMatchObject({ code: "RATE_LIMIT_EXCEEDED" });
        expect((await free(headers)).ok).toBe(true);
      }
      const other = await newAccount();
      expect((await limited(other.bySession)).ok).toBe(true);
    },
  );

  it("a failure does not reveal its cause, and is logged with the request's id", async ({
    expect,
  }) => {
    const account = await newAccount();
    const headers = { ...(await account.byToken()), "X-Request-Id": "broken-request" };
    const broken = {
      ...env,
      DB: {
        prepare: () => {
          throw new Error("secret detail");
        },
      },
    } as unknown as Cloudflare.Env;
    const lines = vi.spyOn(console, "error").mockImplementation(() => {});
    const response = await app.fetch(
      new Request(`${ORIGIN}/api/me`, { headers }),
      broken,
      createExecutionContext(),
    );
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(JSON.parse(text)).toEqual({ code: "INTERNAL_ERROR", message: expect.any(String) });
    expect(text).not.toContain("secret detail");
    expect(response.headers.get("X-Request-Id")).toBe("broken-request");
    expect(lines.mock.calls.flat().join("\n")).toContain('"requestId":"broken-request"');
    lines.mockRestore();
  });
});

describe("the front page", () => {
  it("explains the service, without a script", async ({ expect }) => {
    const response = await callApi("/");
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
    const policy = response.headers.get("Content-Security-Policy") ?? "";
    expect(policy).toMatch(/^default-src 'none'; style-src 'nonce-[\w-]+';/);
    const page = await response.text();
    expect(page).toContain(`curl ${ORIGIN}/api/links`);
    expect(page).toContain('<html lang="en">');
    expect(page).not.toMatch(/<script|&amp;#39;/);
  });

  it("gives way to HOME_URL", async ({ expect }) => {
    const home = { ...env, HOME_URL: "https://example.com/home" };
    const response = await app.fetch(new Request(`${ORIGIN}/`), home, createExecutionContext());
    expect(response.status).toBe(302);
    expect(response.headers.get("Location")).toBe("https://example.com/home");
  });

  it("is only read", async ({ expect }) => {
    expect((await callApi("/", { method: "HEAD" })).status).toBe(200);
    const response = await callApi("/", { method: "POST" });
    expect(response.status).toBe(405);
    expect(response.headers.get("Allow")).toBe("GET, HEAD");
  });
});
