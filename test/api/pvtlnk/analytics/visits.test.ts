/** What visitors get of links that PVTLNK's API has made, and what the API tells of them afterwards. */

import { describe, it } from "vitest";

import { allPublished, BROWSER, follow, recordingRedirect } from "../../../support/following.ts";
import { newPvtlnkClient, type PvtlnkClient } from "../../../support/pvtlnk.ts";

const HOUR = 3_600_000;
const HEADERS = { "User-Agent": BROWSER };

/** Clicks happen now, so the API runs on the same clock. */
async function newPresentClient(): Promise<PvtlnkClient> {
  return newPvtlnkClient({ clock: () => Date.now() });
}

interface Visit {
  readonly method?: string;
  readonly body?: URLSearchParams;
  readonly headers?: Record<string, string>;
}

/** Makes a change, and waits until it is live. */
async function change(client: PvtlnkClient, method: string, path: string, body?: unknown) {
  const answer = await client.call(method, path, body);
  await allPublished(client.account.workspace);
  return answer;
}

function visit(code: string, { headers, ...rest }: Visit = {}): Promise<Response> {
  const { redirect } = recordingRedirect();
  return follow(redirect, `/${code}`, { ...rest, headers: { ...HEADERS, ...headers } });
}

function enter(code: string, password: string, address: string): Promise<Response> {
  const body = new URLSearchParams({ password });
  return visit(code, { method: "POST", body, headers: { "CF-Connecting-IP": address } });
}

function inHours(hours: number): string {
  return new Date(Date.now() + hours * HOUR).toISOString();
}

describe("a link that PVTLNK's API made", () => {
  it("adds its UTM parameters to those that the destination has", async ({ expect }) => {
    const client = await newPresentClient();
    const { short_code } = await client.link({
      destination_url: "https://example.com/a?utm_source=own",
      utm_params: { utm_source: "newsletter", utm_medium: "e mail" },
    });
    const response = await visit(short_code);
    expect(response.status).toBe(302);
    expect(response.headers.get("Location")).toBe(
      "https://example.com/a?utm_source=own&utm_medium=e+mail",
    );
  });

  it("asks for its password, and for the new one once it is changed", async ({ expect }) => {
    const client = await newPresentClient();
    const { id, short_code } = await client.link({}, "first");
    expect((await visit(short_code)).status).toBe(401);
    expect((await enter(short_code, "second", "198.51.100.1")).status).not.toBe(303);
    const passed = await enter(short_code, "first", "198.51.100.2");
    expect(passed.headers.get("Location")).toBe("https://example.com/");
    const cookie = (passed.headers.get("Set-Cookie") ?? "").split(";", 1)[0] ?? "";
    const withCookie = () => visit(short_code, { headers: { Cookie: cookie } });
    expect((await withCookie()).headers.get("Location")).toBe("https://example.com/");
    await change(client, "PATCH", `/links/${id}`, { link: {}, password: "second" });
    expect((await withCookie()).status).toBe(401);
    const again = await enter(short_code, "second", "198.51.100.3");
    expect(again.headers.get("Location")).toBe("https://example.com/");
    await change(client, "PATCH", `/links/${id}`, { link: {}, password: null });
    expect((await visit(short_code)).status).toBe(302);
  });

  it("keeps to its schedule, its expiry and its archive", async ({ expect }) => {
    const client = await newPresentClient();
    const statusOf = async (fields: Record<string, unknown>) =>
      (await visit((await client.link(fields)).short_code)).status;
    expect(await statusOf({ scheduled_start_at: inHours(1) })).toBe(404);
    expect(await statusOf({ scheduled_start_at: inHours(-1) })).toBe(302);
    expect(await statusOf({ scheduled_end_at: inHours(-1) })).toBe(410);
    expect(await statusOf({ expires: true, expires_at: inHours(-1) })).toBe(410);
    expect(await statusOf({ expires: false, expires_at: inHours(-1) })).toBe(302);
    expect(await statusOf({ active: false })).toBe(410);
    const { id, short_code } = await client.link();
    await change(client, "DELETE", `/links/${id}`);
    expect((await visit(short_code)).status).toBe(410);
  });

  it("splits its visitors by weight, and sends all to its own destination if no variant is active", async ({
    expect,
  }) => {
    const client = await newPresentClient();
    const { id, short_code } = await client.link();
    const path = `/links/${id}/variants`;
    const add = (name: string, weight: number) =>
      change(client, "POST", path, {
        variant: { name, destination_url: `https://${name}.example.com`, weight },
      });
    await add("none", 0);
    const all = await add("all", 30);
    for (let n = 0; n < 5; n += 1) {
      const { headers } = await visit(short_code);
      expect(headers.get("Location")).toBe("https://all.example.com/");
    }
    const variant = all.body["variant"] as { readonly id: number };
    await change(client, "PATCH", `${path}/${variant.id}`, { variant: { active: false } });
    const listed = await client.call("GET", path);
    const [none] = listed.body["variants"] as { readonly id: number }[];
    await change(client, "PATCH", `${path}/${none?.id}`, { variant: { active: false } });
    expect((await visit(short_code)).headers.get("Location")).toBe("https://example.com/");
  });
});
