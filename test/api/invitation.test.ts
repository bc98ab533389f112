import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { databaseOf } from "../../src/db/database.ts";
import { invitationStore } from "../../src/workspaces/invitations.ts";
import { newAccount } from "../support/account.ts";
import { callApi, jsonOf } from "../support/api.ts";

describe("the page of an invitation's link", () => {
  it("is where the link leads, and says the same for an open invitation as for none", async ({
    expect,
  }) => {
    const { workspace, bySession } = await newAccount();
    const path = `/api/workspaces/${workspace.uuid}/members`;
    const body = { email: `guest-${crypto.randomUUID()}@example.com`, role: "member" };
    const made = await callApi(path, jsonOf("POST", body, bySession));
    const { invitation }: { invitation: { url: string } } = await made.json();
    const pages = await Promise.all(
      [new URL(invitation.url).pathname, "/app/invitations/unknown"].map(async (asked) => {
        const response = await callApi(asked);
        expect(response.status).toBe(200);
        expect(response.headers.get("Referrer-Policy")).toBe("no-referrer");
        expect(response.headers.get("Cache-Control")).toBe("no-store");
        return (await response.text()).replaceAll(/nonce="[^"]*"/g, "");
      }),
    );
    expect(pages[0]).toContain("Join a workspace");
    expect(pages[1]).toBe(pages[0]);
    const open = await invitationStore(databaseOf(env.DB), workspace).list(Date.now());
    expect(open).toHaveLength(1);
  });

  it("is a page, and nothing else", async ({ expect }) => {
    expect((await callApi("/app/invitations/x", { method: "POST" })).status).toBe(405);
  });
});
