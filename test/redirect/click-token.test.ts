import { env, exports } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { createGoal, deleteGoal, updateGoal } from "../../src/conversions/change-goals.ts";
import type { NewGoal } from "../../src/conversions/goal.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import { publish } from "../../src/links/route/publish.ts";
import { upkeepFor } from "../../src/upkeep/upkeep.ts";
import { newAccount } from "../support/account.ts";
import { BROWSER, follow, recordingRedirect } from "../support/following.ts";
import { insertLink } from "../support/link-rows.ts";

const GOAL: NewGoal = {
  name: "Order",
  value: 10,
  currency: "EUR",
  clickIdParam: "cid",
  isActive: true,
  maxValue: null,
  serverOnly: false,
  clickTokensOnly: false,
};

async function markedWorkspace() {
  const { workspace } = await newAccount();
  return { workspace, context: { env, workspace, nowMs: Date.now() } };
}

const asBrowser = { headers: { "User-Agent": BROWSER, "CF-Connecting-IP": "203.0.113.77" } };

describe("a goal with a click parameter", () => {
  it("adds a token to each visitor's destination, and the same one to the click", async ({
    expect,
  }) => {
    const { workspace, context } = await markedWorkspace();
    await createGoal(context, GOAL);
    const { code } = await insertLink(
      { destination_url: "https://example.com/?a=1" },
      workspace.id,
    );
    const { redirect, clicks } = recordingRedirect();
    const seen: (string | null)[] = [];
    for (let n = 0; n < 2; n += 1) {
      const response = await follow(redirect, `/${code}`, asBrowser);
      const to = new URL(response.headers.get("Location") ?? "");
      expect(to.searchParams.get("a")).toBe("1");
      seen.push(to.searchParams.get("cid"));
    }
    expect(new Set(seen).size).toBe(2);
    expect(clicks.map(({ token }) => token)).toEqual(seen);
  });

  it.for([
    ["https://example.com/?path/to/page", "?path/to/page&"],
    ["https://example.com/x?wsdl", "?wsdl&"],
    [
      "https://example.com/x?param[1]=foo&url=https://e.test/",
      "?param[1]=foo&url=https://e.test/&",
    ],
    ["https://example.com/x?sig=a%20b+c&q=%E9&e=", "?sig=a%20b+c&q=%E9&e=&"],
  ] as const)("keeps every byte of the query of %s", async ([destination, query], { expect }) => {
    const { workspace, context } = await markedWorkspace();
    await createGoal(context, GOAL);
    const { code } = await insertLink(
      {
        destination_url: destination,
        forward_query: 1,
        utm_params: JSON.stringify({ utm_source: "nl" }),
      },
      workspace.id,
    );
    const { redirect, clicks } = recordingRedirect();
    const sent = "?ref=a%20b&flag&caf%E9=1&qr=table-5";
    const response = await follow(redirect, `/${code}${sent}`, asBrowser);
    const added = `utm_source=nl&${sent.slice(1)}&cid=${clicks[0]?.token}`;
    const location = response.headers.get("Location");
    expect(location?.slice(location.indexOf("?"))).toBe(query + added);
  });

  it("marks no opted-out visitor, no prefetch, and no destination with its own value", async ({
    expect,
  }) => {
    const { workspace, context } = await markedWorkspace();
    await createGoal(context, GOAL);
    const plain = await insertLink({}, workspace.id);
    const own = await insertLink(
      { destination_url: "https://example.com/?cid=mine" },
      workspace.id,
    );
    const { redirect, clicks } = recordingRedirect();
    const untouched = [
      await follow(redirect, `/${plain.code}`, { headers: { "Sec-GPC": "1" } }),
      await follow(redirect, `/${plain.code}`, { headers: { "Sec-Purpose": "prefetch" } }),
      await follow(redirect, `/${plain.code}`, { method: "HEAD" }),
      await follow(redirect, `/${own.code}`, asBrowser),
    ].map((response) => response.headers.get("Location"));
    expect(untouched.slice(0, 3)).toEqual(Array(3).fill("https://example.com/landing"));
    expect(untouched[3]).toBe("https://example.com/?cid=mine");
    expect(clicks.map(({ token }) => token)).toEqual([null, null, null, null]);
  });

  it("updates links in KV when it is created, changed, paused and deleted", async ({ expect }) => {
    const { workspace, context } = await markedWorkspace();
    const link = await insertLink({}, workspace.id);
    await publish(env, link);
    const parameters = async () => {
      await upkeepFor(env).sweep(Date.now() + 10_000);
      const response = await follow(recordingRedirect().redirect, `/${link.code}`, asBrowser);
      return [...new URL(response.headers.get("Location") ?? "").searchParams.keys()];
    };
    expect(await parameters()).toEqual([]);
    const created = await createGoal(context, GOAL);
    const uuid = created.ok ? created.value.uuid : "";
    expect(await parameters()).toEqual(["cid"]);
    await updateGoal(context, uuid, { clickIdParam: "ref" });
    expect(await parameters()).toEqual(["ref"]);
    await updateGoal(context, uuid, { isActive: false });
    expect(await parameters()).toEqual([]);
    await updateGoal(context, uuid, { isActive: true });
    expect(await parameters()).toEqual(["ref"]);
    await deleteGoal(context, uuid);
    expect(await parameters()).toEqual([]);
  });

  it("attributes its postback by the token in the destination", async ({ expect }) => {
    const { workspace, context } = await markedWorkspace();
    const created = await createGoal(context, GOAL);
    if (!created.ok) throw new Error("The goal was refused.");
    const { code } = await insertLink({}, workspace.id);
    const followed = await exports.default.fetch(`https://sign.test/${code}`, {
      ...asBrowser,
      redirect: "manual",
    });
    const token = new URL(followed.headers.get("Location") ?? "").searchParams.get("cid");
    await vi.waitFor(
      async () => expect((await ledgerFor(env, workspace.ledger).totals()).clicks).toBe(1),
      { timeout: 10_000 },
    );
    const answer = await exports.default.fetch(
      `https://sign.test/api/conversions/track/${created.value.token}`,
      {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ click_id: token, order_id: "order-1" }),
      },
    );
    expect(await answer.json()).toMatchObject({ success: true, attributed: true });
  });
});
