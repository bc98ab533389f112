import { describe, it } from "vitest";

import type { Answer } from "../../../support/client.ts";
import { listed, newNativeClient, newCode, type WireLink } from "../../../support/native.ts";

/** The path of the next page, from the `Link` header. */
function nextOf(response: Pick<Answer, "headers">): string | null {
  return /^<([^>]+)>; rel="next"$/.exec(response.headers.get("Link") ?? "")?.[1] ?? null;
}

describe("filters of GET /api/links", () => {
  it("finds links by each filter and by all of them together", async ({ expect }) => {
    const client = await newNativeClient();
    const collection = (
      await client.call<{ id: string }>("POST", "/api/collections", { name: "Spring" })
    ).body;
    const code = newCode();
    const plain = await client.link({ title: "100% Coffee", shortCode: code });
    const tagged = await client.link({
      tags: ["red", "blue"],
      collectionId: collection.id,
      destinationUrl: "https://example.com/Path_x",
    });
    const off = await client.link({ isActive: false, tags: ["red"] });
    const put = await client.call<WireLink>("PATCH", `/api/links/${off.id}`, { isArchived: true });
    const archived = put.body;
    const red = (tagged["tags"] as { id: string; name: string }[]).find(
      ({ name }) => name === "red",
    );

    const cases: readonly (readonly [Record<string, string>, readonly WireLink[]])[] = [
      [{}, [archived, tagged, plain]],
      [{ q: "coffee" }, [plain]],
      [{ q: "100%" }, [plain]],
      [{ q: "path_X" }, [tagged]],
      [{ q: code.slice(3, 12).toUpperCase() }, [plain]],
      [{ q: "no such" }, []],
      [{ q: "x".repeat(200) }, []],
      [{ tag: "red" }, [archived, tagged]],
      [{ tag: red?.id ?? "" }, [archived, tagged]],
      [{ tag: "blue" }, [tagged]],
      [{ tag: "green" }, []],
      [{ collection: collection.id }, [tagged]],
      [{ collection: crypto.randomUUID() }, []],
      [{ domain: "sign.test" }, [archived, tagged, plain]],
      [{ domain: "other.example" }, []],
      [{ active: "true" }, [tagged, plain]],
      [{ active: "false" }, [archived]],
      [{ archived: "true" }, [archived]],
      [{ archived: "false" }, [tagged, plain]],
      [{ tag: "red", archived: "false", q: "example" }, [tagged]],
    ];
    for (const [query, found] of cases) {
      const response = await client.call(
        "GET",
        `/api/links?${new URLSearchParams(query).toString()}`,
      );
      expect(response.body, JSON.stringify(query)).toEqual(found.map(listed));
    }
  });

  for (const query of [
    "active=perhaps",
    "archived=2",
    "limit=0",
    "limit=x",
    "limit=10001",
    "limit=-1",
    "fields=title",
  ]) {
    it(`refuse ${query}`, async ({ expect }) => {
      const client = await newNativeClient();
      const response = await client.call("GET", `/api/links?${query}`);
      expect(response.status).toBe(400);
      expect(response.body).toMatchObject({
        code: "VALIDATION_ERROR",
        message: expect.stringContaining(query.split("=")[0] ?? ""),
      });
    });
  }
});

describe("pages of GET /api/links", () => {
  it("the pages show each link once while links come and go", async ({ expect }) => {
    const client = await newNativeClient();
    const made: string[] = [];
    for (let at = 0; at < 7; at += 1) made.unshift((await client.link({ title: "page" })).id);
    const seen: string[] = [];
    let path: string | null = "/api/links?limit=3&q=page";
    while (path !== null) {
      const response = await client.call<WireLink[]>("GET", path);
      const links = response.body;
      seen.push(...links.map(({ id }) => id));
      path = nextOf(response);
      // One more arrives, and the last one shown goes.
      await client.link({ title: "page" });
      await client.call("DELETE", `/api/links/${links.at(-1)?.id}`);
    }
    expect(seen).toEqual(made);
  });

  it("a last page that is exactly full names no next page", async ({ expect }) => {
    const client = await newNativeClient();
    await client.link();
    await client.link();
    const response = await client.call("GET", "/api/links?limit=2");
    expect(response.body).toHaveLength(2);
    expect(nextOf(response)).toBeNull();
  });

  it("a malformed cursor is refused", async ({ expect }) => {
    const client = await newNativeClient();
    for (const cursor of ["!", "zzzzzzzzzzzzzzzz"]) {
      const response = await client.call("GET", `/api/links?limit=1&cursor=${cursor}`);
      expect(response.status).toBe(400);
      expect(response.body).toMatchObject({ message: expect.stringContaining("cursor") });
    }
  });
});
