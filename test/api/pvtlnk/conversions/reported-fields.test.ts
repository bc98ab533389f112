import { describe, it } from "vitest";

import { newAccount } from "../../../support/account.ts";
import { callApi, jsonOf } from "../../../support/api.ts";
import { ADA, clickOf, newGoal } from "../../../support/goals.ts";

const FORM = "application/x-www-form-urlencoded";

async function shop() {
  const account = await newAccount();
  const { token } = await newGoal(account);
  const send = async (query: string, init: RequestInit = { method: "POST" }) => {
    const response = await callApi(`/api/conversions/track/${token}${query}`, init);
    return [response.status, await response.json<Record<string, unknown>>()] as const;
  };
  return { account, send };
}

describe("a report of a conversion", () => {
  it.for([
    ["in the query", "?value=7&order_id=A", undefined],
    ["in the query beside a form that lacks it", "?value=7", { order_id: "A", value: "" }],
    [
      "in the body, which counts before the query",
      "?value=8&order_id=B",
      { value: 7, order_id: "A" },
    ],
    ["by other usual names in the query", "?amount=7&transaction_id=A&fbclid=x", undefined],
    ["by other usual names in the body", "", { amount: "7", orderId: "A" }],
    ["inside of `conversion`", "", { conversion: { value: 7, order_id: "A" } }],
  ] as const)("is read %s, and counted once", async ([, query, fields], { expect }) => {
    const { send } = await shop();
    const init = fields === undefined ? { method: "POST" } : jsonOf("POST", fields);
    expect(await send(query, init)).toMatchObject([200, { value: 7 }]);
    expect((await send(query, init))[0]).toBe(409);
  });

  it("names its click in the query, or in the query beside a form", async ({ expect }) => {
    const { account, send } = await shop();
    const id = await clickOf(account, ADA);
    expect(await send(`?click_id=${id}`)).toMatchObject([200, { attributed: true }]);
    expect(await send(`?clickid=${id}`)).toMatchObject([200, { attributed: true }]);
    const form = { method: "POST", headers: { "Content-Type": FORM }, body: "value=3&click_id=" };
    expect(await send(`?click_id=${id}`, form)).toMatchObject([
      200,
      { attributed: true, value: 3 },
    ]);
  });

  it.for(["?value=seven", "?currency=QQQ", `?order_id=${"x".repeat(256)}`])(
    "with a wrong field in the query is refused: %s",
    async (query, { expect }) => {
      const { send } = await shop();
      expect((await send(query))[0]).toBe(422);
    },
  );

  it.for([
    ['{"order_id":9007199254740992}', "Order id"],
    ['{"order_id":9007199254740993}', "Order id"],
    ['{"order_id":12345678901234567890123}', "Order id"],
    ['{"order_id":-9007199254740993}', "Order id"],
    ['{"order_id":10.10}', "Order id"],
    ['{"click_id":9007199254740993}', "Click id"],
  ] as const)("is refused an identity that is not exact: %s", async ([body, field], { expect }) => {
    const { send } = await shop();
    const headers = { "Content-Type": "application/json" };
    const errors = [`${field} is invalid: send it as a text, since it is not exact as a number`];
    expect(await send("", { method: "POST", headers, body })).toMatchObject([422, { errors }]);
  });

  it("keeps orders apart whose ids are exact", async ({ expect }) => {
    const { send } = await shop();
    for (const order of [
      9007199254740991,
      9007199254740990,
      "9007199254740992",
      "9007199254740993",
    ]) {
      expect((await send("", jsonOf("POST", { order_id: order })))[0]).toBe(200);
    }
    expect((await send("?order_id=9007199254740993"))[0]).toBe(409);
    expect((await send("?order_id=9007199254740991"))[0]).toBe(409);
  });
});
