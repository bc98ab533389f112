import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { LOOK_INTERVAL_MS } from "../../src/gates/click-limit.ts";
import type { AdmitRequest } from "../../src/gates/contract.ts";
import { gateFor } from "../../src/gates/stub.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import { batch, click, NOON } from "../ledger/sample-clicks.ts";
import { freshLink, type GuardedLink } from "./guarded-link.ts";

const asked = (link: GuardedLink, max: number, version = 1): AdmitRequest => ({
  ...link,
  version,
  limit: { max, since: version },
});

async function admitted(count: number, request: AdmitRequest, nowMs = Date.now()) {
  const gate = gateFor(env, request);
  const answers = await Promise.all(
    Array.from({ length: count }, () => gate.admit(request, nowMs)),
  );
  return answers.filter((answer) => answer.admitted).length;
}

describe("the limit of a link whose counts are reset", () => {
  it("admits as many clicks again, once for each reset", async ({ expect }) => {
    const link = freshLink();
    await ledgerFor(env, link.ledger).ingest([batch([click({ linkId: link.linkId })])]);
    expect(await admitted(10, asked(link, 3))).toBe(2);
    const askedAtMs = Date.now();
    await ledgerFor(env, link.ledger).resetLink(link.linkId, NOON, askedAtMs);
    const gate = gateFor(env, link);
    await gate.restart(askedAtMs);
    expect(await gate.used(1)).toBe(0);
    // The Ledger's total is read again for a while, and has none of the clicks of before.
    expect(await admitted(10, asked(link, 3), Date.now() + 2 * LOOK_INTERVAL_MS)).toBe(3);
    await gate.restart(askedAtMs);
    expect(await admitted(1, asked(link, 3))).toBe(0);
  });

  it("begins at zero where the gate has counted none yet, or for an older limit", async ({
    expect,
  }) => {
    const [fresh, older] = [freshLink(), freshLink()];
    for (const { ledger, linkId } of [fresh, older]) {
      await ledgerFor(env, ledger).ingest([batch([click({ linkId }), click({ linkId })])]);
    }
    expect(await admitted(5, asked(older, 3))).toBe(1);
    for (const link of [fresh, older]) {
      const askedAtMs = Date.now();
      await ledgerFor(env, link.ledger).resetLink(link.linkId, NOON, askedAtMs);
      await gateFor(env, link).restart(askedAtMs);
    }
    expect(await admitted(5, asked(fresh, 3))).toBe(3);
    expect(await admitted(5, asked(older, 3, 2))).toBe(3);
  });

  it("does not take over a total that was asked for before", async ({ expect }) => {
    const link = freshLink();
    await ledgerFor(env, link.ledger).ingest([batch([click({ linkId: link.linkId })])]);
    const gate = gateFor(env, link);
    const first = gate.admit(asked(link, 1), Date.now());
    const askedAtMs = Date.now();
    await ledgerFor(env, link.ledger).resetLink(link.linkId, NOON, askedAtMs);
    await gate.restart(askedAtMs);
    const passed = Number((await first).admitted) + (await admitted(3, asked(link, 1)));
    expect(passed).toBe(1);
  });
});
