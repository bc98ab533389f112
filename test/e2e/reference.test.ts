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

/** All pages, found as a reader finds them. */
async function linkedFrom(route: string): Promise<readonly string[]> {
  const { text } = await server.ask(route);
  const routes = Array.from(text.matchAll(/href="(\/[^"#]*)/g), ([, found = ""]) => found);
  return [...new Set(routes)];
}

describe("the reference", () => {
  it("begins at /docs, which the home page names", async ({ expect }) => {
    expect(await linkedFrom("/")).toContain("/docs");
    const { status, headers, text } = await server.ask("/docs");
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(headers["content-security-policy"]).toBe(
      "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers.etag).toBeDefined();
    expect(text).toContain("Start here");
  });

  it("leads nowhere but to pages and files that are there, all of this host", async ({
    expect,
  }) => {
    const seen = new Set(["/docs"]);
    for (const route of seen) {
      const { status, headers, text } = await server.ask(route);
      expect([route, status]).toEqual([route, 200]);
      if (!String(headers["content-type"]).startsWith("text/html")) continue;
      const others = [...text.matchAll(/(?:src|href)="(?!\/|#)[^"]*"/g)].map(String);
      expect([route, others]).toEqual([route, []]);
      for (const found of await linkedFrom(route)) seen.add(found);
      const fragments = [...text.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
      const missing = fragments.filter((id) => !text.includes(`id="${id}"`));
      expect([route, missing]).toEqual([route, []]);
    }
    expect([...seen]).toContain("/docs/native/tags");
    expect([...seen]).toContain("/docs/native/tags.md");
  });

  it("says so where it has no page", async ({ expect }) => {
    const { status, text } = await server.ask("/docs/native/none");
    expect(status).toBe(404);
    expect(text).toContain("There is no such page");
  });

  it("is told to programs by /llms.txt", async ({ expect }) => {
    const { status, headers, text } = await server.ask("/llms.txt");
    expect(status).toBe(200);
    expect(headers["content-type"]).toContain("text/plain");
    for (const [, route = ""] of text.matchAll(/\]\((\/[^)]+)\)/g)) {
      expect([route, (await server.ask(route)).status]).toEqual([route, 200]);
    }
  });

  it("is on no custom or unknown domain", async ({ expect }) => {
    for (const route of ["/docs", "/docs/native/tags", "/docs/try", "/llms.txt"]) {
      const { status, text } = await server.ask(route, { headers: { host: "go.acme.example" } });
      expect([route, status]).toEqual([route, 404]);
      expect(text).toContain("This link does not exist");
    }
  });
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
