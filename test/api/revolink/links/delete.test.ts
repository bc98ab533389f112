import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { join } from "../../../support/account.ts";
import { countLinks, newRevolinkClient } from "../../../support/revolink.ts";

const UNKNOWN = "664abc123def456789000001";
const DELETED = { status: 200, body: { message: "Link deleted." } };

describe("DELETE /apiv1/link/delete", () => {
  it("answers the page's example and deletes the link", async ({ expect }) => {
    const client = await newRevolinkClient();
    const linkId = await client.link();
    const { status, body } = await client.call("DELETE", "/apiv1/link/delete", { linkId });
    expect({ status, body }).toEqual(DELETED);
    expect(await countLinks(client.account)).toBe(0);
  });

  it("takes its fields as query parameters, with or without an empty body", async ({ expect }) => {
    const client = await newRevolinkClient();
    const headers = { "Content-Type": "application/json" };
    for (const init of [
      {},
      { headers },
      { headers: { ...headers, "Content-Length": "0" }, body: "" },
    ]) {
      const linkId = await client.link();
      const query = `?workspaceId=${client.workspaceId}&linkId=${linkId}`;
      const { status, body } = await client.send(`/apiv1/link/delete${query}`, {
        method: "DELETE",
        ...init,
      });
      expect({ status, body }).toEqual(DELETED);
    }
    expect(await countLinks(client.account)).toBe(0);
  });

  it("takes what the body lacks from the query, and believes the body", async ({ expect }) => {
    const client = await newRevolinkClient();
    const [gone, stays] = [await client.link(), await client.link()];
    const { status } = await client.send(
      `/apiv1/link/delete?workspaceId=${client.workspaceId}&linkId=${stays}`,
      {
        method: "DELETE",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ linkId: gone }),
      },
    );
    expect(status).toBe(200);
    expect((await client.report(`/apiv1/links/${stays}/analytics`)).status).toBe(200);
    expect((await client.report(`/apiv1/links/${gone}/analytics`)).status).toBe(404);
  });

  it.for(["x", UNKNOWN.slice(1), `${UNKNOWN}0`, "", 7, undefined])(
    "refuses an id that is none: %s",
    async (linkId, { expect }) => {
      const client = await newRevolinkClient();
      const { status, body } = await client.call("DELETE", "/apiv1/link/delete", { linkId });
      expect({ status, body }).toEqual({ status: 400, body: { error: "Invalid linkId format." } });
    },
  );

  it("distinguishes a link of another workspace (403) from an unknown one (404)", async ({
    expect,
  }) => {
    const [mine, theirs] = [await newRevolinkClient(), await newRevolinkClient()];
    const foreign = await theirs.link();
    const answer = async (linkId: string) => {
      const { status, body } = await mine.call("DELETE", "/apiv1/link/delete", { linkId });
      return { status, body };
    };
    expect(await answer(foreign)).toEqual({
      status: 403,
      body: { error: "You do not have permission to delete this link." },
    });
    expect(await countLinks(theirs.account)).toBe(1);
    expect(await answer(UNKNOWN)).toEqual({ status: 404, body: { error: "Link not found." } });
  });

  it("lets members delete only their own links", async ({ expect }) => {
    const [owner, member] = [await newRevolinkClient(), await newRevolinkClient()];
    const { workspaceId } = owner;
    await join(member.account.userId, owner.account.workspace, "member");
    const [theirs, own] = [await owner.link(), await member.link({ workspaceId })];
    const answer = async (linkId: string) => {
      const { status, body } = await member.call("DELETE", "/apiv1/link/delete", {
        workspaceId,
        linkId,
      });
      return { status, body };
    };
    expect(await answer(theirs)).toEqual({
      status: 403,
      body: { error: "You do not have permission to delete this link." },
    });
    expect(await answer(own)).toEqual(DELETED);
    expect(await countLinks(owner.account)).toBe(1);
  });

  it("holds the slug back for its workspace", async ({ expect }) => {
    const client = await newRevolinkClient();
    const linkId = await client.link({ slug: "delete-held" });
    await client.call("DELETE", "/apiv1/link/delete", { linkId });
    const other = await newRevolinkClient();
    await expect(other.link({ slug: "delete-held" })).rejects.toThrow("already taken");
    await client.link({ slug: "delete-held" });
    const { results } = await env.DB.prepare(
      "select 1 from links where code = 'delete-held'",
    ).all();
    expect(results).toHaveLength(1);
  });
});
