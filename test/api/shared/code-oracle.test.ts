/** No API tells which codes other workspaces have, beyond what a person may look at. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { LOOKS_A_MINUTE } from "../../../src/codes/looks.ts";
import { type Account, newAccount } from "../../support/account.ts";
import { newCode, newNativeClient } from "../../support/native.ts";
import { newPvtlnkClient } from "../../support/pvtlnk.ts";
import { newRevolinkClient } from "../../support/revolink.ts";

const NOW = Date.parse("2026-05-04T10:00:00Z");
const clock = () => NOW;

async function foreignCode(): Promise<string> {
  const { shortCode } = await (await newNativeClient()).link({ shortCode: newCode() });
  return shortCode;
}

async function clientsOf(account: Account) {
  const options = { account, clock };
  return {
    native: await newNativeClient(options),
    pvtlnk: await newPvtlnkClient(options),
    revolink: await newRevolinkClient(options),
  };
}

async function looksOf({ userId }: Account): Promise<number> {
  const looks = await env.DB.prepare("select looks from code_looks where user_id = ?")
    .bind(userId)
    .first<number>("looks");
  return looks ?? 0;
}

async function exhaust({ userId }: Account): Promise<void> {
  await env.DB.prepare(
    "insert or replace into code_looks (user_id, looks, since_ms) values (?, ?, ?)",
  )
    .bind(userId, LOOKS_A_MINUTE, NOW)
    .run();
}

describe("what is refused for another reason", () => {
  it("does not tell whether another workspace has the code", async ({ expect }) => {
    const account = await newAccount();
    const { native, pvtlnk, revolink } = await clientsOf(account);
    const codes = [await foreignCode(), newCode()];
    const answers = await Promise.all(
      codes.map(async (code) => {
        const csv = `destination_url,short_code\nx,${code}`;
        const name = "L";
        const rules = [{ targetUrl: "javascript:1", isDefault: true }];
        const said = [
          await native.call("POST", "/api/links", { destinationUrl: "x", shortCode: code }),
          await native.call("POST", "/api/links/bulk", {
            links: [{ destinationUrl: "x", shortCode: code }],
          }),
          await native.call("POST", "/api/links/import", { csv }),
          await pvtlnk.call("POST", "/links", {
            link: { destination_url: "", short_code: code },
          }),
          await pvtlnk.call("POST", "/links", {
            link: { destination_url: "https://sign.test/x", short_code: code },
          }),
          await pvtlnk.call("POST", "/links/bulk_import", { csv }),
          await revolink.call("POST", "/apiv1/link/create", { name, rules, slug: code }),
          await revolink.call("POST", "/apiv1/links/bulk-create", {
            links: [{ name, rules, slug: code }],
          }),
        ];
        return said.map(({ status, text }) => [status, text.replaceAll(code, "CODE")]);
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(JSON.stringify(answers)).not.toMatch(/taken/);
    expect(await looksOf(account)).toBe(0);
  });

  it("tells that the workspace itself has the code, as PVTLNK's page shows", async ({ expect }) => {
    const { pvtlnk } = await clientsOf(await newAccount());
    const code = newCode();
    await pvtlnk.link({ short_code: code });
    const errors = ["Destination url can't be blank", "Short code has already been taken"];
    const link = { destination_url: "", short_code: code };
    expect((await pvtlnk.call("POST", "/links", { link })).body["errors"]).toEqual(errors);
    const csv = `destination_url,short_code\n,${code}`;
    const imported = await pvtlnk.call("POST", "/links/bulk_import", { csv });
    expect(imported.body["errors"]).toEqual([{ row: 2, errors }]);
  });
});

describe("a person who may look at no more codes", () => {
  it("is refused by every API in its shape, for a free code and a taken one", async ({
    expect,
  }) => {
    const account = await newAccount();
    const { native, pvtlnk, revolink } = await clientsOf(account);
    const { id } = await native.link();
    const { id: number } = await pvtlnk.link();
    const linkId = await revolink.link();
    await exhaust(account);
    const rules = [{ targetUrl: "https://example.com", isDefault: true }];
    const destinationUrl = "https://example.com";
    const nativeBody = {
      code: "RATE_LIMIT_EXCEEDED",
      message: "Too many requests. Try again in 60 seconds.",
    };
    const pvtlnkBody = {
      success: false,
      error: "Too many requests. Try again in 60 seconds",
    };
    const revolinkBody = { error: "Too many requests. Try again in 60 seconds." };
    for (const code of [newCode(), await foreignCode()]) {
      const csv = `destination_url,short_code\n${destinationUrl},${code}`;
      const fields = { destinationUrl, shortCode: code };
      const link = { destination_url: destinationUrl, short_code: code };
      const answers = [
        [await native.call("GET", `/api/links/check/${code}`), nativeBody],
        [await native.call("POST", "/api/links", fields), nativeBody],
        [await native.call("PATCH", `/api/links/${id}`, { shortCode: code }), nativeBody],
        [await native.call("POST", "/api/links/bulk", { links: [fields] }), nativeBody],
        [await native.call("POST", "/api/links/import", { csv }), nativeBody],
        [await pvtlnk.call("POST", "/links", { link }), pvtlnkBody],
        [
          await pvtlnk.call("PATCH", `/links/${number}`, { link: { short_code: code } }),
          pvtlnkBody,
        ],
        [await pvtlnk.call("POST", "/links/bulk_import", { csv }), pvtlnkBody],
        [
          await revolink.call("POST", "/apiv1/link/create", { name: "L", rules, slug: code }),
          revolinkBody,
        ],
        [await revolink.call("PUT", "/apiv1/link/update", { linkId, slug: code }), revolinkBody],
        [
          await revolink.call("POST", "/apiv1/links/bulk-create", {
            links: [{ name: "L", rules, slug: code }],
          }),
          revolinkBody,
        ],
      ] as const;
      for (const [{ status, headers, body }, wanted] of answers) {
        expect({ status, body, after: headers.get("Retry-After") }).toEqual({
          status: 429,
          body: wanted,
          after: "60",
        });
      }
    }
    expect((await native.call("POST", "/api/links", { destinationUrl })).status).toBe(201);
    expect(await looksOf(account)).toBe(LOOKS_A_MINUTE);
  });

  it("has looked as often through one API as through all of them", async ({ expect }) => {
    const account = await newAccount();
    const { native, pvtlnk, revolink } = await clientsOf(account);
    const rules = [{ targetUrl: "https://example.com", isDefault: true }];
    for (let n = 0; n < LOOKS_A_MINUTE - 4; n += 1) {
      await native.call("GET", `/api/links/check/${newCode()}`);
    }
    const code = await foreignCode();
    const csv = `destination_url,short_code\nhttps://example.com,${code}`;
    const link = { destination_url: "https://example.com", short_code: code };
    expect((await native.call("POST", "/api/links/import", { csv })).status).toBe(200);
    expect((await pvtlnk.call("POST", "/links", { link })).status).toBe(422);
    const slug = { name: "L", rules, slug: code };
    expect((await revolink.call("POST", "/apiv1/link/create", slug)).status).toBe(409);
    expect(
      (await revolink.call("POST", "/apiv1/links/bulk-create", { links: [slug] })).status,
    ).toBe(200);
    expect((await pvtlnk.call("POST", "/links", { link })).status).toBe(429);
  });
});
