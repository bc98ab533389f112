/** The clients' own ids of links: one link of a workspace has each. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { databaseOf } from "../../src/db/database.ts";
import type { LinkContext } from "../../src/links/context.ts";
import { createLink, createLinks } from "../../src/links/create-link.ts";
import { linkStore } from "../../src/links/store.ts";
import { updateLink } from "../../src/links/update-link.ts";
import { input, makeLink, newContext } from "../support/link-context.ts";
import { newCode } from "../support/native.ts";

const TAKEN = { ok: false, error: { reason: "external_id_taken", externalId: "cms-1" } };

async function linksIn({ access }: LinkContext): Promise<number> {
  const statement = env.DB.prepare("select count(*) as n from links where workspace_id = ?");
  return (await statement.bind(access.workspace.id).first<number>("n")) ?? 0;
}

describe("an external id", () => {
  it("is of one link of a workspace, and free in every other", async ({ expect }) => {
    const [context, other] = [await newContext(), await newContext()];
    await makeLink(context, { externalId: "cms-1" });
    expect(await createLink(context, input({ externalId: "cms-1" }))).toEqual(TAKEN);
    expect((await createLink(other, input({ externalId: "cms-1" }))).ok).toBe(true);
    expect(await linksIn(context)).toBe(1);
  });

  it("goes to one of many links that ask for it at once", async ({ expect }) => {
    const context = await newContext();
    const asked = Array.from({ length: 8 }, (_, at) =>
      createLink(context, input({ externalId: "cms-1", ...(at % 2 === 0 && { code: newCode() }) })),
    );
    const made = await Promise.all(asked);
    expect(made.filter(({ ok }) => ok)).toHaveLength(1);
    expect(made.filter(({ ok }) => !ok)).toEqual(Array.from({ length: 7 }, () => TAKEN));
    expect(await linksIn(context)).toBe(1);
  });

  it("goes to the first link of a call, and holds up no other", async ({ expect }) => {
    const context = await newContext();
    const made = await createLinks(context, [
      input({ externalId: "cms-1", title: "first" }),
      input({ externalId: "cms-1", title: "second" }),
      input({ externalId: "cms-2" }),
      input({}),
    ]);
    if (!made.ok) throw new Error(made.error.reason);
    expect(made.value.map(({ ok }) => ok)).toEqual([true, false, true, true]);
    expect(made.value[1]).toEqual(TAKEN);
  });

  it("of another link refuses a change, and leaves the link as it was", async ({ expect }) => {
    const context = await newContext();
    await makeLink(context, { externalId: "cms-1" });
    const { id, version } = await makeLink(context);
    const change = { externalId: "cms-1", title: "changed", tags: ["new"] };
    expect(await updateLink(context, { id }, change)).toEqual(TAKEN);
    const now = await linkStore(databaseOf(env.DB), context.access.workspace.id).find({ id });
    expect(now).toMatchObject({ ok: true, value: { version, title: null, tags: [] } });
  });

  it("is free again once its link gives it up", async ({ expect }) => {
    const context = await newContext();
    const first = await makeLink(context, { externalId: "cms-1" });
    await updateLink(context, { id: first.id }, { externalId: null });
    const second = await makeLink(context, { externalId: "cms-1" });
    expect(second.externalId).toBe("cms-1");
  });
});
