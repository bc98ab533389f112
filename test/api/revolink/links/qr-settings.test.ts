import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import type { Fetch } from "../../../../src/platform/dns.ts";
import { fakeInternet } from "../../../platform/fake-internet.ts";
import { countLinks, DEFAULT_RULES, newRevolinkClient, rowOf } from "../../../support/revolink.ts";

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
const PNG_DATA_URL = `data:image/png;base64,${btoa(String.fromCharCode(...PNG))}`;

/** The page's example. */
const QR = {
  color: "#1a1a2e",
  bgColor: "#ffffff",
  useLogo: true,
  logo: "https://example.com/logo.png",
};

/** A client before an internet that gives any logo, and what it was asked for. */
async function clientOf(answer: () => Response = () => new Response(PNG)) {
  const { policy, sent } = fakeInternet({ answer });
  const fetch: Fetch = async (url, init) =>
    // The resolver that the Worker asks stands in the fake's place.
    policy.fetch?.(url.replace(env.DOH_URL, policy.dohUrl), init) ?? new Response();
  const client = await newRevolinkClient({ fetch });
  return { client, sent };
}

const settingsOf = async (linkId: string): Promise<unknown> =>
  JSON.parse(String((await rowOf(linkId))["qr_settings"]));

describe("qrSettings", () => {
  it("a link has the usual QR settings until a request changes them", async ({ expect }) => {
    const { client } = await clientOf();
    expect(await settingsOf(await client.link({ qrSettings: {} }))).toEqual({
      color: "#000000",
      bgColor: "#ffffff",
      useLogo: false,
      logo: null,
    });
    expect((await rowOf(await client.link()))["qr_settings"]).toBeNull();
  });

  it("a logo is fetched once and kept", async ({ expect }) => {
    const { client, sent } = await clientOf();
    const linkId = await client.link({ qrSettings: QR });
    expect(await settingsOf(linkId)).toEqual({ ...QR, logo: PNG_DATA_URL });
    expect(sent.map(({ url }) => url)).toEqual([QR.logo]);
    await client.call("PUT", "/apiv1/link/update", { linkId, qrSettings: { color: "#222222" } });
    expect(await settingsOf(linkId)).toEqual({ ...QR, color: "#222222", logo: PNG_DATA_URL });
    expect(sent).toHaveLength(1);
  });

  it("a logo may be a data URL, and then nothing is fetched", async ({ expect }) => {
    const { client, sent } = await clientOf();
    const linkId = await client.link({ qrSettings: { ...QR, logo: PNG_DATA_URL } });
    expect(await settingsOf(linkId)).toEqual({ ...QR, logo: PNG_DATA_URL });
    expect(sent).toEqual([]);
  });

  it.for([
    [() => new Response("<svg/>"), "qrSettings.logo must be a PNG, JPEG or WebP image."],
    [
      () => new Response(null, { status: 404 }),
      "qrSettings.logo cannot be fetched: its address answers with the status 404.",
    ],
    [() => new Response(new Uint8Array(200_000)), "qrSettings.logo must be at most 100 KB."],
  ] as const)("refuse a logo that cannot be had: %#", async ([answer, error], { expect }) => {
    const { client } = await clientOf(answer);
    const fields = { name: "A link", rules: DEFAULT_RULES, qrSettings: QR };
    const { status, body } = await client.call("POST", "/apiv1/link/create", fields);
    expect({ status, body }).toEqual({ status: 400, body: { error } });
    expect(await countLinks(client.account)).toBe(0);
  });

  it("share the logos of one call, and are limited in how many addresses they ask", async ({
    expect,
  }) => {
    const { client, sent } = await clientOf();
    const item = { name: "A link", rules: DEFAULT_RULES, qrSettings: QR };
    const many = Array.from({ length: 22 }, (_, n) => ({
      ...item,
      qrSettings: { ...QR, logo: `https://example.com/${n}.png` },
    }));
    const shared = await client.call("POST", "/apiv1/links/bulk-create", {
      links: [item, item, item],
    });
    expect(shared.body["message"]).toBe("Bulk create complete: 3 created, 0 failed.");
    expect(sent).toHaveLength(1);
    const { body } = await client.call("POST", "/apiv1/links/bulk-create", { links: many });
    expect(body["message"]).toBe("Bulk create complete: 20 created, 2 failed.");
    expect(body["failed"]).toMatchObject([
      { error: "qrSettings.logo must be one of at most 20 addresses in one call." },
      { error: "qrSettings.logo must be one of at most 20 addresses in one call." },
    ]);
    expect(sent).toHaveLength(21);
  });
});
