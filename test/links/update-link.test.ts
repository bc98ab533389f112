import { describe, it } from "vitest";

import { updateLink } from "../../src/links/update-link.ts";
import { makeLink, newContext, NOW } from "../support/link-context.ts";
import { insertDomain } from "../support/link-rows.ts";
import { newCode } from "../support/native.ts";

describe("updateLink", () => {
  it("edits an expired link without asking for its expiry again", async ({ expect }) => {
    const context = await newContext({ pastExpiry: true });
    const link = await makeLink(context, { expiresAtMs: NOW - 1 });
    const strict = { ...context, policy: { ...context.policy, pastExpiry: false } };
    const updated = await updateLink(strict, { id: link.id }, { title: "still expired" });
    expect(updated).toMatchObject({
      ok: true,
      value: { link: { title: "still expired", expiresAtMs: NOW - 1, version: 2 } },
    });
  });

  it("keeps the moment at which a link was archived first", async ({ expect }) => {
    const context = await newContext();
    const link = await makeLink(context);
    const ref = { id: link.id };
    await updateLink(context, ref, { isArchived: true });
    const again = await updateLink({ ...context, nowMs: NOW + 9 }, ref, { isArchived: true });
    expect(again).toMatchObject({ ok: true, value: { link: { archivedAtMs: NOW } } });
  });

  it("announces both addresses of a link that moves to another domain", async ({ expect }) => {
    const context = await newContext();
    const code = newCode();
    const link = await makeLink(context, { code });
    const domain = `${newCode()}.example`;
    await insertDomain(context.access.workspace.id, domain);
    const moved = await updateLink(context, { id: link.id }, { domain });
    expect(moved).toMatchObject({
      ok: true,
      value: {
        addresses: [
          { domain: "", code },
          { domain, code },
        ],
      },
    });
  });
});
