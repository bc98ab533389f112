import { describe, it } from "vitest";

import { SCOPES } from "../../../../src/access/access.ts";
import { objectIdOf } from "../../../../src/platform/uuid.ts";
import { newAccount } from "../../../support/account.ts";
import { callApi } from "../../../support/api.ts";

describe("GET /api/me", () => {
  it("answers a session with its user and workspace", async ({ expect }) => {
    const { userId, email, workspace, cookie } = await newAccount();
    const response = await callApi("/api/me", { headers: { Cookie: cookie } });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      id: userId,
      email,
      name: "Ada",
      workspace: {
        id: workspace.uuid,
        objectId: objectIdOf(workspace.uuid),
        name: "Ada's workspace",
        plan: "enterprise",
        role: "owner",
      },
      scopes: SCOPES,
    });
  });

  it("answers a token of any scope with what it opens, and not with who its person is", async ({
    expect,
  }) => {
    const account = await newAccount();
    const headers = await account.byToken("links:read");
    const { uuid: id } = account.workspace;
    const workspace = { id, objectId: objectIdOf(id), name: "Ada's workspace", role: "owner" };
    expect(await (await callApi("/api/me", { headers })).json()).toEqual({
      id: account.userId,
      workspace,
      scopes: ["links:read"],
    });
    const list = await callApi("/api/workspaces", { headers });
    expect(await list.json()).toEqual([workspace]);
    const one = await callApi(`/api/workspaces/${id}`, { headers });
    expect(await one.json()).not.toHaveProperty("plan");
  });
});
