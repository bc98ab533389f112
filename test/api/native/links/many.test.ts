/** Changing and deleting many links in one call. */

import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { join, newAccount } from "../../../support/account.ts";
import { callApi, jsonOf } from "../../../support/api.ts";
import { type NativeClient, newNativeClient, type WireLink } from "../../../support/native.ts";
import { arrived, newSubscriber, payloadOf } from "../../../webhooks/client.ts";

interface Outcome {
  readonly dryRun: boolean;
  readonly matched: number;
  readonly ids: readonly string[];
  readonly failed: readonly { id: string; error: { code: string; message: string } }[];
  readonly next: string | null;
}

const BULK = "/api/links/bulk";

async function change(client: NativeClient, body: object) {
  return client.call<Outcome>("PATCH", BULK, body);
}

async function remove(client: NativeClient, body: object) {
  return client.call<Outcome>("DELETE", BULK, body);
}

async function make(client: NativeClient, count: number, fields: object = {}) {
  const links = Array.from({ length: count }, (_, n) => ({
    destinationUrl: `https://example.com/${n}`,
    ...fields,
  }));
  const { body } = await client.call<{ created: WireLink[] }>("POST", BULK, { links });
  return body.created.map(({ id }) => id);
}

async function show(client: NativeClient, id: string): Promise<WireLink> {
  return (await client.call<WireLink>("GET", `/api/links/${id}`)).body;
}

function sorted(ids: readonly string[]): string[] {
  return ids.toSorted((a, b) => (a < b ? -1 : 1));
}

describe("PATCH /api/links/bulk", () => {
  it("changes each link as a change by itself does, and no other", async ({ expect }) => {
    const client = await newNativeClient();
    const ids = await make(client, 3, { tags: ["old", "kept"] });
    const [other = ""] = await make(client, 1, { tags: ["old"] });
    const before = await show(client, other);
    const { body: collection } = await client.call("POST", "/api/collections", { name: "C" });
    const changes = {
      isArchived: true,
      isActive: false,
      collectionId: collection["id"],
      expiresAt: "2099-01-01T00:00:00Z",
      addTags: ["new", "KEPT"],
      removeTags: ["Old"],
    };
    const { status, body } = await change(client, { ids, changes });
    expect([status, sorted(body.ids), body.failed]).toEqual([200, sorted(ids), []]);
    for (const id of ids) {
      const link = await show(client, id);
      expect(link).toMatchObject({
        isArchived: true,
        isActive: false,
        collectionId: collection["id"],
        expiresAt: "2099-01-01T00:00:00.000Z",
      });
      const names = (link["tags"] as { name: string }[]).map(({ name }) => name);
      expect(names).toEqual(["kept", "new"]);
    }
    expect(await show(client, other)).toEqual(before);
  });

  it("makes no version of a link that has the change already", async ({ expect }) => {
    const client = await newNativeClient();
    const [first = "", second = ""] = await make(client, 2, { tags: ["a"] });
    await client.call("PATCH", `/api/links/${first}`, { isArchived: true });
    const version = (await client.send(`/api/links/${first}`)).headers.get("ETag");
    const changes = { isArchived: true, addTags: ["A"], removeTags: ["b"] };
    const { body } = await change(client, { ids: [first, second], changes });
    expect([body.matched, body.ids]).toEqual([2, [second]]);
    expect((await client.send(`/api/links/${first}`)).headers.get("ETag")).toBe(version);
  });

  it("reports others' links and unknown ones alike, and leaves them alone", async ({ expect }) => {
    const [client, other] = [await newNativeClient(), await newNativeClient()];
    const [hers = ""] = await make(other, 1);
    const [own = ""] = await make(client, 1);
    const unknown = crypto.randomUUID();
    const ids = [hers, own, unknown, "no id"];
    const { body } = await change(client, { ids, changes: { isActive: false } });
    expect(body.ids).toEqual([own]);
    const error = { code: "NOT_FOUND", message: "There is no such link." };
    expect(body.failed).toEqual([hers, unknown, "no id"].map((id) => ({ id, error })));
    expect((await show(other, hers))["isActive"]).toBe(true);
  });

  it("tells what it would reach and does nothing in a dry run", async ({ expect }) => {
    const client = await newNativeClient();
    const ids = await make(client, 2, { tags: ["sale"] });
    await make(client, 1);
    const body = { filter: { tag: "sale" }, changes: { isActive: false }, dryRun: true };
    const dry = await change(client, body);
    expect(dry.body).toMatchObject({ dryRun: true, matched: 2, failed: [], next: null });
    expect(sorted(dry.body.ids)).toEqual(sorted(ids));
    expect((await show(client, ids[0] ?? ""))["isActive"]).toBe(true);
  });

  it("takes the list's filters as JSON, and matches nothing for what does not exist", async ({
    expect,
  }) => {
    const client = await newNativeClient();
    const ids = await make(client, 2);
    const changes = { isArchived: true };
    const none = await change(client, { filter: { tag: "unknown" }, changes });
    expect([none.status, none.body.matched]).toEqual([200, 0]);
    const some = await change(client, { filter: { active: true, archived: false }, changes });
    expect(sorted(some.body.ids)).toEqual(sorted(ids));
  });

  it.for([
    [{ changes: { isActive: true } }, "exactly one of ids"],
    [{ filter: {}, changes: { isActive: true } }, "exactly one of ids"],
    [{ filter: { q: "" }, changes: { isActive: true } }, "exactly one of ids"],
    [{ filter: { tag: "a" }, all: true, changes: { isActive: true } }, "exactly one of ids"],
    [{ filter: { tags: "a" }, changes: { isActive: true } }, "tags"],
    [{ all: false, changes: { isActive: true } }, "all must be true"],
    [{ ids: [], changes: { isActive: true } }, "ids must be a list of 1 to 1000 ids"],
    [{ all: true, changes: {} }, "changes must hold at least one of"],
    [{ all: true, changes: { title: "A" } }, "title"],
    [{ all: true, changes: { expiresAt: "2001-01-01" } }, "expiresAt must lie in the future"],
    [{ all: true, changes: { collectionId: crypto.randomUUID() } }, "collectionId must be"],
    [{ all: true, cursor: "-", changes: { isActive: true } }, "cursor"],
  ] as const)("refuses %j and changes nothing", async ([body, sentence], { expect }) => {
    const client = await newNativeClient();
    const link = await client.link({ isActive: false });
    const { status, body: answer } = await client.call("PATCH", BULK, body);
    expect([status, answer["message"]]).toEqual([400, expect.stringContaining(sentence)]);
    expect(await show(client, link.id)).toEqual(link);
  });

  it("refuses a tag too many for the link that it is too many for", async ({ expect }) => {
    const client = await newNativeClient();
    const full = await client.link({ tags: Array.from({ length: 50 }, (_, n) => `tag ${n}`) });
    const [free = ""] = await make(client, 1);
    const ids = [full.id, free];
    const { body } = await change(client, { ids, changes: { addTags: ["one more"] } });
    expect(body.ids).toEqual([free]);
    expect(body.failed.map(({ id }) => id)).toEqual([full.id]);
  });

  it("reaches 1,000 links in few batches, and the rest with its cursor", async ({ expect }) => {
    const client = await newNativeClient();
    const { account } = client;
    await env.DB.prepare(
      `with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < 1003)
       insert into links (uuid, workspace_id, user_id, code, destination_url, created_at_ms, updated_at_ms)
       select lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2)
         || '-a' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))), ?1, ?2,
         ?3 || n, 'https://example.com/' || n, n, n from numbers`,
    )
      .bind(account.workspace.id, account.userId, `m${account.workspace.id}-`)
      .run();
    const batches = vi.spyOn(env.DB, "batch");
    const first = await change(client, { all: true, changes: { addTags: ["swept"] } });
    const batched = batches.mock.calls.length;
    batches.mockRestore();
    expect([first.body.matched, first.body.ids.length]).toEqual([1_000, 1_000]);
    expect(batched).toBeLessThanOrEqual(20);
    expect(first.headers.get("Signpost-Live-By")).toBeNull();
    const rest = await change(client, {
      all: true,
      cursor: first.body.next,
      changes: { addTags: ["swept"] },
    });
    expect([rest.body.ids.length, rest.body.next]).toEqual([3, null]);
  });
});

describe("many links", () => {
  it("are told to webhooks one by one, as they are after it", async ({ expect }) => {
    const client = await newSubscriber({ events: ["link.updated", "link.deleted"] });
    const [first = "", second = ""] = await make(client, 2);
    await change(client, { ids: [first, second], changes: { addTags: ["told"] } });
    await remove(client, { ids: [first] });
    const posts = await arrived(client.box, 3);
    const told = posts.map(payloadOf).map(({ event, data }) => {
      return `${event} ${String(data["link"]?.["uuid"])} ${String(data["link"]?.["tags"])}`;
    });
    expect(sorted(told)).toEqual(
      sorted([
        `link.deleted ${first} told`,
        `link.updated ${first} told`,
        `link.updated ${second} told`,
      ]),
    );
  });
});

describe("DELETE /api/links/bulk", () => {
  it("deletes as a deletion by itself does: gone, held and purged", async ({ expect }) => {
    const client = await newNativeClient();
    const ids = await make(client, 3);
    const [kept = ""] = await make(client, 1);
    const { shortCode } = await show(client, ids[0] ?? "");
    const { body } = await remove(client, { ids });
    expect([sorted(body.ids), body.failed]).toEqual([sorted(ids), []]);
    for (const id of ids) expect((await client.call("GET", `/api/links/${id}`)).status).toBe(404);
    expect((await show(client, kept)).id).toBe(kept);
    const held = await env.DB.prepare("select 1 from reserved_codes where code = ?")
      .bind(shortCode)
      .first();
    expect(held).not.toBeNull();
    const left = await env.DB.prepare(
      "select count(*) as n from pending_purges where link_uuid in (select value from json_each(?))",
    )
      .bind(JSON.stringify(ids))
      .first("n");
    expect(left).toBe(0);
    const again = await remove(client, { ids });
    expect(again.body.failed.map(({ error }) => error.code)).toEqual(ids.map(() => "NOT_FOUND"));
  });

  it("leaves a member the links of others", async ({ expect }) => {
    const [owner, guest] = [await newNativeClient(), await newAccount()];
    const [hers = ""] = await make(owner, 1);
    await join(guest.userId, owner.account.workspace, "member");
    const headers = {
      ...guest.bySession,
      "Signpost-Workspace": owner.account.workspace.uuid,
    };
    const wanted = jsonOf("POST", { destinationUrl: "https://example.com" }, headers);
    const own = await (await callApi("/api/links", wanted)).json<WireLink>();
    const deleted = await callApi(BULK, jsonOf("DELETE", { all: true }, headers));
    const body = await deleted.json<Outcome>();
    expect(body.ids).toEqual([own.id]);
    expect(body.failed).toEqual([
      {
        id: hers,
        error: { code: "FORBIDDEN", message: "A member can delete only their own links." },
      },
    ]);
    expect((await show(owner, hers)).id).toBe(hers);
  });

  it("does nothing in a dry run", async ({ expect }) => {
    const client = await newNativeClient();
    const ids = await make(client, 2);
    const { body } = await remove(client, { all: true, dryRun: true });
    expect([sorted(body.ids), body.dryRun]).toEqual([sorted(ids), true]);
    expect((await show(client, ids[0] ?? "")).id).toBe(ids[0]);
  });
});
