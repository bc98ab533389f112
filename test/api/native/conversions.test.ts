import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { ledgerFor } from "../../../src/ledger/stub.ts";
import { dateAt } from "../../ledger/sample-clicks.ts";
import { type Account, newAccount } from "../../support/account.ts";
import { callApi } from "../../support/api.ts";
import { ADA, clickOf, newGoal, report } from "../../support/goals.ts";
import { insertLink } from "../../support/link-rows.ts";
import { arrived, newSubscriber, payloadOf } from "../../webhooks/client.ts";

interface WireConversion extends Readonly<Record<string, unknown>> {
  readonly id: number;
}

const send = (by: Account, method: string, path: string) =>
  callApi(path, { method, headers: by.bySession });

async function list(by: Account, query = ""): Promise<WireConversion[]> {
  const response = await send(by, "GET", `/api/conversions${query}`);
  if (response.status !== 200) throw new Error(await response.text());
  return response.json();
}

const ordersOf = (conversions: readonly WireConversion[]) =>
  conversions.map(({ orderId }) => orderId);

async function convertedOf({ workspace }: Account, linkId: number): Promise<number> {
  const today = dateAt(Date.now());
  const range = { from: today, to: today };
  const { conversions } = await ledgerFor(env, workspace.ledger).conversionReport(range);
  return conversions.find((one) => one.linkId === linkId)?.conversions ?? 0;
}

describe("the conversions of a workspace", () => {
  it("are listed newest first, with their goal, link and click", async ({ expect }) => {
    const ada = await newAccount();
    const goal = await newGoal(ada);
    const link = await insertLink({}, ada.workspace.id);
    const clickId = await clickOf(ada, ADA, { linkId: link.id });
    await report(goal, { ...ADA, value: "19.99", currency: "EUR", order_id: "A" });
    await report(goal, { order_id: "B" });
    const [second, first] = await list(ada);
    expect(ordersOf([second, first].flatMap((one) => one ?? []))).toEqual(["B", "A"]);
    expect(first).toEqual({
      id: 1,
      goal: { id: goal.id, name: "Purchase" },
      orderId: "A",
      value: 19.99,
      currency: "EUR",
      linkId: link.uuid,
      clickId,
      variant: null,
      clickedAt: expect.stringMatching(/Z$/),
      convertedAt: expect.stringMatching(/Z$/),
      refundedAt: null,
    });
    expect(second).toMatchObject({ linkId: null, clickId: null, clickedAt: null });
  });

  it("are found by goal, link and time, page by page", async ({ expect }) => {
    const ada = await newAccount();
    const [one, other] = [await newGoal(ada), await newGoal(ada)];
    const link = await insertLink({}, ada.workspace.id);
    await clickOf(ada, ADA, { linkId: link.id });
    await report(one, { ...ADA, order_id: "1" });
    for (const order of ["2", "3"]) await report(other, { order_id: order });
    await report(one, { order_id: "4" });
    expect(ordersOf(await list(ada, `?goal=${one.id}`))).toEqual(["4", "1"]);
    expect(ordersOf(await list(ada, `?link=${link.uuid}`))).toEqual(["1"]);
    expect(ordersOf(await list(ada, `?link=${link.uuid}&goal=${other.id}`))).toEqual([]);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    expect(await list(ada, `?from=${tomorrow}`)).toEqual([]);
    expect(await list(ada, `?to=${tomorrow}&from=2020-01-01`)).toHaveLength(4);

    const seen: unknown[] = [];
    let path: string | undefined = "/api/conversions?limit=3";
    for (let pages = 0; path !== undefined && pages < 5; pages++) {
      const page = await send(ada, "GET", path);
      seen.push(...ordersOf(await page.json()));
      path = /<([^>]+)>; rel="next"/.exec(page.headers.get("Link") ?? "")?.[1];
    }
    expect(seen).toEqual(["4", "3", "2", "1"]);
    for (const query of ["?limit=0", "?limit=1001", "?cursor=x", "?goal=1", "?from=soon"]) {
      expect((await send(ada, "GET", `/api/conversions${query}`)).status, query).toBe(400);
    }
    const unknown = crypto.randomUUID();
    expect((await send(ada, "GET", `/api/conversions?goal=${unknown}`)).status).toBe(404);
  });

  it("are refunded once, which webhooks are told, and stay counted", async ({ expect }) => {
    const { account, box, link } = await newSubscriber({ events: ["conversion.refunded"] });
    const goal = await newGoal(account);
    const { id } = await link();
    const linkId = await env.DB.prepare("select id from links where uuid = ?")
      .bind(id)
      .first<number>("id");
    await clickOf(account, ADA, { linkId: linkId ?? 0 });
    await report(goal, { ...ADA, value: 20, currency: "USD", order_id: "R-1" });
    const refunded = await send(account, "POST", "/api/conversions/1/refund");
    expect(refunded.status).toBe(200);
    expect(await refunded.json()).toMatchObject({
      orderId: "R-1",
      refundedAt: expect.stringMatching(/Z$/),
    });
    const again = await send(account, "POST", "/api/conversions/1/refund");
    expect([again.status, (await again.json<{ code: string }>()).code]).toEqual([
      409,
      "ALREADY_REFUNDED",
    ]);
    const [payload, ...others] = (await arrived(box)).map(payloadOf);
    expect(others).toEqual([]);
    expect(payload).toMatchObject({
      event: "conversion.refunded",
      data: {
        link: { id: linkId, uuid: id, destination_url: "https://example.com" },
        conversion: { id: 1, order_id: "R-1", value: 20, goal: { id: goal.id } },
        refund: { value: 20, currency: "USD", refunded_at: payload?.timestamp },
      },
    });
    expect(await convertedOf(account, linkId ?? 0)).toBe(1);
    // The order is known as ever.
    expect((await report(goal, { order_id: "R-1" })).status).toBe(409);
  });

  it("are deleted with their count, and no id is used again", async ({ expect }) => {
    const ada = await newAccount();
    const goal = await newGoal(ada);
    const link = await insertLink({}, ada.workspace.id);
    await clickOf(ada, ADA, { linkId: link.id });
    await report(goal, { ...ADA, order_id: "D-1" });
    expect(await convertedOf(ada, link.id)).toBe(1);
    const deleted = await send(ada, "DELETE", "/api/conversions/1");
    expect(await deleted.json()).toEqual({ success: true, id: 1 });
    expect(await list(ada)).toEqual([]);
    expect(await convertedOf(ada, link.id)).toBe(0);
    for (const [method, path] of [
      ["DELETE", "/api/conversions/1"],
      ["POST", "/api/conversions/1/refund"],
      ["DELETE", "/api/conversions/x"],
    ] as const) {
      expect((await send(ada, method, path)).status).toBe(404);
    }
    expect((await report(goal, { ...ADA, order_id: "D-1" })).status).toBe(200);
    expect((await list(ada)).map(({ id }) => id)).toEqual([2]);
  });
});
