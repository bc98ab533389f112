import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { databaseOf } from "../../src/db/database.ts";
import { findLink } from "../../src/links/find-link.ts";
import { linkStore } from "../../src/links/store.ts";
import { objectIdOf } from "../../src/platform/uuid.ts";
import { makeLink, newContext } from "../support/link-context.ts";

describe("findLink", () => {
  it("finds a link by each of its identities, in its workspace alone", async ({ expect }) => {
    const context = await newContext();
    const link = await makeLink(context);
    const db = databaseOf(env.DB);
    const own = linkStore(db, context.access.workspace.id);
    const foreign = linkStore(db, (await newContext()).access.workspace.id);
    const objectId = objectIdOf(link.uuid);
    for (const ref of [
      { uuid: link.uuid },
      { id: link.id },
      { objectId },
      { objectId: objectId.toUpperCase() },
    ]) {
      expect(await findLink(own, ref)).toEqual({ ok: true, value: link });
      expect(await findLink(foreign, ref)).toEqual({
        ok: false,
        error: { code: "link_not_found" },
      });
    }
    expect((await findLink(own, { objectId: "f".repeat(24) })).ok).toBe(false);
  });
});
