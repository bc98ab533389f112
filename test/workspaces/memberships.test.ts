import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { databaseOf } from "../../src/db/database.ts";
import { objectIdOf } from "../../src/platform/uuid.ts";
import {
  membershipByObjectId,
  membershipIn,
  membershipsOf,
} from "../../src/workspaces/memberships.ts";
import { ensurePersonalWorkspace } from "../../src/workspaces/personal.ts";
import { join, leave, newAccount } from "../support/account.ts";
import { callApi } from "../support/api.ts";

const db = databaseOf(env.DB);

describe("memberships", () => {
  it("a person's personal workspace comes first, then the oldest", async ({ expect }) => {
    const [first, second, person] = [await newAccount(), await newAccount(), await newAccount()];
    await join(person.userId, second.workspace, "manager");
    await join(person.userId, first.workspace, "member");
    const list = await membershipsOf(db, person.userId);
    expect(list.map(({ workspace, role }) => [workspace.uuid, role])).toEqual([
      [person.workspace.uuid, "owner"],
      [first.workspace.uuid, "member"],
      [second.workspace.uuid, "manager"],
    ]);
    const response = await callApi("/api/workspaces", { headers: person.bySession });
    expect(await response.json()).toEqual(
      list.map(({ workspace: { uuid, name, plan }, role }) => ({
        id: uuid,
        objectId: uuid.replaceAll("-", "").slice(0, 24),
        name,
        plan,
        role,
      })),
    );
  });

  it("a member finds a workspace by its object id, in any letter case", async ({ expect }) => {
    const [owner, guest] = [await newAccount(), await newAccount()];
    const objectId = objectIdOf(owner.workspace.uuid);
    expect(await membershipByObjectId(db, guest.userId, objectId)).toBeNull();
    await join(guest.userId, owner.workspace, "manager");
    const found = { workspace: owner.workspace, role: "manager" };
    for (const text of [objectId, objectId.toUpperCase()]) {
      expect(await membershipByObjectId(db, guest.userId, text)).toEqual(found);
    }
    const none = [
      objectId.slice(1),
      `${objectId}0`,
      `${objectId.slice(1)}g`,
      "",
      "%",
      "0".repeat(24),
    ];
    for (const text of [...none, owner.workspace.uuid]) {
      expect(await membershipByObjectId(db, guest.userId, text)).toBeNull();
    }
  });

  it("a membership that is removed ends at once", async ({ expect }) => {
    const [owner, guest] = [await newAccount(), await newAccount()];
    await join(guest.userId, owner.workspace, "member");
    expect(await membershipIn(db, guest.userId, owner.workspace.uuid)).not.toBeNull();
    await leave(guest.userId, owner.workspace);
    expect(await membershipIn(db, guest.userId, owner.workspace.uuid)).toBeNull();
  });

  it("a membership names the Ledger by the workspace's jurisdiction", async ({ expect }) => {
    const { userId, workspace } = await newAccount();
    await env.DB.prepare("update workspaces set jurisdiction = 'eu' where id = ?")
      .bind(workspace.id)
      .run();
    const membership = await membershipIn(db, userId, null);
    expect(membership?.workspace.ledger).toBe(`${workspace.uuid}.eu`);
  });
});

describe("a person's personal workspace", () => {
  it("is created once, however often it is repaired", async ({ expect }) => {
    const { userId, workspace } = await newAccount();
    const heal = () => ensurePersonalWorkspace(db, userId, { plan: "free", nowMs: Date.now() });
    await Promise.all([heal(), heal(), heal()]);
    expect(await membershipsOf(db, userId)).toEqual([{ workspace, role: "owner" }]);
  });

  it("gets its missing owner back", async ({ expect }) => {
    const { userId, workspace } = await newAccount();
    await leave(userId, workspace);
    await ensurePersonalWorkspace(db, userId, { plan: "free", nowMs: Date.now() });
    expect(await membershipsOf(db, userId)).toEqual([{ workspace, role: "owner" }]);
  });

  it("is not created for an account that does not exist", async ({ expect }) => {
    const userId = crypto.randomUUID();
    await ensurePersonalWorkspace(db, userId, { plan: "free", nowMs: Date.now() });
    expect(await membershipsOf(db, userId)).toEqual([]);
  });
});
