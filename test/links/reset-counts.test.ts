import { env as real } from "cloudflare:workers";
import { describe, it } from "vitest";

import { databaseOf } from "../../src/db/database.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import { deleteLink } from "../../src/links/delete-link.ts";
import { resetCounts } from "../../src/links/reset-counts.ts";
import { linkStore } from "../../src/links/store.ts";
import { upkeepFor } from "../../src/upkeep/upkeep.ts";
import { batch, click } from "../ledger/sample-clicks.ts";
import { broken, envWith } from "../support/faults.ts";
import { makeLink, newContext } from "../support/link-context.ts";

const pendingOf = ({ id }: { readonly id: number }) =>
  real.DB.prepare("select reset_at_ms from pending_purges where link_id = ?").bind(id).first();

async function clickedLink() {
  const context = { ...(await newContext()), nowMs: Date.now() };
  const link = await makeLink(context);
  const { ledger } = context.access.workspace;
  const totals = async () => (await ledgerFor(real, ledger).linkTotals([link.id]))[0]?.clicks;
  await ledgerFor(real, ledger).ingest([batch([click({ linkId: link.id })])]);
  return { context, link, totals };
}

describe("a reset of a link's counts", () => {
  it("leaves the link as it is, and nothing to do", async ({ expect }) => {
    const { context, link, totals } = await clickedLink();
    expect(await totals()).toBe(1);
    expect(await resetCounts(context, { uuid: link.uuid })).toMatchObject({ ok: true });
    expect(await totals()).toBe(0);
    expect(await pendingOf(link)).toBeNull();
    const store = linkStore(databaseOf(real.DB), context.access.workspace.id);
    expect(await store.find({ id: link.id })).toEqual({ ok: true, value: link });
  });

  it("is done by the sweep if the Ledger does not answer", async ({ expect }) => {
    const { context, link, totals } = await clickedLink();
    const env = envWith({ LEDGER: broken(real.LEDGER) });
    expect(await resetCounts({ ...context, env }, { uuid: link.uuid })).toMatchObject({ ok: true });
    expect(await totals()).toBe(1);
    expect(await pendingOf(link)).toEqual({ reset_at_ms: context.nowMs });
    while (await upkeepFor(real).sweep(Date.now() + 60_000));
    expect(await totals()).toBe(0);
    expect(await pendingOf(link)).toBeNull();
  });

  it("does not keep a deletion from the Ledger", async ({ expect }) => {
    const { context, link } = await clickedLink();
    const env = envWith({ LEDGER: broken(real.LEDGER) });
    await resetCounts({ ...context, env }, { uuid: link.uuid });
    await deleteLink({ ...context, env }, { uuid: link.uuid });
    expect(await pendingOf(link)).toEqual({ reset_at_ms: null });
    expect(await resetCounts(context, { uuid: link.uuid })).toMatchObject({
      error: { reason: "link_not_found" },
    });
  });

  it("is refused to a member for the link of another", async ({ expect }) => {
    const { context, link, totals } = await clickedLink();
    const access = { ...context.access, role: "member" as const, userId: crypto.randomUUID() };
    expect(await resetCounts({ ...context, access }, { uuid: link.uuid })).toMatchObject({
      error: { reason: "not_link_owner" },
    });
    expect(await totals()).toBe(1);
  });
});
