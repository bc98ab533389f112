/** The clicks that native links show. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { ledgerFor } from "../../../../src/ledger/stub.ts";
import { batch, click } from "../../../ledger/sample-clicks.ts";
import { newAccount } from "../../../support/account.ts";
import { broken, envWith } from "../../../support/faults.ts";
import { type NativeClient, newNativeClient, type WireLink } from "../../../support/native.ts";

const CLICKED = Date.parse("2026-03-10T14:22:00.789Z");
const SHOWN = { clicks: 2, lastClickedAt: "2026-03-10T14:22:00.789Z" };
const NONE = { clicks: 0, lastClickedAt: null };
const UNKNOWN = { clicks: null, lastClickedAt: null };

async function follow(client: NativeClient, { id }: WireLink, times: number): Promise<void> {
  const row = await env.DB.prepare("select id from links where uuid = ?").bind(id).first("id");
  const human = { linkId: Number(row), atMs: CLICKED };
  const clicks = Array.from({ length: times }, () => click(human));
  const bot = click({ linkId: Number(row), atMs: CLICKED + 1, class: "bot" });
  await ledgerFor(env, client.account.workspace.ledger).ingest([batch([...clicks, bot])]);
}

describe("the clicks of a native link", () => {
  it("are those of people, and shown by each answer that shows the link", async ({ expect }) => {
    const client = await newNativeClient();
    const link = await client.link();
    expect(link).toMatchObject(NONE);
    await follow(client, link, 2);
    const path = `/api/links/${link.id}`;
    expect((await client.call("GET", path)).body).toMatchObject(SHOWN);
    expect((await client.call("PATCH", path, { title: "T" })).body).toMatchObject(SHOWN);
    const other = await client.link();
    for (const list of ["/api/links", "/api/links?limit=2"]) {
      const { body } = await client.call<WireLink[]>("GET", list);
      expect(body).toMatchObject([
        { id: other.id, ...NONE },
        { id: link.id, ...SHOWN },
      ]);
    }
  });

  it("are counted when a request that made the link is answered again", async ({ expect }) => {
    const client = await newNativeClient();
    const link = { destinationUrl: "https://example.com" };
    for (const [path, body, shown] of [
      ["/api/links", link, (answer: unknown) => answer],
      ["/api/links/bulk", { links: [link] }, (answer: { created: [unknown] }) => answer.created[0]],
      [
        "/api/links/import",
        { csv: "destination_url\nhttps://example.com" },
        (answer: { links: [unknown] }) => answer.links[0],
      ],
    ] as const) {
      const once = { "Idempotency-Key": crypto.randomUUID() };
      const made = shown((await client.call("POST", path, body, once)).body as never);
      expect(made).toMatchObject(NONE);
      await follow(client, made as WireLink, 2);
      const again = shown((await client.call("POST", path, body, once)).body as never);
      expect(again).toMatchObject(SHOWN);
    }
  });

  it("are null while the Ledger does not answer, and the rest is answered", async ({ expect }) => {
    const account = await newAccount();
    const link = await (await newNativeClient({ account })).link();
    const client = await newNativeClient({ account, env: envWith({ LEDGER: broken(env.LEDGER) }) });
    const path = `/api/links/${link.id}`;
    expect((await client.call("GET", path)).body).toEqual({ ...link, ...UNKNOWN });
    expect((await client.call("GET", "/api/links?limit=1")).body).toMatchObject([UNKNOWN]);
    const changed = await client.call("PATCH", path, { title: "T" });
    expect(changed).toMatchObject({ status: 200, body: { title: "T", ...UNKNOWN } });
  });
});
