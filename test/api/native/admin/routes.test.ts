import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { isSecret } from "../../../../src/accounts/operator.ts";
import { replayDeadLetter } from "../../../../src/upkeep/dead-letters.ts";
import { newAccount } from "../../../support/account.ts";
import { callApi, jsonOf } from "../../../support/api.ts";
import { envWith } from "../../../support/faults.ts";
import { ADMIN_TOKEN, OPERATOR } from "../../../support/operator.ts";

describe("the operator", () => {
  it("is authenticated only by the whole ADMIN_TOKEN", async ({ expect }) => {
    expect(await isSecret("secret", "secret")).toBe(true);
    for (const given of [null, "", "secre", "secret ", "secrets", "SECRET"]) {
      expect(await isSecret(given, "secret")).toBe(false);
    }
  });

  it("cannot sign in if ADMIN_TOKEN is empty", async ({ expect }) => {
    expect(await isSecret("", "")).toBe(false);
  });

  it("is guessed at ten times a minute from one address, and then not even rightly", async ({
    expect,
  }) => {
    const at = (address: string, token: string) =>
      callApi("/api/admin/dead-letters", {
        headers: { Authorization: `Bearer ${token}`, "CF-Connecting-IP": address },
      });
    const [guesser, other] = ["2001:db8:77:1::", "2001:db8:77:2::1"];
    const guesses = Array.from({ length: 12 }, (_, n) => at(`${guesser}${n + 1}`, `guess-${n}`));
    for (const { status } of await Promise.all(guesses)) expect([401, 429]).toContain(status);
    for (const token of ["guess", ADMIN_TOKEN]) {
      const refused = await at(`${guesser}99`, token);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
    }
    expect((await at(other, ADMIN_TOKEN)).status).toBe(200);
    for (let n = 0; n < 20; n += 1) await at(other, ADMIN_TOKEN);
    expect((await at(other, "guess")).status).toBe(401);
  });

  it("puts a workspace on a plan", async ({ expect }) => {
    const account = await newAccount();
    const path = `/api/admin/workspaces/${account.workspace.uuid}/plan`;
    const response = await callApi(path, jsonOf("PUT", { plan: "free" }, OPERATOR));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ id: account.workspace.uuid, plan: "free" });
    const me = await callApi("/api/me", { headers: account.bySession });
    expect(await me.json()).toMatchObject({ workspace: { plan: "free" } });
  });

  it("refuses unknown plans and unknown workspaces", async ({ expect }) => {
    const account = await newAccount();
    const path = `/api/admin/workspaces/${account.workspace.uuid}/plan`;
    const unknown = await callApi(path, jsonOf("PUT", { plan: "gold" }, OPERATOR));
    expect(unknown.status).toBe(400);
    for (const id of [crypto.randomUUID(), "1"]) {
      const nowhere = `/api/admin/workspaces/${id}/plan`;
      const response = await callApi(nowhere, jsonOf("PUT", { plan: "pro" }, OPERATOR));
      expect(response.status).toBe(404);
    }
  });
});

describe("dead letters", () => {
  const keep = async (queue: string, body: unknown) => {
    const id = await env.DB.prepare(
      "insert into dead_letters (queue, message_id, body, created_at_ms) values (?, ?, ?, ?) returning id",
    )
      .bind(queue, crypto.randomUUID(), JSON.stringify(body), Date.parse("2026-05-04T10:00:00Z"))
      .first<number>("id");
    return id ?? 0;
  };
  const list = (query = "") => callApi(`/api/admin/dead-letters${query}`, { headers: OPERATOR });
  const replay = (id: number | string) =>
    callApi(`/api/admin/dead-letters/${id}/replay`, { method: "POST", headers: OPERATOR });

  it("dead letters are listed from the newest, page by page", async ({ expect }) => {
    const ids = [await keep("webhooks-dead", 1), await keep("clicks-dead", 2)];
    const response = await list("?limit=1");
    expect(await response.json()).toEqual([
      {
        id: ids[1],
        queue: "clicks-dead",
        messageId: expect.any(String),
        body: "2",
        createdAt: "2026-05-04T10:00:00.000Z",
      },
    ]);
    const next = /^<(.+)>; rel="next"$/.exec(response.headers.get("Link") ?? "")?.[1] ?? "";
    const following = await callApi(next, { headers: OPERATOR });
    expect(await following.json()).toEqual([expect.objectContaining({ id: ids[0] })]);
    expect((await list("?limit=0")).status).toBe(400);
  });

  it.for(["clicks-dead", "acme-clicks-dead", "acme-clicks"])(
    "a replayed dead letter of %s is counted once, and forgotten",
    async (queue, { expect }) => {
      const message = { v: 1, id: `${Date.now().toString(36)}-replayed`, clicks: [], lost: {} };
      const id = await keep(queue, message);
      const response = await replay(id);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ id, replayed: true });
      expect((await replay(id)).status).toBe(404);
    },
  );

  it.for([
    ["webhooks-dead", "WEBHOOKS"],
    ["acme-webhooks-dead", "WEBHOOKS"],
    ["acme-webhooks-slow", "WEBHOOKS_SLOW"],
  ] as const)("a dead letter of %s is sent to %s again", async ([queue, binding], { expect }) => {
    const message = { v: 1, webhookId: 0, eventId: "gone" };
    const id = await keep(queue, message);
    const sent: unknown[] = [];
    const send = async (body: unknown) => void sent.push(body);
    const environment = envWith({ [binding]: { send } as unknown as Queue });
    expect(await replayDeadLetter(environment, id)).toEqual({ ok: true, value: null });
    expect(sent).toEqual([message]);
  });

  it("a dead letter of a foreign queue stays", async ({ expect }) => {
    const id = await keep("orders", { v: 1 });
    expect((await replay(id)).status).toBe(400);
    expect((await replay(id)).status).toBe(400);
  });

  it("a dead letter that cannot be read stays", async ({ expect }) => {
    const id = await keep("clicks-dead", { v: 99 });
    expect((await replay(id)).status).toBe(400);
    expect(await (await list()).json()).toContainEqual(expect.objectContaining({ id }));
  });

  it.for(["0", "-1", "1.5", "x", "999999"])(
    "a dead letter's id cannot be %s",
    async (id, { expect }) => {
      expect((await replay(id)).status).toBe(404);
    },
  );
});
