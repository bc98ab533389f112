import { describe, it } from "vitest";

import { join, newAccount } from "../../../support/account.ts";
import { newClient } from "../../../support/native.ts";

const UUID = /^[0-9a-f-]{36}$/;

for (const [path, extra] of [
  ["/api/tags", { objectId: "24 hex digits" }],
  ["/api/collections", { numericId: "a number" }],
] as const) {
  describe(`routes under ${path}`, () => {
    it("creates, lists by name, renames and deletes", async ({ expect }) => {
      const client = await newClient();
      expect(await (await client.call("GET", path)).json()).toEqual([]);
      const response = await client.call("POST", path, { name: " Zebra " });
      expect(response.status).toBe(201);
      const zebra = await response.json<Record<string, unknown>>();
      expect(zebra).toMatchObject({ id: expect.stringMatching(UUID), name: "Zebra" });
      expect(Object.keys(zebra)).toEqual(["id", ...Object.keys(extra), "name"]);
      const ape = await (await client.call("POST", path, { name: "Ape" })).json();
      expect(await (await client.call("GET", path)).json()).toEqual([ape, zebra]);
      const renamed = await client.call("PATCH", `${path}/${String(zebra["id"])}`, { name: "Ant" });
      expect(await renamed.json()).toEqual({ ...zebra, name: "Ant" });
      const deleted = await client.call("DELETE", `${path}/${String(zebra["id"])}`);
      expect(await deleted.json()).toEqual({ success: true, id: zebra["id"] });
      expect(await (await client.call("GET", path)).json()).toEqual([ape]);
    });

    it("refuses a name that is taken, by creation and by renaming", async ({ expect }) => {
      const client = await newClient();
      await client.call("POST", path, { name: "one" });
      const { id } = await (
        await client.call("POST", path, { name: "two" })
      ).json<{ id: string }>();
      for (const response of [
        await client.call("POST", path, { name: "one" }),
        await client.call("PATCH", `${path}/${id}`, { name: "one" }),
      ]) {
        expect(response.status).toBe(409);
        expect(await response.json()).toMatchObject({ code: "ALREADY_EXISTS" });
      }
      expect((await client.call("PATCH", `${path}/${id}`, { name: "two" })).status).toBe(200);
      const other = await newClient();
      expect((await other.call("POST", path, { name: "one" })).status).toBe(201);
    });

    it("refuses names that are none", async ({ expect }) => {
      const client = await newClient();
      for (const body of [{}, { name: "" }, { name: 5 }, { name: "n".repeat(51) }, [], "{"]) {
        const response = await client.call("POST", path, body);
        expect(response.status).toBe(400);
        expect(await response.json()).toMatchObject({ code: "VALIDATION_ERROR" });
      }
    });

    it("answers another workspace's as it answers none", async ({ expect }) => {
      const owner = await newClient();
      const { id } = await (await owner.call("POST", path, { name: "x" })).json<{ id: string }>();
      const stranger = await newClient();
      for (const [method, body] of [
        ["PATCH", { name: "y" }],
        ["DELETE", undefined],
      ] as const) {
        const foreign = await stranger.call(method, `${path}/${id}`, body);
        const unknown = await stranger.call(method, `${path}/${crypto.randomUUID()}`, body);
        expect([foreign.status, unknown.status]).toEqual([404, 404]);
        expect(await foreign.text()).toBe(await unknown.text());
      }
    });

    it("lets members create, and only managers rename and delete", async ({ expect }) => {
      const owner = await newClient();
      const member = await newAccount();
      await join(member.userId, owner.account.workspace, "member");
      const there = { "Signpost-Workspace": owner.account.workspace.uuid };
      const client = await newClient(member);
      const made = await client.call("POST", path, { name: "x" }, there);
      const { id } = await made.json<{ id: string }>();
      const rename = { name: "y" };
      expect((await client.call("PATCH", `${path}/${id}`, rename, there)).status).toBe(403);
      expect((await client.call("DELETE", `${path}/${id}`, undefined, there)).status).toBe(403);
      await join(member.userId, owner.account.workspace, "manager");
      expect((await client.call("DELETE", `${path}/${id}`, undefined, there)).status).toBe(200);
    });

    it("creates once for an Idempotency-Key", async ({ expect }) => {
      const client = await newClient();
      const headers = { "Idempotency-Key": "label" };
      const first = await client.call("POST", path, { name: "once" }, headers);
      const second = await client.call("POST", path, { name: "once" }, headers);
      expect(second.status).toBe(201);
      expect(await second.json()).toEqual(await first.json());
    });
  });
}

describe("a label that is deleted", () => {
  it("goes off its links, which stay", async ({ expect }) => {
    const client = await newClient();
    const { id: collectionId } = await (
      await client.call("POST", "/api/collections", { name: "c" })
    ).json<{ id: string }>();
    const link = await client.link({ tags: ["t"], collectionId });
    const [tag] = await (await client.call("GET", "/api/tags")).json<{ id: string }[]>();
    await client.call("DELETE", `/api/tags/${tag?.id}`);
    await client.call("DELETE", `/api/collections/${collectionId}`);
    const after = await (await client.call("GET", `/api/links/${link.id}`)).json();
    expect(after).toEqual({ ...link, tags: [], collectionId: null });
  });
});
