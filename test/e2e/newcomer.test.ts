/** The way of somebody new: deploy, open the link that is printed, make an account, a link, follow it. */

import { afterAll, beforeAll, describe, it } from "vitest";

import { scriptOf, type Account } from "../scripts/loopback/account.ts";
import { newClone, URL_FLAGS } from "../scripts/loopback/clone.ts";
import { startLoopback } from "../scripts/loopback/server.ts";
import { cookieOf, json } from "./support/account.ts";
import { startServer, type Server } from "./support/server.ts";

const PERSON = { name: "Ada", email: "ada@example.com", password: "correct horse battery" };

let server: Server;
let token: string;

/** Deploys, and serves here what was uploaded there. */
beforeAll(async () => {
  const cloudflare = await startLoopback();
  const { said } = await newClone(cloudflare).deploy(...URL_FLAGS);
  await cloudflare.close();
  token = /\/setup#([\w-]+)$/m.exec(said)?.[1] ?? "";
  const vars = textsOf(cloudflare.account, "plain_text");
  const secrets = textsOf(cloudflare.account, "secret_text");
  server = await startServer({ vars: { ...vars, PUBLIC_URL: "http://signpost.test" }, secrets });
});

afterAll(async () => await server.close());

function textsOf(account: Account, type: string): Record<string, string> {
  const bindings = scriptOf(account, "signpost").bindings.filter(
    (binding) => binding.type === type,
  );
  return Object.fromEntries(bindings.map(({ name, text }) => [name, String(text)]));
}

async function signUp(body: object): Promise<Awaited<ReturnType<Server["ask"]>>> {
  const headers = { origin: server.origin };
  return await server.ask("/api/auth/sign-up/email", { method: "POST", headers, body });
}

describe("a new installation", () => {
  it("is nobody's without the link that the deployment printed", async ({ expect }) => {
    expect(token).toHaveLength(43);
    expect((await server.ask("/setup")).status).toBe(200);
    expect((await signUp(PERSON)).status).toBe(403);
    expect((await signUp({ ...PERSON, setupToken: `${token}x` })).status).toBe(403);
  });

  it("leads from that link to a short link that works", async ({ expect }) => {
    const account = await signUp({ ...PERSON, setupToken: token });
    expect(account.status, account.text).toBe(200);
    const made = await server.ask("/api/tokens", {
      method: "POST",
      headers: { origin: server.origin, cookie: cookieOf(account) },
      body: { name: "First", scopes: ["links:read", "links:create"] },
    });
    const link = await server.ask("/api/links", {
      method: "POST",
      headers: { authorization: `Bearer ${String(json(made)["token"])}` },
      body: { destinationUrl: "https://example.com/hello", shortCode: "hello" },
    });
    expect(link.status, link.text).toBe(201);
    const followed = await server.ask("/hello");
    expect([followed.status, followed.headers.location]).toEqual([
      302,
      "https://example.com/hello",
    ]);
  });

  it("takes nobody else by the same link", async ({ expect }) => {
    const again = await signUp({ ...PERSON, email: "eve@example.com", setupToken: token });
    expect(again.status).toBe(403);
  });
});
