import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { DAY_MS } from "../../src/platform/clock.ts";
import { callApi, jsonOf, ORIGIN } from "../support/api.ts";

/** Each test uses a new client address, since the rate limit is per address. */
let lastAddress = 0;
const fromNewAddress = () => ({ "CF-Connecting-IP": `192.0.2.${++lastAddress}` });

const signUp = (email: string, more: object = {}, headers = fromNewAddress()) =>
  callApi(
    "/api/auth/sign-up/email",
    jsonOf("POST", { name: "Ada", email, password: "correct horse", ...more }, headers),
  );

const signIn = (
  email: string,
  password: string,
  headers: Record<string, string> = fromNewAddress(),
) => callApi("/api/auth/sign-in/email", jsonOf("POST", { email, password }, headers));

/** Reads the session cookie as a browser would send it back. */
function cookieOf(response: Response): string {
  const cookie = response.headers.getSetCookie().find((line) => line.includes("session_token="));
  return cookie?.split(";", 1)[0] ?? "";
}

const get = async (path: string, Cookie: string) => callApi(path, { headers: { Cookie } });

describe("signing up", () => {
  it("creates a person with a session and a personal workspace", async ({ expect }) => {
    const response = await signUp("ada@example.com");
    expect(response.status).toBe(200);
    const cookie = cookieOf(response);
    const me = await get("/api/me", cookie);
    expect(await me.json()).toMatchObject({
      email: "ada@example.com",
      name: "Ada",
      workspace: { name: "Ada's workspace", plan: "enterprise", role: "owner" },
    });
    expect(await (await get("/api/auth/get-session", cookie)).json()).toMatchObject({
      user: { email: "ada@example.com" },
    });
  });

  it("sets a cookie that scripts and other sites cannot use", async ({ expect }) => {
    const response = await signUp("cookie@example.com");
    const [cookie] = response.headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-signpost\.session_token=/);
    expect(cookie).toMatch(/; Path=\/(;|$)/);
    expect(cookie).toMatch(/; HttpOnly(;|$)/);
    expect(cookie).toMatch(/; Secure(;|$)/);
    expect(cookie).toMatch(/; SameSite=Lax(;|$)/);
    expect(cookie).not.toMatch(/Domain=/i);
    expect(response.headers.get("Access-Control-Allow-Origin")).toBeNull();
  });

  it("works over plain http on localhost", async ({ expect }) => {
    const base = "http://localhost:8787";
    const response = await callApi(
      `${base}/api/auth/sign-up/email`,
      jsonOf(
        "POST",
        { name: "Local", email: "local@example.com", password: "correct horse" },
        { Origin: base, ...fromNewAddress() },
      ),
    );
    expect(response.status).toBe(200);
    const cookie = cookieOf(response);
    expect(cookie).toMatch(/^signpost\.session_token=/);
    const me = await callApi(`${base}/api/me`, { headers: { Cookie: cookie } });
    expect(me.status).toBe(200);
  });

  it("stores the password as scrypt with its parameters, and no client address", async ({
    expect,
  }) => {
    await signUp("stored@example.com");
    const row = await env.DB.prepare(
      `select c.password, s.ip_address from users u join credentials c on c.user_id = u.id
       join sessions s on s.user_id = u.id where u.email = 'stored@example.com'`,
    ).first();
    expect(row).toEqual({
      password: expect.stringMatching(/^\$scrypt\$ln=14,r=8,p=5\$/),
      ip_address: null,
    });
  });

  it("refuses an e-mail address that has an account, in any letter case", async ({ expect }) => {
    await signUp("twice@example.com");
    const response = await signUp("Twice@Example.com");
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: "ALREADY_EXISTS" });
  });

  it("creates one account for two simultaneous sign-ups with one address", async ({ expect }) => {
    const responses = await Promise.all([signUp("race@example.com"), signUp("race@example.com")]);
    expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  });

  it("removes the account of a sign-up that was interrupted before the password", async ({
    expect,
  }) => {
    const longAgo = Date.now() - 120_000;
    await env.DB.prepare(
      "insert into users (id, name, email, created_at_ms, updated_at_ms) values ('half', 'Half', 'half@example.com', ?, ?)",
    )
      .bind(longAgo, longAgo)
      .run();
    expect((await signUp("half@example.com")).status).toBe(200);
  });

  it.for([
    ["no name", { name: "  " }, "name must not be empty"],
    ["no e-mail address", { email: "ada" }, "email must be an e-mail address"],
    ["a short password", { password: "seven77" }, "password must be at least 8 characters"],
    ["a huge password", { password: "x".repeat(129) }, "password must be at most 128 characters"],
  ] as const)("refuses %s", async ([, wrong, message], { expect }) => {
    const response = await signUp("wrong@example.com", wrong);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ code: "VALIDATION_ERROR", message });
  });

  it("ignores fields that a client may not set", async ({ expect }) => {
    await signUp("mass@example.com", { firstSlot: 1, emailVerified: true, id: "mine" });
    const row = await env.DB.prepare(
      "select id, email_verified, first_slot from users where email = 'mass@example.com'",
    ).first();
    expect(row).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      email_verified: 0,
      first_slot: null,
    });
  });
});

describe("signing in and out", () => {
  it("creates a new session, and ends only that one", async ({ expect }) => {
    const first = cookieOf(await signUp("inout@example.com"));
    const second = cookieOf(await signIn("inout@example.com", "correct horse"));
    expect(second).not.toBe(first);
    const signOut = await callApi("/api/auth/sign-out", {
      method: "POST",
      headers: { Cookie: second, Origin: ORIGIN },
    });
    expect(signOut.status).toBe(200);
    expect((await get("/api/me", second)).status).toBe(401);
    expect((await get("/api/me", first)).status).toBe(200);
  });

  it("answers a wrong password and an unknown address alike", async ({ expect }) => {
    await signUp("known@example.com");
    const wrong = await signIn("known@example.com", "wrong horse");
    const unknown = await signIn("unknown@example.com", "wrong horse");
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(await wrong.json()).toEqual(await unknown.json());
  });

  it("creates the workspace that an interrupted sign-up did not", async ({ expect }) => {
    await signUp("healed@example.com");
    await env.DB.prepare(
      "delete from workspaces where personal_of = (select id from users where email = 'healed@example.com')",
    ).run();
    const cookies = await Promise.all([
      signIn("healed@example.com", "correct horse"),
      signIn("healed@example.com", "correct horse"),
    ]);
    for (const response of cookies) {
      const list = await get("/api/workspaces", cookieOf(response));
      expect(await list.json()).toEqual([expect.objectContaining({ name: "Ada's workspace" })]);
    }
  });

  it("limits guesses, and says when to retry", async ({ expect }) => {
    const headers = fromNewAddress();
    const responses = await Promise.all(
      Array.from({ length: 8 }, () => signIn("guess@example.com", "wrong horse", headers)),
    );
    const refused = responses.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(3);
    for (const response of refused) {
      expect(Number(response.headers.get("Retry-After"))).toBeGreaterThan(0);
      expect(await response.json()).toMatchObject({ code: "RATE_LIMIT_EXCEEDED" });
    }
  });

  it("counts IPv6 addresses by their /64, and ignores address headers of the client", async ({
    expect,
  }) => {
    const responses = await Promise.all(
      Array.from({ length: 7 }, (_, host) =>
        signIn("guess-v6@example.com", "wrong horse", {
          "CF-Connecting-IP": `2001:db8:1:2::${host}`,
          "X-Forwarded-For": `192.0.2.${host}`,
        }),
      ),
    );
    expect(responses.filter(({ status }) => status === 429)).toHaveLength(2);
    for (const table of ["allowances", "sign_in_failures"]) {
      const { results } = await env.DB.prepare(`select * from ${table}`).all();
      expect(results.length).toBeGreaterThan(0);
      expect(JSON.stringify(results)).not.toMatch(/192\.0\.2\.|2001:|@/);
    }
  });

  it.for([
    ["another site", "https://evil.example"],
    ["a sandboxed frame", "null"],
  ])("refuses a sign-in provoked by %s", async ([, origin = ""], { expect }) => {
    const headers = { ...fromNewAddress(), Origin: origin };
    const response = await signIn("known@example.com", "correct horse", headers);
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: "FORBIDDEN" });
  });

  it("refuses a sign-out that another site provoked", async ({ expect }) => {
    const cookie = cookieOf(await signUp("signout@example.com"));
    const response = await callApi("/api/auth/sign-out", {
      method: "POST",
      headers: { Cookie: cookie, Origin: "https://evil.example" },
    });
    expect(response.status).toBe(403);
    expect((await get("/api/me", cookie)).status).toBe(200);
  });

  it("serves no other route of the library", async ({ expect }) => {
    for (const path of ["/update-user", "/delete-user", "/list-sessions", "/ok", "/error"]) {
      expect((await callApi(`/api/auth${path}`)).status).toBe(404);
    }
  });

  it("renews a session that is used for more than a day, and tells the browser", async ({
    expect,
  }) => {
    const cookie = cookieOf(await signUp("renewed@example.com"));
    expect((await get("/api/me", cookie)).headers.getSetCookie()).toEqual([]);
    const expiry = () =>
      env.DB.prepare(
        "select expires_at_ms from sessions s join users u on u.id = s.user_id where email = 'renewed@example.com'",
      ).first<number>("expires_at_ms");
    const fiveDays = Date.now() + 5 * DAY_MS;
    await env.DB.prepare(
      "update sessions set expires_at_ms = ? where user_id = (select id from users where email = 'renewed@example.com')",
    )
      .bind(fiveDays)
      .run();
    const renewed = await get("/api/me", cookie);
    expect(cookieOf(renewed)).toBe(cookie);
    expect(await expiry()).toBeGreaterThan(fiveDays + DAY_MS);
    expect((await get("/api/me", cookie)).headers.getSetCookie()).toEqual([]);
  });

  it("ends a session at its expiry", async ({ expect }) => {
    const cookie = cookieOf(await signUp("expired@example.com"));
    await env.DB.prepare(
      "update sessions set expires_at_ms = ? where user_id = (select id from users where email = 'expired@example.com')",
    )
      .bind(Date.now() - 1)
      .run();
    expect((await get("/api/me", cookie)).status).toBe(401);
  });

  it("refuses a cookie with a wrong signature", async ({ expect }) => {
    const cookie = cookieOf(await signUp("forged@example.com"));
    const forged = cookie.replace(/=(.)/, (_, first) => `=${first === "a" ? "b" : "a"}`);
    expect((await get("/api/me", forged)).status).toBe(401);
  });
});
