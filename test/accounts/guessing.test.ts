/** How guesses at passwords and accounts are slowed down, and what their answers reveal. */

import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { native } from "../../src/api/native/app.ts";
import { HOUR_MS, SECOND_MS } from "../../src/platform/clock.ts";
import { usage } from "../../src/platform/hash-turns.ts";
import { jsonOf, ORIGIN } from "../support/api.ts";

const RIGHT = "correct horse";

let nowMs = Date.now();
const app = native({ clock: () => nowMs });

let lastAddress = 0;
const newAddress = () => `198.51.${Math.floor(++lastAddress / 250)}.${(lastAddress % 250) + 1}`;

async function post(path: string, body: object, headers: Record<string, string>) {
  const ctx = createExecutionContext();
  const request = new Request(`${ORIGIN}/api/auth${path}`, jsonOf("POST", body, headers));
  const response = await app.fetch(request, env, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}

const signUp = (email: string, address = newAddress()) =>
  post("/sign-up/email", { name: "Ada", email, password: RIGHT }, { "CF-Connecting-IP": address });

const signIn = (email: string, password: string, { address = newAddress(), Cookie = "" } = {}) =>
  post(
    "/sign-in/email",
    { email, password },
    { "CF-Connecting-IP": address, ...(Cookie !== "" && { Cookie, Origin: ORIGIN }) },
  );

const newEmail = () => `${crypto.randomUUID()}@example.com`;

async function newPerson(): Promise<{ email: string; known: string }> {
  const email = newEmail();
  const response = await signUp(email);
  if (response.status !== 200) throw new Error(await response.text());
  const known = response.headers.getSetCookie().find((line) => line.includes("known="));
  return { email, known: known?.split(";", 1)[0] ?? "" };
}

const statuses = (responses: Response[]) =>
  responses.map(({ status }) => status).toSorted((a, b) => a - b);

const waitOf = (response: Response) => Number(response.headers.get("Retry-After"));

async function hashesOf(work: () => Promise<Response>): Promise<[number, number]> {
  const before = usage.hashes;
  const { status } = await work();
  return [status, usage.hashes - before];
}

describe("guesses at one account", () => {
  it("cost one hash each, whether or not the account exists", async ({ expect }) => {
    const { email } = await newPerson();
    expect(await hashesOf(() => signIn(email, "wrong horse"))).toEqual([401, 1]);
    expect(await hashesOf(() => signIn(newEmail(), "wrong horse"))).toEqual([401, 1]);
  });

  it("wait longer and longer from whatever address, for known and unknown accounts alike", async ({
    expect,
  }) => {
    const { email } = await newPerson();
    const seen: unknown[] = [];
    for (const target of [email, newEmail()]) {
      const first = await Promise.all([1, 2, 3, 4, 5].map(() => signIn(target, "wrong horse")));
      expect(statuses(first)).toEqual([401, 401, 401, 401, 401]);
      const answers: unknown[] = [];
      for (let round = 0; round < 8; round += 1) {
        const early = await signIn(target, "wrong horse");
        answers.push([early.status, waitOf(early), await early.text()]);
        nowMs += waitOf(early) * SECOND_MS;
        const both = await Promise.all([signIn(target, "guess"), signIn(target, "another")]);
        expect(statuses(both)).toEqual([401, 429]);
      }
      expect(answers.map((answer) => (answer as unknown[])[1])).toEqual([
        5, 10, 20, 40, 80, 160, 300, 300,
      ]);
      seen.push(answers);
    }
    expect(seen[0]).toEqual(seen[1]);
  });

  it("that come too early cost no hash and no further delay", async ({ expect }) => {
    const { email } = await newPerson();
    for (let n = 0; n < 5; n += 1) await signIn(email, "wrong horse");
    for (let n = 0; n < 20; n += 1) {
      expect(await hashesOf(() => signIn(email, RIGHT))).toEqual([429, 0]);
    }
    nowMs += 5 * SECOND_MS;
    expect((await signIn(email, RIGHT)).status).toBe(200);
    // The right password ends the delays.
    expect((await signIn(email, "wrong horse")).status).toBe(401);
    expect((await signIn(email, RIGHT)).status).toBe(200);
  });

  it("do not keep a person out of a browser where they signed in before", async ({ expect }) => {
    const { email, known } = await newPerson();
    for (let n = 0; n < 5; n += 1) await signIn(email, "wrong horse");
    expect((await signIn(email, RIGHT)).status).toBe(429);
    expect((await signIn(email, RIGHT, { Cookie: known })).status).toBe(200);
    // It waits for its own failures.
    for (let n = 0; n < 5; n += 1) await signIn(email, "wrong horse", { Cookie: known });
    expect((await signIn(email, RIGHT, { Cookie: known })).status).toBe(429);
  });

  it("are not made easier by a cookie of another account, or a forged one", async ({ expect }) => {
    const [ada, bob] = [await newPerson(), await newPerson()];
    for (let n = 0; n < 5; n += 1) await signIn(ada.email, "wrong horse");
    const forged = ada.known.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    for (const Cookie of [bob.known, forged, "__Host-signpost.known=x"]) {
      expect((await signIn(ada.email, RIGHT, { Cookie })).status).toBe(429);
    }
    expect((await signIn(ada.email, RIGHT, { Cookie: ada.known })).status).toBe(200);
  });

  it("are counted by address before they are counted by account", async ({ expect }) => {
    const address = newAddress();
    const targets = Array.from({ length: 8 }, newEmail);
    const answers: number[] = [];
    for (const email of targets) answers.push((await signIn(email, "x", { address })).status);
    expect(answers).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    nowMs += 10 * SECOND_MS;
    expect((await signIn(newEmail(), "x", { address })).status).toBe(401);
  });
});

describe("a sign-up", () => {
  it("tells an address five times an hour that an account exists, then nothing", async ({
    expect,
  }) => {
    const { email } = await newPerson();
    const address = newAddress();
    for (let n = 0; n < 5; n += 1) expect((await signUp(email, address)).status).toBe(409);
    for (const target of [email, newEmail()]) {
      const refused = await signUp(target, address);
      expect(refused.status).toBe(429);
      expect(waitOf(refused)).toBe(3_600);
    }
    expect((await signUp(email)).status).toBe(409);
    nowMs += HOUR_MS;
    expect((await signUp(newEmail(), address)).status).toBe(200);
  });

  it("costs one hash for a taken and a free address, and none if it is refused otherwise", async ({
    expect,
  }) => {
    const { email } = await newPerson();
    expect(await hashesOf(() => signUp(email))).toEqual([409, 1]);
    expect(await hashesOf(() => signUp(newEmail()))).toEqual([200, 1]);
    const foreign = { "CF-Connecting-IP": newAddress(), Origin: "https://evil.example" };
    const body = { name: "Ada", email: newEmail(), password: RIGHT };
    expect(await hashesOf(() => post("/sign-up/email", body, foreign))).toEqual([403, 0]);
    expect(await hashesOf(() => post("/sign-in/email", body, foreign))).toEqual([403, 0]);
  });

  it("is one of ten a minute from an address", async ({ expect }) => {
    const address = newAddress();
    const answers: Response[] = [];
    for (let n = 0; n < 12; n += 1) answers.push(await signUp(newEmail(), address));
    expect(statuses(answers)).toEqual([...Array.from({ length: 10 }, () => 200), 429, 429]);
  });
});

describe("answers about sessions", () => {
  it("do not contain the session's token", async ({ expect }) => {
    const email = newEmail();
    const up = await signUp(email);
    const session = up.headers.getSetCookie()[0]?.split(";", 1)[0] ?? "";
    const token = decodeURIComponent(session.split("=", 2)[1] ?? "").split(".", 1)[0] ?? "";
    expect(token.length).toBeGreaterThan(20);
    const request = new Request(`${ORIGIN}/api/auth/get-session`, { headers: { Cookie: session } });
    const read = await app.fetch(request, env, createExecutionContext());
    for (const answer of [up, await signIn(email, RIGHT), read]) {
      expect(answer.status).toBe(200);
      const body: Record<string, unknown> = await answer.json();
      expect(body).toMatchObject({ user: { email } });
      expect(JSON.stringify(body)).not.toMatch(/token/i);
      expect(JSON.stringify(body)).not.toContain(token);
    }
  });
});
