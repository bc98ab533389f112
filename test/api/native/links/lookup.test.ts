/** Looking one link up by what a client has of it. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { ORIGIN } from "../../../support/api.ts";
import { insertDomain } from "../../../support/link-rows.ts";
import {
  type NativeClient,
  newCode,
  newNativeClient,
  type WireLink,
} from "../../../support/native.ts";

async function lookUp({ call }: NativeClient, query: Record<string, string>) {
  return call<WireLink>("GET", `/api/links/lookup?${new URLSearchParams(query).toString()}`);
}

describe("GET /api/links/lookup", () => {
  it("finds a link by each way to name it, as GET by id shows it", async ({ expect }) => {
    const client = await newNativeClient();
    const [shortCode, domain] = [newCode(), `${newCode()}.example`];
    await insertDomain(client.account.workspace.id, domain);
    const link = await client.link({
      shortCode,
      destinationUrl: "https://example.com/ü?a=1",
      externalId: "cms 1",
    });
    const elsewhere = await client.link({ shortCode, domain, externalId: "cms 2" });
    const host = new URL(ORIGIN).host;
    for (const query of [
      { shortUrl: String(link["shortUrl"]) },
      { shortUrl: `${host}/${shortCode}` },
      { shortUrl: `${ORIGIN}/${shortCode}/?utm_source=x#y` },
      { shortCode },
      { shortCode, domain: host },
      { destinationUrl: "https://example.com/ü?a=1" },
      { externalId: "cms 1" },
    ]) {
      const { status, body, headers } = await lookUp(client, query);
      expect([query, status, body]).toEqual([query, 200, link]);
      expect(headers.get("ETag")).toBe('"1"');
    }
    for (const query of [
      { shortUrl: `https://${domain}/${shortCode}` },
      { shortCode, domain },
      { externalId: "cms 2" },
    ]) {
      expect((await lookUp(client, query)).body).toEqual(elsewhere);
    }
  });

  it("finds the newest of several links with a destination, after a change too", async ({
    expect,
  }) => {
    const client = await newNativeClient();
    const destinationUrl = "https://example.com/same";
    await client.link({ destinationUrl });
    const second = await client.link({ destinationUrl });
    expect((await lookUp(client, { destinationUrl })).body).toEqual(second);
    const third = await client.link();
    await client.call("PATCH", `/api/links/${third.id}`, { destinationUrl });
    expect((await lookUp(client, { destinationUrl })).body.id).toBe(third.id);
    expect((await lookUp(client, { destinationUrl: `${destinationUrl}/` })).status).toBe(404);
  });

  it("finds a link whose domain its workspace has lost, at the address that it shows", async ({
    expect,
  }) => {
    const client = await newNativeClient();
    const domain = `${newCode()}.example`;
    await insertDomain(client.account.workspace.id, domain);
    const link = await client.link({ domain });
    await env.DB.prepare("update links set parked_domain = domain, domain = null where uuid = ?")
      .bind(link.id)
      .run();
    expect((await lookUp(client, { shortUrl: String(link["shortUrl"]) })).body.id).toBe(link.id);
  });

  it("answers 404 for others' links, unknown ones and what is no short URL, and draws on no budget", async ({
    expect,
  }) => {
    const [client, other] = [await newNativeClient(), await newNativeClient()];
    const hers = await other.link({ externalId: "hers", destinationUrl: "https://example.com/h" });
    for (const query of [
      { shortUrl: String(hers["shortUrl"]) },
      { shortCode: hers.shortCode },
      { externalId: "hers" },
      { destinationUrl: "https://example.com/h" },
      { shortCode: newCode() },
      { shortUrl: `${ORIGIN}/` },
      { shortUrl: `${ORIGIN}/a/b` },
      { shortCode: hers.shortCode, domain: "nobody.example" },
    ]) {
      const { status, body } = await lookUp(client, query);
      expect([query, status, body["message"]]).toEqual([query, 404, "There is no such link."]);
    }
    const looks = await env.DB.prepare("select count(*) as n from code_looks where user_id = ?")
      .bind(client.account.userId)
      .first("n");
    expect(looks).toBe(0);
  });

  it.for([
    {},
    { shortCode: "" },
    { domain: "go.example.com" },
    { externalId: "a", destinationUrl: "https://example.com" },
    { externalId: "a", domain: "go.example.com" },
  ])("refuses %j, which is not exactly one way", async (query, { expect }) => {
    const { status, body } = await lookUp(await newNativeClient(), query);
    expect(status).toBe(400);
    expect(body["message"]).toContain("exactly one of shortUrl, shortCode");
  });

  it("says that a text is no URL", async ({ expect }) => {
    const { status, body } = await lookUp(await newNativeClient(), { shortUrl: "ht tp" });
    expect(status).toBe(400);
    expect(body["message"]).toContain("shortUrl must be a URL");
  });

  it("refuses the external id of another link by name", async ({ expect }) => {
    const client = await newNativeClient();
    await client.link({ externalId: "cms-1" });
    const { status, body } = await client.call("POST", "/api/links", {
      destinationUrl: "https://example.com",
      externalId: "cms-1",
    });
    expect(status).toBe(409);
    expect(body).toEqual({
      code: "ALREADY_EXISTS",
      message: 'There is a link with the externalId "cms-1" already.',
    });
  });

  it("reads few rows however many links lead to other destinations", async ({ expect }) => {
    const client = await newNativeClient();
    const links = Array.from({ length: 60 }, (_, n) => ({
      destinationUrl: `https://example.com/${n}`,
      externalId: `id-${n}`,
    }));
    await client.call("POST", "/api/links/bulk", { links });
    const where = (condition: string) =>
      env.DB.prepare(`select id from links where ${condition} and workspace_id = ?1
        order by id desc limit 1`)
        .bind(client.account.workspace.id)
        .run();
    const found = await where(
      "destination_hash = (select destination_hash from links where workspace_id = ?1 limit 1)",
    );
    expect(found.meta.rows_read).toBeLessThanOrEqual(4);
    expect((await where("external_id = 'id-7'")).meta.rows_read).toBeLessThanOrEqual(2);
  });
});
