/** Every failure has PVTLNK's format, `{success: false, error}`, each caused by a real request. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { callApi } from "../../support/api.ts";
import type { Answer } from "../../support/client.ts";
import { broken, envWith, withMethod } from "../../support/faults.ts";
import { newPvtlnkClient } from "../../support/pvtlnk.ts";

type Send = (client: Awaited<ReturnType<typeof newPvtlnkClient>>) => Promise<Answer>;

interface Failure {
  readonly send: Send;
  readonly status: number;
  readonly error: string;
}

const asText = { "Content-Type": "text/plain" };
const asJson = { "Content-Type": "application/json" };

const FAILURES: Readonly<Record<string, Failure>> = {
  "a body that is no JSON": {
    send: (client) => client.call("POST", "/links", "{"),
    status: 400,
    error: "The request body cannot be read: it is not valid JSON",
  },
  "an empty body": {
    send: (client) => client.send("/api/v1/links", { method: "POST", headers: asJson }),
    status: 400,
    error: "The request body cannot be read: it is empty",
  },
  "a body without the link": {
    send: (client) => client.call("POST", "/links", { destination_url: "https://example.com" }),
    status: 400,
    error: 'The request body must be a JSON object that holds "link"',
  },
  "a body that is a list": {
    send: (client) => client.call("PATCH", "/links/1", []),
    status: 400,
    error: 'The request body must be a JSON object that holds "link"',
  },
  "no token": {
    send: (client) => client.send("/api/v1/links", { headers: { Authorization: "" } }),
    status: 401,
    error: "Missing or invalid API token",
  },
  "a token that nobody has": {
    send: (client) => client.send("/api/v1/links", { headers: { Authorization: "Bearer pp_x" } }),
    status: 401,
    error: "Missing or invalid API token",
  },
  "a link that nobody has": {
    send: (client) => client.call("GET", "/links/999999999"),
    status: 404,
    error: "Link not found",
  },
  "an id that is none": {
    send: (client) => client.call("GET", "/links/abc"),
    status: 404,
    error: "Link not found",
  },
  "a route that is none": {
    send: (client) => client.call("GET", "/nothing"),
    status: 404,
    error: "There is no such route",
  },
  "a method that a route does not answer": {
    send: (client) => client.call("PUT", "/links"),
    status: 405,
    error: "This route does not answer that method, but GET, HEAD, POST",
  },
  "a body that is too large": {
    send: (client) => client.call("POST", "/links", { link: {}, more: "x".repeat(70_000) }),
    status: 413,
    error: "The request body is larger than 64 KB",
  },
  "a body of another type": {
    send: (client) =>
      client.send("/api/v1/links", { method: "POST", headers: asText, body: "link" }),
    status: 415,
    error: "Send the body with Content-Type application/json",
  },
};

describe("PVTLNK's failures", () => {
  for (const [what, { send, status, error }] of Object.entries(FAILURES)) {
    it(`answer ${what} with ${status}`, async ({ expect }) => {
      const answer = await send(await newPvtlnkClient());
      expect(answer.body).toEqual({ success: false, error });
      expect(answer.status).toBe(status);
      expect(answer.headers.get("X-Request-Id")).not.toBeNull();
    });
  }

  it("405 names the methods that a route does answer", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const { headers } = await client.call("PUT", "/links/1");
    expect(headers.get("Allow")).toBe("DELETE, GET, HEAD, PATCH");
  });

  it("the write limit stops writes and lets reads through", async ({ expect }) => {
    const limit = () => Promise.resolve({ success: false });
    const WRITE_LIMIT = withMethod(env.WRITE_LIMIT, "limit", limit);
    const client = await newPvtlnkClient({ env: envWith({ WRITE_LIMIT }) });
    const { status, body, headers } = await client.call("POST", "/links", {});
    expect(status).toBe(429);
    expect(body).toEqual({ success: false, error: "Too many requests. Try again in 60 seconds" });
    expect(headers.get("Retry-After")).toBe("60");
    expect((await client.call("GET", "/links")).status).toBe(200);
  });

  it("a 500 response does not reveal what failed", async ({ expect }) => {
    const client = await newPvtlnkClient({ env: envWith({ LEDGER: broken(env.LEDGER) }) });
    const { status, body } = await client.call("GET", "/analytics/overview");
    expect(status).toBe(500);
    expect(body).toEqual({
      success: false,
      error: "Something went wrong on our side. If it stays, quote X-Request-Id",
    });
  });

  it("change nothing where the answer could not be made", async ({ expect }) => {
    const client = await newPvtlnkClient();
    const link = await client.link();
    const faulty = await newPvtlnkClient({
      account: client.account,
      env: envWith({ LEDGER: broken(env.LEDGER) }),
    });
    const { status } = await faulty.call("PATCH", `/links/${link.id}`, { link: { title: "No" } });
    expect(status).toBe(500);
    expect((await client.call("GET", "/links")).body["links"]).toEqual([link]);
  });

  it("the Worker answers PVTLNK's failures at /api/v1", async ({ expect }) => {
    for (const path of ["/api/v1/links", "/api/v1", "/api/v1/none"]) {
      const response = await callApi(path);
      expect(await response.json()).toMatchObject({ success: false });
    }
    expect((await callApi("/api/v1/links")).headers.get("WWW-Authenticate")).toBe("Bearer");
    expect(await (await callApi("/api/v2")).json()).toMatchObject({ code: "NOT_FOUND" });
  });
});
