import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, it } from "vitest";

import app from "../../src/api/app.ts";
import { databaseOf } from "../../src/db/database.ts";
import { DAY_MS } from "../../src/platform/clock.ts";
import { usage } from "../../src/platform/hash-turns.ts";
import { invitationStore } from "../../src/workspaces/invitations.ts";
import { membershipIn } from "../../src/workspaces/memberships.ts";
import { callApi, jsonOf, ORIGIN } from "../support/api.ts";
import { ADMIN_TOKEN } from "../support/operator.ts";

let lastAddress = 0;

const SETUP_TOKEN = "a-setup-token-of-forty-three-characters-0123";

interface Proof {
  readonly setupToken?: string;
  readonly invitation?: string;
  readonly bearer?: string;
  readonly address?: string;
}

async function signUp(
  signups: "open" | "first" | "closed",
  email: string,
  { setupToken, invitation, bearer, address = `192.0.2.${++lastAddress}` }: Proof = {
    setupToken: SETUP_TOKEN,
  },
  secrets: Partial<Cloudflare.Env> = { SETUP_TOKEN },
): Promise<Response> {
  const ctx = createExecutionContext();
  const body = { name: "Ada", email, password: "correct horse", setupToken, invitation };
  const headers = {
    "CF-Connecting-IP": address,
    ...(bearer !== undefined && { Authorization: `Bearer ${bearer}` }),
  };
  const request = new Request(`${ORIGIN}/api/auth/sign-up/email`, jsonOf("POST", body, headers));
  const response = await app.fetch(request, { ...env, SIGNUPS: signups, ...secrets }, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}

describe("SIGNUPS", () => {
  beforeEach(async () => {
    await env.DB.prepare("delete from users").run();
  });

  it("allows every sign-up while it is open", async ({ expect }) => {
    expect((await signUp("open", "one@example.com")).status).toBe(200);
    expect((await signUp("open", "two@example.com")).status).toBe(200);
  });

  it("allows no sign-up while it is closed", async ({ expect }) => {
    const response = await signUp("closed", "one@example.com");
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({ code: "FORBIDDEN", message: expect.any(String) });
  });

  it("allows only the first account under `first`", async ({ expect }) => {
    expect((await signUp("first", "one@example.com")).status).toBe(200);
    const second = await signUp("first", "two@example.com");
    expect(second.status).toBe(403);
    expect(await second.json()).toEqual({ code: "FORBIDDEN", message: expect.any(String) });
  });

  it("gives a new installation to nobody who merely comes first", async ({ expect }) => {
    const before = usage.hashes;
    for (const proof of [
      {},
      { setupToken: "" },
      { setupToken: "a guess" },
      { bearer: "a guess" },
    ]) {
      const refused = await signUp("first", "mallory@example.com", proof);
      expect(refused.status).toBe(403);
      expect(await refused.json()).toMatchObject({ code: "SETUP_REQUIRED" });
    }
    expect(usage.hashes).toBe(before);
    expect(await env.DB.prepare("select count(*) from users").first("count(*)")).toBe(0);
  });

  it("without a setup token lets only the operator begin", async ({ expect }) => {
    const none = { SETUP_TOKEN: undefined } as unknown as Partial<Cloudflare.Env>;
    for (const setupToken of ["", "undefined"]) {
      const refused = await signUp("first", "mallory@example.com", { setupToken }, none);
      expect(refused.status).toBe(403);
    }
    const bearer = ADMIN_TOKEN;
    expect((await signUp("first", "one@example.com", { bearer }, none)).status).toBe(200);
  });

  it("begins with SIGNPOST_SECRET too, all that a person knows who deployed by a button", async ({
    expect,
  }) => {
    const none = { SETUP_TOKEN: undefined } as unknown as Partial<Cloudflare.Env>;
    const setupToken = ` ${env.SIGNPOST_SECRET}\n`;
    expect((await signUp("first", "one@example.com", { setupToken }, none)).status).toBe(200);
  });

  it("lets an address try few setup tokens", async ({ expect }) => {
    const address = "198.51.100.77";
    const statuses: number[] = [];
    for (let n = 0; n < 12; n++) {
      const guess = { setupToken: `guess ${n}`, address };
      statuses.push((await signUp("first", `m${n}@example.com`, guess)).status);
    }
    expect(statuses.filter((status) => status === 403).length).toBeLessThanOrEqual(10);
    expect(statuses.at(-1)).toBe(429);
  });

  it("counts accounts that were created while it was open", async ({ expect }) => {
    await signUp("open", "one@example.com");
    expect((await signUp("first", "two@example.com")).status).toBe(403);
  });

  it("creates one account for simultaneous first sign-ups", async ({ expect }) => {
    const responses = await Promise.all(
      ["a", "b", "c", "d"].map((name) => signUp("first", `${name}@example.com`)),
    );
    expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200, 403, 403, 403,
    ]);
    expect(await env.DB.prepare("select count(*) from users").first("count(*)")).toBe(1);
  });

  it("is not blocked by an interrupted first sign-up", async ({ expect }) => {
    const longAgo = Date.now() - 120_000;
    await env.DB.prepare(
      "insert into users (id, name, email, first_slot, created_at_ms, updated_at_ms) values ('half', 'Half', 'half@example.com', 1, ?, ?)",
    )
      .bind(longAgo, longAgo)
      .run();
    expect((await signUp("first", "whole@example.com")).status).toBe(200);
  });
});

describe("the link of an invitation", () => {
  beforeEach(async () => {
    await env.DB.prepare("delete from users").run();
  });

  const db = databaseOf(env.DB);

  /** Signs up, and returns the person's own workspace. */
  async function signUpOwner(email: string, signups: "open" | "first" = "first") {
    expectOk(await signUp(signups, email));
    const userId = await env.DB.prepare("select id from users where email = ?")
      .bind(email)
      .first<string>("id");
    const membership = await membershipIn(db, userId ?? "", null);
    if (membership === null) throw new Error("The owner has no workspace.");
    return { userId: userId ?? "", workspace: membership.workspace };
  }

  async function invite(
    { userId, workspace }: Awaited<ReturnType<typeof signUpOwner>>,
    email: string,
    nowMs = Date.now(),
  ): Promise<string> {
    const given = { email, role: "member", invitedBy: userId } as const;
    const invited = await invitationStore(db, workspace).invite(given, nowMs);
    if (!invited.ok) throw new Error(invited.error.reason);
    return invited.value.secret;
  }

  function expectOk(response: Response): void {
    if (!response.ok) throw new Error(`The sign-up answered ${response.status}.`);
  }

  it("makes the account of its address, which it then lets into the workspace", async ({
    expect,
  }) => {
    const owner = await signUpOwner("one@example.com");
    const invitation = await invite(owner, "Two@example.com");
    const made = await signUp("first", "two@example.com", { invitation });
    expect(made.status).toBe(200);
    const cookie = made.headers
      .getSetCookie()
      .map((line) => line.split(";", 1)[0])
      .join("; ");
    const path = `/api/invitations/${invitation}/accept`;
    const accepted = await callApi(path, jsonOf("POST", {}, { Cookie: cookie, Origin: ORIGIN }));
    expect(await accepted.json()).toMatchObject({ id: owner.workspace.uuid, role: "member" });
  });

  it("makes no other account, and all refusals are alike", async ({ expect }) => {
    const owner = await signUpOwner("one@example.com");
    const open = await invite(owner, "two@example.com");
    const old = await invite(owner, "three@example.com", Date.now() - 8 * DAY_MS);
    const before = usage.hashes;
    const refusals = await Promise.all([
      signUp("first", "two@example.com", {}),
      signUp("first", "two@example.com", { invitation: "unknown" }),
      signUp("first", "two@example.com", { invitation: old }),
      signUp("first", "three@example.com", { invitation: old }),
      signUp("first", "eve@example.com", { invitation: open }),
      signUp("first", "one@example.com", { invitation: open }),
      signUp("closed", "two@example.com", { invitation: open }),
    ]);
    const answers = await Promise.all(
      refusals.map(async (response) => [response.status, await response.text()]),
    );
    expect(new Set(answers.map(String)).size).toBe(1);
    expect(answers[0]?.[0]).toBe(403);
    expect(usage.hashes).toBe(before);
  });

  it("makes none for a workspace that the first account does not own", async ({ expect }) => {
    const owner = await signUpOwner("one@example.com");
    const invitation = await invite(owner, "two@example.com");
    const guest = await signUp("first", "two@example.com", { invitation });
    expect(guest.status).toBe(200);
    const { userId = "" } =
      (await env.DB.prepare("select id as userId from users where email = ?")
        .bind("two@example.com")
        .first<{ userId: string }>()) ?? {};
    const own = await membershipIn(db, userId, null);
    if (own === null) throw new Error("The guest has no workspace.");
    const onwards = await invite({ userId, workspace: own.workspace }, "three@example.com");
    const refused = await signUp("first", "three@example.com", { invitation: onwards });
    expect(refused.status).toBe(403);
  });

  it("makes one account, however often it is used at once", async ({ expect }) => {
    const owner = await signUpOwner("one@example.com");
    const invitation = await invite(owner, "two@example.com");
    const both = await Promise.all([
      signUp("first", "two@example.com", { invitation }),
      signUp("first", "two@example.com", { invitation }),
    ]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect((await signUp("first", "two@example.com", { invitation })).status).toBe(409);
  });

  it("is not needed where everybody may sign up", async ({ expect }) => {
    await signUpOwner("one@example.com", "open");
    const made = await signUp("open", "two@example.com", { invitation: "unknown" });
    expect(made.status).toBe(200);
  });
});
