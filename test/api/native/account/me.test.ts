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

  it("answers a token of any scope with the scopes it holds", async ({ expect }) => {
    const account = await newAccount();
    const response = await callApi("/api/me", { headers: await account.byToken("links:read") });
    expect(await response.json()).toMatchObject({ id: account.userId, scopes: ["links:read"] });
  });
});
