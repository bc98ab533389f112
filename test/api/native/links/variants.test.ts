/** The variants of a link, one at a time. */

import { describe, it } from "vitest";

import { type NativeClient, newNativeClient } from "../../../support/native.ts";

const VARIANT = { id: "a", name: "A", url: "https://example.com/a" };

async function linkWith(client: NativeClient, ...ids: string[]): Promise<string> {
  const variants = ids.map((id) => ({ ...VARIANT, id, weight: 1 }));
  const { id } = await client.link({ abTest: { enabled: true, variants } });
  return `/api/links/${id}`;
}

async function idsOf(client: NativeClient, link: string): Promise<string[]> {
  const list = (await client.call<{ id: string }[]>("GET", `${link}/variants`)).body;
  return list.map(({ id }) => id);
}

describe("a link's variants", () => {
  it("variants are added, listed, changed and removed, each as a version of the link", async ({
    expect,
  }) => {
    const client = await newNativeClient();
    const link = await linkWith(client, "a");
    const added = await client.call<{ id: string }>("POST", `${link}/variants`, {
      name: " B ",
      url: "myapp://b",
    });
    expect(added.status).toBe(201);
    const b = added.body;
    expect(b).toEqual({
      id: expect.any(String),
      name: "B",
      url: "myapp://b",
      weight: 1,
      active: true,
    });
    const path = `${link}/variants/${b.id}`;
    const changed = await client.call("PATCH", path, { weight: 3, active: false });
    expect(changed.body).toEqual({ ...b, weight: 3, active: false });
    expect(changed.headers.get("Signpost-Live-By")).not.toBeNull();
    expect(await idsOf(client, link)).toEqual(["a", b.id]);
    const removed = await client.call("DELETE", path);
    expect(removed.body).toEqual({ success: true, id: b.id });
    expect(await idsOf(client, link)).toEqual(["a"]);
    expect((await client.call("GET", link)).headers.get("ETag")).toBe('"4"');
  });

  it("variants added at once are all kept", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await linkWith(client);
    const added = await Promise.all(
      ["a", "b", "c", "d"].map(async (id) =>
        client.call("POST", `${link}/variants`, { ...VARIANT, id }),
      ),
    );
    expect(added.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect((await idsOf(client, link)).toSorted()).toEqual(["a", "b", "c", "d"]);
  });

  const wrong: readonly (readonly [unknown, number, string])[] = [
    [{ url: "https://e.com" }, 400, "name is required"],
    [{ ...VARIANT, name: " " }, 400, "name is required"],
    [{ name: "B" }, 400, "url is required"],
    [{ ...VARIANT, id: "b", url: "javascript:1" }, 400, "url must"],
    [{ ...VARIANT, id: "b", url: "https://sign.test/x" }, 400, "url must lead elsewhere"],
    [{ ...VARIANT, id: " " }, 400, "id must be a text"],
    [{ ...VARIANT, id: "b", weight: -1 }, 400, "weight must be a number"],
    [{ ...VARIANT, id: "b", weight: "1" }, 400, "weight must be a number"],
    [{ ...VARIANT, id: "b", active: "no" }, 400, "active must be true or false"],
    [[], 400, "JSON object"],
    [VARIANT, 409, 'a variant with the id "a" already'],
  ];
  for (const [body, status, message] of wrong) {
    it(`are not added by ${JSON.stringify(body)}`, async ({ expect }) => {
      const client = await newNativeClient();
      const link = await linkWith(client, "a");
      const response = await client.call("POST", `${link}/variants`, body);
      expect(response.status).toBe(status);
      expect(response.text).toContain(message.replaceAll('"', String.raw`\"`));
      expect(await idsOf(client, link)).toEqual(["a"]);
    });
  }

  it("a variant is not found under an id that it does not have", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await linkWith(client, "a");
    for (const response of [
      await client.call("PATCH", `${link}/variants/b`, { name: "B" }),
      await client.call("DELETE", `${link}/variants/b`),
      await client.call("GET", `/api/links/${crypto.randomUUID()}/variants`),
    ]) {
      expect(response.status).toBe(404);
    }
  });

  it("a link has at most a hundred variants", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await linkWith(client, ...Array.from({ length: 100 }, (_, at) => `v${at}`));
    const response = await client.call("POST", `${link}/variants`, VARIANT);
    expect(response.status).toBe(400);
    expect(response.text).toContain("at most 100 variants");
  });
});
