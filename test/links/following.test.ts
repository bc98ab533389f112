/**
 * Links created by the use cases and followed through the redirect: visitors get what was asked
 * for.
 */

import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { gateFor } from "../../src/gates/stub.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import type { LinkContext } from "../../src/links/context.ts";
import type { Link } from "../../src/links/link.ts";
import { routeKey } from "../../src/links/route/address.ts";
import { updateLink, type LinkChanges } from "../../src/links/update-link.ts";
import { batch, click } from "../ledger/sample-clicks.ts";
import { allPublished, BROWSER, follow, PHONE, recordingRedirect } from "../support/following.ts";
import { makeLink, newContext } from "../support/link-context.ts";
import { insertDomain } from "../support/link-rows.ts";
import { newCode } from "../support/native.ts";

const visit = (userAgent = BROWSER, country = "NL") => ({
  headers: { "User-Agent": userAgent },
  cf: { country } as IncomingRequestCfProperties,
});

async function locationOf({ code }: Link, init = visit(), origin = "https://sign.test") {
  const response = await follow(recordingRedirect().redirect, `${origin}/${code}`, init);
  return response.headers.get("Location") ?? response.status;
}

/** Follows a link this many times concurrently and counts the visits that are redirected. */
async function passedOf({ code }: Link, count: number): Promise<number> {
  const { redirect } = recordingRedirect();
  const answers = await Promise.all(
    Array.from({ length: count }, () => follow(redirect, `/${code}`, visit())),
  );
  return answers.filter(({ status }) => status === 302).length;
}

async function change(context: LinkContext, link: Link, changes: LinkChanges): Promise<Link> {
  const updated = await updateLink(context, { id: link.id }, changes);
  if (!updated.ok) throw new Error(updated.error.reason);
  await published(context, link, updated.value);
  return updated.value;
}

/** Waits until a change has been published, since these tests are not about its delays. */
async function published({ access }: LinkContext, before: Link, { domain, code }: Link) {
  const moved = before.domain !== domain || before.code !== code;
  const key = routeKey({ domain: before.domain ?? "", code: before.code });
  await allPublished(access.workspace);
  await vi.waitFor(async () => {
    if (moved && (await env.ROUTES.get(key)) !== null)
      throw new Error("The address is not left yet.");
  });
}

/** Adds clicks to the Ledger that did not pass through the gate. */
async function clickBefore({ access }: LinkContext, { id }: Link, count: number): Promise<void> {
  const clicks = Array.from({ length: count }, () => click({ linkId: id }));
  await ledgerFor(env, access.workspace.ledger).ingest([batch(clicks)]);
}

describe("a new link", () => {
  it("sends visitors where its rules lead, before and after a change of rules", async ({
    expect,
  }) => {
    const context = await newContext();
    const rules = [
      { targetUrl: "myapp://ua", countries: ["UA"], devices: ["mobile" as const] },
      { targetUrl: "https://example.com/ua", countries: ["UA"] },
    ];
    const link = await makeLink(context, { rules });
    expect(await locationOf(link, visit(PHONE, "UA"))).toBe("myapp://ua");
    expect(await locationOf(link, visit(BROWSER, "UA"))).toBe("https://example.com/ua");
    expect(await locationOf(link)).toBe("https://example.com/x");
    await change(context, link, {
      rules: [{ targetUrl: "https://example.com/nl", countries: ["NL"] }],
    });
    expect(await locationOf(link)).toBe("https://example.com/nl");
    expect(await locationOf(link, visit(PHONE, "UA"))).toBe("https://example.com/x");
    await change(context, link, { rules: [] });
    expect(await locationOf(link)).toBe("https://example.com/x");
  });

  it("follows its A/B test while that is on, and its rules again when it is off", async ({
    expect,
  }) => {
    const context = await newContext();
    const variants = ["a", "b"].map((id) => ({
      id,
      name: id,
      url: "https://example.com/tested",
      weight: 50,
      active: true,
    }));
    const rules = [{ targetUrl: "https://example.com/nl", countries: ["NL"] }];
    const link = await makeLink(context, { rules, abTest: { enabled: true, variants } });
    expect(await locationOf(link)).toBe("https://example.com/tested");
    await change(context, link, { abTest: { enabled: false, variants: [] } });
    expect(await locationOf(link)).toBe("https://example.com/nl");
  });

  it("moves to a domain of its workspace, and is served only there", async ({ expect }) => {
    const context = await newContext();
    const domain = `${newCode()}.example`;
    await insertDomain(context.access.workspace.id, domain);
    const link = await makeLink(context);
    expect(await locationOf(link)).toBe("https://example.com/x");
    const moved = await change(context, link, { domain });
    expect(await locationOf(link, visit(), `https://${domain}`)).toBe("https://example.com/x");
    expect(await locationOf(link)).toBe(404);
    await change(context, moved, { domain: "", code: newCode() });
    expect(await locationOf(link, visit(), `https://${domain}`)).toBe(404);
  });
});

describe("a click limit", () => {
  it("lets 25 of a hundred concurrent visits pass, and keeps its count through a restart", async ({
    expect,
  }) => {
    const context = await newContext();
    const link = await makeLink(context, { clicksLimit: 25 });
    expect(await passedOf(link, 100)).toBe(25);
    await evictDurableObject(
      gateFor(env, { uuid: link.uuid, ledger: context.access.workspace.ledger }),
    );
    expect(await passedOf(link, 5)).toBe(0);
  });

  it("starts from the clicks that the link already has", async ({ expect }) => {
    const context = await newContext();
    const link = await makeLink(context);
    await clickBefore(context, link, 17);
    await change(context, link, { clicksLimit: 20 });
    expect(await passedOf(link, 10)).toBe(3);
  });

  it("follows each change: raised, lowered, removed, and set again", async ({ expect }) => {
    const context = await newContext();
    const link = await makeLink(context, { clicksLimit: 5 });
    expect(await passedOf(link, 8)).toBe(5);
    await change(context, link, { clicksLimit: 7 });
    expect(await passedOf(link, 8)).toBe(2);
    await change(context, link, { clicksLimit: 3 });
    expect(await passedOf(link, 8)).toBe(0);
    await change(context, link, { clicksLimit: null });
    expect(await passedOf(link, 8)).toBe(8);
    // By now the Ledger has counted all of them.
    await clickBefore(context, link, 15);
    await change(context, link, { clicksLimit: 18 });
    expect(await passedOf(link, 8)).toBe(3);
  });
});
