/** Every way into an account, through the built Worker: `[alias]` leaves much of better-auth out of it. */

import { afterAll, beforeAll, describe, it } from "vitest";

import { cookieOf, json } from "./support/account.ts";
import { startServer, type Answer, type Server } from "./support/server.ts";

const PERSON = { email: "grace@signpost.test", password: "correct horse battery" };

let server: Server;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => await server.close());

/** Asks as a page does; throws when the answer is a failure of the server. */
async function post(action: string, body: object, cookie = ""): Promise<Answer> {
  const headers = { origin: server.origin, cookie };
  return await server.ask(`/api/auth/${action}`, { method: "POST", headers, body });
}

async function emailOf(cookie: string): Promise<unknown> {
  const answer = await server.ask("/api/auth/get-session", { headers: { cookie } });
  const session = JSON.parse(answer.text) as { readonly user: { readonly email: string } } | null;
  return session?.user.email ?? null;
}

describe("an account in the bundle", () => {
  it("is made once, signs in with its password, and is gone from a browser that signs out", async ({
    expect,
  }) => {
    const made = await post("sign-up/email", { ...PERSON, name: "Grace" });
    expect(made.status, made.text).toBe(200);
    expect((await post("sign-up/email", { ...PERSON, name: "Eve" })).status).toBe(409);

    const signedIn = await post("sign-in/email", PERSON);
    expect(signedIn.status, signedIn.text).toBe(200);
    expect(json(signedIn)).not.toHaveProperty("token");

    const cookie = cookieOf(signedIn);
    expect(await emailOf(cookie)).toBe(PERSON.email);
    expect((await post("sign-out", {}, cookie)).status).toBe(200);
    expect(await emailOf(cookie)).toBeNull();

    const wrong = await post("sign-in/email", { ...PERSON, password: "battery staple" });
    expect(wrong.status, wrong.text).toBe(401);
  });

  it("has no way in that Signpost does not offer", async ({ expect }) => {
    for (const action of [
      "sign-in/social",
      "update-user",
      "request-password-reset",
      "link-social",
    ]) {
      expect((await post(action, {})).status, action).toBe(404);
    }
  });
});
