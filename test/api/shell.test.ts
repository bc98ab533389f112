import { describe, it } from "vitest";

import { callApi } from "../support/api.ts";

describe("the API shell", () => {
  it("answers health with its version", async ({ expect }) => {
    const response = await callApi("/api/health");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: "ok",
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
  });

  it("wears the native shape on an unknown route", async ({ expect }) => {
    const response = await callApi("/api/nowhere");
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ code: "NOT_FOUND", message: expect.any(String) });
  });

  it("says which methods a route answers", async ({ expect }) => {
    const response = await callApi("/api/health", { method: "PUT" });
    expect(response.status).toBe(405);
    expect(response.headers.get("Allow")).toBe("GET, HEAD");
    expect(await response.json()).toMatchObject({ code: "METHOD_NOT_ALLOWED" });
  });
});
