/** The documents of the API, as they are served. */

import { beforeAll, describe, it } from "vitest";

import { buildReference } from "../../tools/reference/build.ts";
import { startServer, type Server } from "./support/server.ts";

const DOCUMENTS = ["/api/openapi.json", "/api/v1/openapi.json", "/apiv1/openapi.json"];

let server: Server;

beforeAll(async () => {
  await buildReference();
  server = await startServer();
  return async () => await server.close();
});

describe("an OpenAPI document", () => {
  it.for(DOCUMENTS)("is at %s, for pages of any origin", async (route, { expect }) => {
    const { status, headers, text } = await server.ask(route);
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("application/json");
    expect(headers["access-control-allow-origin"]).toBe("*");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(JSON.parse(text)).toMatchObject({ openapi: "3.1.1" });
  });

  it("is not sent again to who has it", async ({ expect }) => {
    const first = await server.ask("/api/openapi.json");
    const etag = String(first.headers.etag);
    const second = await server.ask("/api/openapi.json", { headers: { "if-none-match": etag } });
    expect(second.status).toBe(304);
    expect(second.text).toBe("");
  });

  it("is not on a custom or unknown domain", async ({ expect }) => {
    for (const route of DOCUMENTS) {
      const { status, text } = await server.ask(route, { headers: { host: "go.acme.example" } });
      expect([route, status]).toEqual([route, 404]);
      expect(text).toContain("This link does not exist");
    }
  });

  it("is refused by the API where there is none", async ({ expect }) => {
    const { status, text } = await server.ask("/api/none/openapi.json");
    expect(status).toBe(404);
    expect(text).toContain("There is no such route");
  });
});
