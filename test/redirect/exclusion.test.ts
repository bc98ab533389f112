import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { batchesByLedger } from "../../src/clicks/click-batches.ts";
import { readClickMessage } from "../../src/clicks/click-message.ts";
import { visitorHash } from "../../src/platform/keyed-hash.ts";
import { networkOf } from "../../src/platform/network.ts";
import { secretOf } from "../../src/platform/secrets.ts";
import { clickMessage, type CapturedClick } from "../../src/redirect/pack.ts";
import { BROWSER, follow, recordingRedirect } from "../support/following.ts";
import { insertLink, insertWorkspace } from "../support/link-rows.ts";

const HEADERS = {
  "User-Agent": BROWSER,
  Referer: "https://news.example/",
  "CF-Connecting-IP": "203.0.113.77",
};
const cf = { country: "NL", city: "Utrecht" } as IncomingRequestCfProperties;

/** Sends clicks as the drain does, and gives what the Ledger would count. */
async function counted(clicks: readonly CapturedClick[]) {
  const message = await clickMessage({ id: crypto.randomUUID(), clicks, lost: {} }, env);
  const read = readClickMessage(JSON.stringify(message));
  if (read.kind !== "clicks") throw new Error("The consumer would set the message aside.");
  const text = JSON.stringify(message);
  const batches = await batchesByLedger(
    [read.message],
    await secretOf(env, "AUTH_SECRET"),
    Date.now(),
  );
  return { text, clicks: [...batches.values()].flat().flatMap((batch) => batch.clicks) };
}

const NOTHING = {
  class: "excluded",
  country: null,
  city: null,
  referrer: null,
  browser: "",
  os: "",
  scan: false,
  addressHash: null,
  agentHash: null,
  token: null,
};

describe("a visitor's way out", () => {
  it("is a cookie that any short link sets and removes, and is no click", async ({ expect }) => {
    const { code } = await insertLink({ clicks_limit: 1 });
    const { redirect, clicks } = recordingRedirect();
    const off = await follow(redirect, `/${code}?a=1&signpost=off`);
    expect(off.status).toBe(200);
    expect(off.headers.get("Set-Cookie")).toBe(
      "signpost=off; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure",
    );
    const page = await off.text();
    expect(page).toContain("Your clicks are not counted");
    expect(page).toContain(`href="https://sign.test/${code}?signpost=on"`);
    const on = await follow(redirect, `/${code}?signpost=on`, {
      headers: { Accept: "application/json" },
    });
    expect(on.headers.get("Set-Cookie")).toMatch(/^signpost=off; Path=\/; Max-Age=0;/);
    expect(await on.json()).toEqual({ counted: true });
    expect(clicks).toEqual([]);
    expect((await follow(redirect, `/${code}?signpost=maybe`, { headers: HEADERS })).status).toBe(
      302,
    );
  });

  it("tells nothing of a link that is not there", async ({ expect }) => {
    const early = await insertLink({ starts_at_ms: Date.now() + 3_600_000 });
    const { redirect } = recordingRedirect();
    for (const code of [early.code, `x${early.code}`]) {
      expect((await follow(redirect, `/${code}?signpost=off`)).status).toBe(404);
    }
  });

  it("leads on as before, and records a click that says nothing of the visitor", async ({
    expect,
  }) => {
    const { code, id } = await insertLink();
    const { redirect, clicks } = recordingRedirect();
    for (const Cookie of ["signpost=off", "a=b; signpost=off", "a=b;signpost=off;c=d"]) {
      const init = { headers: { ...HEADERS, Cookie }, cf };
      expect((await follow(redirect, `/${code}?qr=1`, init)).status).toBe(302);
    }
    const sent = await counted(clicks);
    expect(sent.clicks).toHaveLength(3);
    for (const click of sent.clicks) expect(click).toMatchObject({ ...NOTHING, linkId: id });
    expect(sent.text).not.toMatch(/NL|Utrecht|news|Mozilla|203\.0/);
    for (const Cookie of ["xsignpost=off", "signpost=offline", "signpost=on"]) {
      await follow(redirect, `/${code}`, { headers: { ...HEADERS, Cookie }, cf });
    }
    const others = await counted(clicks.slice(3));
    expect(others.clicks.map((click) => click.class)).toEqual(["human", "human", "human"]);
  });

  it("is no way past a click limit", async ({ expect }) => {
    const { code } = await insertLink({ clicks_limit: 1, clicks_limit_since: 1 });
    const { redirect } = recordingRedirect();
    const init = { headers: { ...HEADERS, Cookie: "signpost=off" } };
    expect((await follow(redirect, `/${code}`, init)).status).toBe(302);
    expect((await follow(redirect, `/${code}`, init)).status).toBe(410);
  });
});

describe("a network that a workspace excludes", () => {
  it.for([
    ["203.0.113.77", 32, "203.0.113.77", true],
    ["203.0.113.77", 32, "203.0.113.78", false],
    ["203.0.113.0", 24, "203.0.113.200", true],
    ["2001:db8:1:2::", 64, "2001:db8:1:2:aaaa::1", true],
    ["2001:db8:1:2::", 64, "2001:db8:1:3::1", false],
    ["2001:db8:1::", 48, "203.0.113.77", false],
  ] as const)("%s/%i and a visitor from %s", async (given, { expect }) => {
    const [network, bits, visitor, isExcluded] = given;
    const workspaceId = await insertWorkspace();
    const { code, ledger } = await insertLink({}, workspaceId);
    const hash = await visitorHash(await secretOf(env, "AUTH_SECRET"), ledger);
    await env.DB.prepare(
      `INSERT INTO excluded_networks (uuid, workspace_id, hash, bits, created_at_ms)
       VALUES (?1, ?2, ?3, ?4, 0), (?1 || '-', ?2, '0123456789abcdef', 20, 0)`,
    )
      .bind(crypto.randomUUID(), workspaceId, hash("network", networkOf(network, bits) ?? ""), bits)
      .run();
    const { redirect, clicks } = recordingRedirect();
    // Also where the visitor asks not to be tracked, so that the click would have no hash.
    for (const more of [{}, { "Sec-GPC": "1" }]) {
      const headers = { ...HEADERS, "CF-Connecting-IP": visitor, ...more };
      await follow(redirect, `/${code}`, { headers, cf });
    }
    const sent = await counted(clicks);
    expect(sent.clicks.map((click) => click.class)).toEqual(
      isExcluded ? ["excluded", "excluded"] : ["human", "human"],
    );
    if (isExcluded) for (const click of sent.clicks) expect(click).toMatchObject(NOTHING);
  });

  it("costs a record nothing where there is none", async ({ expect }) => {
    const { code } = await insertLink();
    const { redirect, clicks } = recordingRedirect();
    await follow(redirect, `/${code}`, { headers: HEADERS });
    expect(clicks[0]?.excluded).toBeUndefined();
  });
});
