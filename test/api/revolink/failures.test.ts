/** Failures that belong to no route, all in RevoLink's format. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { callApi } from "../../support/api.ts";
import { broken, envWith, withMethod } from "../../support/faults.ts";
import { countLinks, newRevolinkClient } from "../../support/revolink.ts";

const JSON_TYPE = { "Content-Type": "application/json" };

describe("a failure of the shell", () => {
  it.for(["/apiv1", "/apiv1/", "/apiv1/nowhere", "/apiv1/link", "/apiv1/links/a/b/analytics"])(
    "is 404 where there is no route: %s",
    async (path, { expect }) => {
      const response = await callApi(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ error: "There is no such route." });
    },
  );

  it.for([
    ["GET", "/apiv1/link/create", "POST"],
    ["POST", "/apiv1/link/update", "PUT"],
    ["PATCH", "/apiv1/link/update", "PUT"],
    ["GET", "/apiv1/link/delete", "DELETE"],
    ["PUT", "/apiv1/links/bulk-create", "POST"],
    ["POST", "/apiv1/links/analytics", "GET, HEAD"],
    ["DELETE", "/apiv1/links/664abc123def456789000001/analytics", "GET, HEAD"],
  ] as const)("is 405 for another method: %s %s", async ([method, path, allow], { expect }) => {
    const response = await callApi(path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("Allow")).toBe(allow);
    expect(await response.json()).toEqual({
      error: `This route does not answer that method. It answers ${allow}.`,
    });
  });

  it.for([
    ["POST", "/apiv1/link/create"],
    ["PUT", "/apiv1/link/update"],
    ["DELETE", "/apiv1/link/delete"],
    ["POST", "/apiv1/links/bulk-create"],
  ] as const)(
    "is told of a body that cannot be read: %s %s",
    async ([method, path], { expect }) => {
      const client = await newRevolinkClient();
      const answer = async (body: string, headers: Record<string, string> = JSON_TYPE) => {
        const { status, body: told } = await client.send(path, { method, body, headers });
        return [status, told];
      };
      expect(await answer('{"name":')).toEqual([
        400,
        { error: "The request body cannot be read: it is not valid JSON." },
      ]);
      const deep = `{"name":"x","items":${"[".repeat(6_000)}${"]".repeat(6_000)}}`;
      expect(await answer(deep)).toEqual([
        400,
        { error: "The request body cannot be read: it is nested more than 32 levels deep." },
      ]);
      for (const body of ["[]", "null", '"x"', "7"]) {
        expect(await answer(body)).toEqual([
          400,
          { error: "The request body must be a JSON object." },
        ]);
      }
      expect(await answer("a=b", { "Content-Type": "text/plain" })).toEqual([
        415,
        { error: "Send the body with Content-Type application/json." },
      ]);
      const [status, { error }] = (await answer(`{"a":"${"x".repeat(6_000_000)}"}`)) as [
        number,
        { error: string },
      ];
      expect(status).toBe(413);
      expect(error).toMatch(/^The request body is larger than \d+ KB\.$/);
      expect(await countLinks(client.account)).toBe(0);
    },
  );

  it("is 429 for too many writes, and says when to come again", async ({ expect }) => {
    const limiter = withMethod(env.WRITE_LIMIT, "limit", async () => ({ success: false }));
    const client = await newRevolinkClient({ env: envWith({ WRITE_LIMIT: limiter }) });
    const { status, headers, body } = await client.call("POST", "/apiv1/link/create");
    expect(status).toBe(429);
    expect(headers.get("Retry-After")).toBe("60");
    expect(body).toEqual({ error: "Too many requests. Try again in 60 seconds." });
    expect((await client.report("/apiv1/links/analytics")).status).toBe(200);
  });

  it("lets writes through when the limiter itself fails", async ({ expect }) => {
    const limiter = withMethod(env.WRITE_LIMIT, "limit", async () => {
      throw new Error("The limiter is out of order.");
    });
    const client = await newRevolinkClient({ env: envWith({ WRITE_LIMIT: limiter }) });
    expect(await client.link()).toMatch(/^[0-9a-f]{24}$/);
  });

  it("is a plain 500 with the request's id when something of ours breaks", async ({ expect }) => {
    const client = await newRevolinkClient({ env: envWith({ DB: broken(env.DB) }) });
    const { status, headers, body } = await client.report("/apiv1/links/analytics");
    expect(status).toBe(500);
    expect(headers.get("X-Request-Id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(body).toEqual({
      error: "Something went wrong on our side. Try again; if it stays, quote X-Request-Id.",
    });
  });

  it("answers scripts of other origins, without credentials", async ({ expect }) => {
    const preflight = await callApi("/apiv1/link/create", {
      method: "OPTIONS",
      headers: { Origin: "https://other.example", "Access-Control-Request-Method": "POST" },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("Access-Control-Allow-Headers")).toContain("X-Api-Key");
    const client = await newRevolinkClient();
    const { headers } = await client.report("/apiv1/links/analytics");
    expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(headers.get("Access-Control-Allow-Credentials")).toBeNull();
  });
});
