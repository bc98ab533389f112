import { env as real } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { ledgerFor } from "../../src/ledger/stub.ts";
import { createLink } from "../../src/links/create-link.ts";
import { deleteLink } from "../../src/links/delete-link.ts";
import { routeKey } from "../../src/links/route/address.ts";
import { publish } from "../../src/links/route/publish.ts";
import { DAY_MS } from "../../src/platform/clock.ts";
import { batch, click } from "../ledger/sample-clicks.ts";
import { broken, envWith } from "../support/faults.ts";
import { input, makeLink, newContext, NOW } from "../support/link-context.ts";
import { insertDomain } from "../support/link-rows.ts";
import { newCode } from "../support/native.ts";

describe("deleteLink", () => {
  it("records all clean-up work in the batch of the deletion", async ({ expect }) => {
    const env = envWith({ LEDGER: broken(real.LEDGER), ROUTES: broken(real.ROUTES) });
    const context = { ...(await newContext()), env };
    const code = newCode();
    const link = await makeLink(context, { code, tags: ["t"] });
    const { id, uuid } = link;
    const deleted = await deleteLink({ ...context, nowMs: NOW + 5 }, { uuid });
    expect(deleted).toMatchObject({ ok: true, value: { id, code } });
    const rows = await env.DB.batch([
      env.DB.prepare("select * from links where id = ?").bind(id),
      env.DB.prepare("select * from link_tags where link_id = ?").bind(id),
      env.DB.prepare(
        "select domain, code, created_at_ms from route_tombstones where code = ?",
      ).bind(code),
      env.DB.prepare("select * from reserved_codes where code = ?").bind(code),
      env.DB.prepare("select * from pending_purges where link_id = ?").bind(id),
    ]);
    expect(rows.map(({ results }) => results)).toEqual([
      [],
      [],
      [{ domain: "", code, created_at_ms: NOW + 5 }],
      [
        {
          domain: "",
          code,
          workspace_id: context.access.workspace.id,
          until_ms: NOW + 5 + 90 * DAY_MS,
        },
      ],
      [
        {
          link_id: id,
          link_uuid: uuid,
          reset_at_ms: null,
          ledger: context.access.workspace.ledger,
          link_created_at_ms: NOW,
        },
      ],
    ]);
  });

  it("cleans KV and the Ledger without a sweep", async ({ expect }) => {
    const context = await newContext();
    const link = await makeLink(context);
    const address = { domain: "", code: link.code };
    const ledger = ledgerFor(real, context.access.workspace.ledger);
    await ledger.ingest([batch([click({ linkId: link.id })])]);
    await publish(real, address);
    expect(await real.ROUTES.get(routeKey(address))).not.toBeNull();
    expect(await ledger.linkTotals([link.id])).toMatchObject([{ clicks: 1 }]);
    await deleteLink(context, { id: link.id });
    await vi.waitFor(async () => {
      expect(await real.ROUTES.get(routeKey(address))).toBeNull();
      expect(await ledger.linkTotals([link.id])).toMatchObject([{ clicks: 0 }]);
      const pending = await real.DB.prepare("select * from pending_purges where link_id = ?")
        .bind(link.id)
        .first();
      expect(pending).toBeNull();
    });
  });

  it("holds no code of a custom domain", async ({ expect }) => {
    const context = await newContext();
    const domain = `${newCode()}.example`;
    await insertDomain(context.access.workspace.id, domain);
    const link = await makeLink(context, { domain, code: "spring" });
    await deleteLink(context, { id: link.id });
    const next = await newContext();
    await moveDomain(domain, next.access.workspace.id);
    const other = await createLink(next, input({ domain, code: "spring" }));
    expect(other.ok).toBe(true);
  });
});

/** Simulates that another workspace has verified the domain. */
async function moveDomain(hostname: string, workspaceId: number): Promise<void> {
  await real.DB.prepare("update domains set workspace_id = ? where hostname = ?")
    .bind(workspaceId, hostname)
    .run();
}
