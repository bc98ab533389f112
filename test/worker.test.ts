import {
  createExecutionContext,
  createMessageBatch,
  getQueueResult,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { configOf } from "../src/config.ts";
import worker from "../src/worker.ts";
import { envWith } from "./support/faults.ts";
import { insertDomain, insertLink, insertWorkspace } from "./support/link-rows.ts";

async function consume(queue: string, body: unknown) {
  const batch = createMessageBatch(queue, [
    { id: crypto.randomUUID(), timestamp: new Date(), attempts: 1, body },
  ]);
  await worker.queue(batch, env);
  return await getQueueResult(batch, createExecutionContext());
}

describe("the front door's queues", () => {
  it.for(["webhooks-dead", "acme-clicks-dead", "signpost-staging-webhooks-dead"])(
    "a message of %s is kept as a dead letter",
    async (queue, { expect }) => {
      const body = crypto.randomUUID();
      expect(await consume(queue, body)).toMatchObject({ ackAll: true });
      const kept = await env.DB.prepare("SELECT queue FROM dead_letters WHERE body = ?1")
        .bind(body)
        .first("queue");
      expect(kept).toBe(queue);
    },
  );

  it.for([
    ["clicks", { v: 1, id: "1", clicks: [], lost: {} }],
    ["acme-clicks", { v: 1, id: "2", clicks: [], lost: {} }],
    ["acme-webhooks", { v: 1, webhookId: 0, eventId: "gone" }],
    ["signpost-staging-webhooks-slow", { v: 1, webhookId: 0, eventId: "gone" }],
  ] as const)("a message of %s finds its consumer", async ([queue, body], { expect }) => {
    const { explicitAcks } = await consume(queue, body);
    expect(explicitAcks).toHaveLength(1);
  });

  it("a queue that is none of ours is refused loudly", async ({ expect }) => {
    await expect(consume("orders", {})).rejects.toThrow("No consumer for the queue orders");
  });
});

const HSTS = "Strict-Transport-Security";

async function ask(
  url: string,
  init: { readonly method?: string | undefined } = {},
  environment = env,
): Promise<Response> {
  const ctx = createExecutionContext();
  const request = new Request(url, { method: init.method ?? "GET", redirect: "manual" });
  const response = await worker.fetch(request as never, environment, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}

describe("the front door over http", () => {
  it.for([
    ["GET", "/abc?a=1&b=%20"],
    ["HEAD", "/abc"],
    ["POST", "/abc"],
    ["DELETE", "/api/links/1"],
    ["OPTIONS", "/apiv1/link/create"],
    ["GET", "/"],
    ["GET", "/.well-known/security.txt"],
    ["PUT", "//evil.test/..;/x"],
  ])("answers %s %s with the same address over https", async ([method, path], { expect }) => {
    for (const host of ["sign.test", "sign.test:8080", "signpost.me.workers.dev"]) {
      const response = await ask(`http://${host}${path}`, { method });
      expect(response.status).toBe(308);
      const [name] = host.split(":");
      expect(response.headers.get("Location")).toBe(`https://${name}${path}`);
      expect(response.headers.get("Cache-Control")).toBe("private, no-store");
      expect(response.headers.get(HSTS)).toBeNull();
    }
  });

  it("answers on a custom domain, whose certificate may be pending, and during development", async ({
    expect,
  }) => {
    const workspace = await insertWorkspace();
    await insertDomain(workspace, "http.acme.test");
    await insertLink({ domain: "http.acme.test", code: "plain" }, workspace);
    expect((await ask("http://http.acme.test/plain")).status).toBe(302);
    expect((await ask("http://localhost:8787/api/health")).status).toBe(200);
    const local = envWith({ PUBLIC_URL: "http://go.local.test" });
    expect((await ask("http://go.local.test/api/health", {}, local)).status).toBe(200);
    expect((await ask("https://go.local.test/nothing", {}, local)).headers.get(HSTS)).toBeNull();
  });
});

describe("the front door's refusals", () => {
  it("are answered in the same turn once one was loaded, for codes that are known to be none", async ({
    expect,
  }) => {
    const request = new Request("https://sign.test/no-code-here") as never;
    const ctx = createExecutionContext();
    const first = await worker.fetch(request, env, ctx);
    await waitOnExecutionContext(ctx);
    const second = worker.fetch(request, env, createExecutionContext());
    expect(second).toBeInstanceOf(Response);
    expect([first.status, (await second).status]).toEqual([404, 404]);
  });
});

describe("the front door over https", () => {
  it("tells browsers to stay there, with every answer of its own hosts", async ({ expect }) => {
    const { code } = await insertLink();
    const answers = {
      [`/${code}`]: 302,
      [`/${code}?again`]: 302,
      [`/${code}+`]: 200,
      [`/${code}/qr.svg`]: 200,
      "/no-such-code": 404,
      "/a/b": 404,
      "/": 200,
      "/api/health": 200,
      "/api/nothing": 404,
      "/api/v1/links": 401,
      "/apiv1/nothing": 404,
      "/.well-known/security.txt": 404,
    };
    for (const [path, status] of Object.entries(answers)) {
      const response = await ask(`https://sign.test${path}`);
      expect([path, response.status]).toEqual([path, status]);
      expect([path, response.headers.get(HSTS)]).toEqual([path, "max-age=15552000"]);
    }
  });

  it("says nothing of the kind for a custom domain, even to the same destination", async ({
    expect,
  }) => {
    const workspace = await insertWorkspace();
    await insertDomain(workspace, "https.acme.test");
    const destination_url = "https://example.com/hsts";
    await insertLink({ domain: "https.acme.test", code: "own", destination_url }, workspace);
    const { code } = await insertLink({ destination_url });
    for (let round = 0; round < 2; round += 1) {
      expect((await ask(`https://sign.test/${code}`)).headers.get(HSTS)).not.toBeNull();
      for (const path of ["own", "none"]) {
        const response = await ask(`https://https.acme.test/${path}`);
        expect(response.headers.get(HSTS)).toBeNull();
      }
    }
  });
});

describe("/.well-known/security.txt", () => {
  const contact = envWith({ SECURITY_CONTACT: "mailto:security@sign.test" });

  it("names the operator's contact, and is never about to expire", async ({ expect }) => {
    const response = await ask("https://sign.test/.well-known/security.txt", {}, contact);
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("text/plain; charset=utf-8");
    expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
    const text = await response.text();
    const [, expires = ""] = /^Expires: (.*)$/m.exec(text) ?? [];
    expect(text).toBe(
      `Contact: mailto:security@sign.test\nExpires: ${expires}\n` +
        "Canonical: https://sign.test/.well-known/security.txt\n",
    );
    const days = (Date.parse(expires) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(30);
    expect(days).toBeLessThan(365);
  });

  it("is on the installation's own hosts, for GET and HEAD, and where a contact is set", async ({
    expect,
  }) => {
    const url = "https://sign.test/.well-known/security.txt";
    expect((await ask(url, { method: "HEAD" }, contact)).status).toBe(200);
    expect((await ask(url, { method: "POST" }, contact)).status).toBe(405);
    expect((await ask(url)).status).toBe(404);
    const other = "https://acme.test/.well-known/security.txt";
    expect((await ask(other, {}, contact)).status).toBe(404);
  });

  it("is not made of a contact that nobody could follow", async ({ expect }) => {
    const wrong = envWith({ SECURITY_CONTACT: "security@sign.test" });
    expect(() => configOf(wrong)).toThrow("SECURITY_CONTACT must be empty, or an address");
    const url = "https://sign.test/.well-known/security.txt";
    expect((await ask(url, {}, wrong)).status).toBe(503);
  });
});
