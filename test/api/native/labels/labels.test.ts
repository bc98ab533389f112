import { describe, it } from "vitest";

import { join, newAccount } from "../../../support/account.ts";
import { newNativeClient } from "../../../support/native.ts";

const UUID = /^[0-9a-f-]{36}$/;

for (const [path, extra] of [
  ["/api/tags", { objectId: "24 hex digits" }],
  ["/api/collections", { numericId: "a number" }],
] as const) {
  describe(`routes under ${path}`, () => {
    it("creates, lists by name, renames and deletes", async ({ expect }) => {
      const client = await newNativeClient();
      expect((await client.call("GET", path)).body).toEqual([]);
      const response = await client.call<Record<string, unknown>>("POST", path, {
        name: " Zebra ",
      });
      expect(response.status).toBe(201);
      const zebra = response.body;
      expect(zebra).toMatchObject({ id: expect.stringMatching(UUID), name: "Zebra" });
      expect(Object.keys(zebra)).toEqual(["id", ...Object.keys(extra), "name"]);
      const ape = (await client.call("POST", path, { name: "Ape" })).body;
      expect((await client.call("GET", path)).body).toEqual([ape, zebra]);
      const renamed = await client.call("PATCH", `${path}/${String(zebra["id"])}`, { name: "Ant" });
      expect(renamed.body).toEqual({ ...zebra, name: "Ant" });
      const deleted = await client.call("DELETE", `${path}/${String(zebra["id"])}`);
      expect(deleted.body).toEqual({ success: true, id: zebra["id"] });
      expect((await client.call("GET", path)).body).toEqual([ape]);
    });

    it("refuses a name that is taken, by creation and by renaming", async ({ expect }) => {
      const client = await newNativeClient();
      await client.call("POST", path, { name: "one" });
      const { id } = (await client.call<{ id: string }>("POST", path, { name: "two" })).body;
      for (const response of [
        await client.call("POST", path, { name: "one" }),
        await client.call("PATCH", `${path}/${id}`, { name: "one" }),
      ]) {
        expect(response.status).toBe(409);
        expect(response.body).toMatchObject({ code: "ALREADY_EXISTS" });
      }
      expect((await client.call("PATCH", `${path}/${id}`, { name: "two" })).status).toBe(200);
      const other = await newNativeClient();
      expect((await other.call("POST", path, { name: "one" })).status).toBe(201);
    });

    it("refuses invalid names", async ({ expect }) => {
      const client = await newNativeClient();
      for (const body of [{}, { name: "" }, { name: 5 }, { name: "n".repeat(51) }, [], "{"]) {
        const response = await client.call("POST", path, body);
        expect(response.status).toBe(400);
        expect(response.body).toMatchObject({ code: "VALIDATION_ERROR" });
      }
    });

    it("answers for another workspace's label as for an unknown one", async ({ expect }) => {
      const owner = await newNativeClient();
      const { id } = (await owner.call<{ id: string }>("POST", path, { name: "x" })).body;
      const stranger = await newNativeClient();
      for (const [method, body] of [
        ["PATCH", { name: "y" }],
        ["DELETE", undefined],
      ] as const) {
        const foreign = await stranger.call(method, `${path}/${id}`, body);
        const unknown = await stranger.call(method, `${path}/${crypto.randomUUID()}`, body);
        expect([foreign.status, unknown.status]).toEqual([404, 404]);
        expect(foreign.text).toBe(unknown.text);
      }
    });

    it("lets members create, and only managers rename and delete", async ({ expect }) => {
      const owner = await newNativeClient();
      const member = await newAccount();
      await join(member.userId, owner.account.workspace, "member");
      const there = { "Signpost-Workspace": owner.account.workspace.uuid };
      const client = await newNativeClient({ account: member });
      const made = await client.call<{ id: string }>("POST", path, { name: "x" }, there);
      const { id } = made.body;
      const rename = { name: "y" };
      expect((await client.call("PATCH", `${path}/${id}`, rename, there)).status).toBe(403);
      expect((await client.call("DELETE", `${path}/${id}`, undefined, there)).status).toBe(403);
      await join(member.userId, owner.account.workspace, "manager");
      expect((await client.call("DELETE", `${path}/${id}`, undefined, there)).status).toBe(200);
    });

    it("creates one label per Idempotency-Key", async ({ expect }) => {
      const client = await newNativeClient();
      const headers = { "Idempotency-Key": "label" };
      const first = await client.call("POST", path, { name: "once" }, headers);
      const second = await client.call("POST", path, { name: "once" }, headers);
      expect(second.status).toBe(201);
      expect(second.body).toEqual(first.body);
    });
  });
}

describe("a label that is deleted", () => {
  it("is removed from its links, which stay", async ({ expect }) => {
    const client = await newNativeClient();
    const { id: collectionId } = (
      await client.call<{ id: string }>("POST", "/api/collections", { name: "c" })
    ).body;
    const link = await client.link({ tags: ["t"], collectionId });
    const [tag] = (await client.call<{ id: string }[]>("GET", "/api/tags")).body;
    await client.call("DELETE", `/api/tags/${tag?.id}`);
    await client.call("DELETE", `/api/collections/${collectionId}`);
    const after = (await client.call("GET", `/api/links/${link.id}`)).body;
    expect(after).toEqual({ ...link, tags: [], collectionId: null });
  });
});
