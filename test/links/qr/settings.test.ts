import { describe, it } from "vitest";

import { qrCompleter } from "../../../src/links/qr/complete-settings.ts";
import { dataUrlOf, LOGO_BYTES_MAX } from "../../../src/links/qr/logo.ts";
import {
  acceptQrSettings,
  QR_SETTINGS_DEFAULT,
  storedQrSettings,
} from "../../../src/links/qr/settings.ts";
import { parseQrSize, pngSizeFor } from "../../../src/links/qr/size.ts";
import { fakeInternet } from "../../platform/fake-internet.ts";

const PNG_MAGIC = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const PNG = `data:image/png;base64,${btoa(String.fromCharCode(...PNG_MAGIC))}`;

describe("storedQrSettings", () => {
  it("returns what was stored", ({ expect }) => {
    const settings = { color: "#112233", bgColor: "#eeeeee", useLogo: true, logo: PNG };
    expect(storedQrSettings(JSON.stringify(settings))).toEqual(settings);
  });

  for (const json of [null, "", "{", "[]", '{"color":"red"}']) {
    it(`gives the usual look for ${json}`, ({ expect }) => {
      expect(storedQrSettings(json)).toEqual(QR_SETTINGS_DEFAULT);
    });
  }

  it("draws no logo that would have to be fetched", ({ expect }) => {
    const stored = storedQrSettings('{"useLogo":true,"logo":"https://example.com/logo.png"}');
    expect(stored).toEqual(QR_SETTINGS_DEFAULT);
  });
});

describe("qrCompleter", () => {
  const complete = async (logo: string, answer: () => Response) => {
    const draft = acceptQrSettings({ useLogo: true, logo });
    if (!draft.ok) throw new Error(draft.error.problem);
    const internet = fakeInternet({ answer });
    return { ...internet, settings: await qrCompleter(internet.policy)(draft.value) };
  };
  const png = (length = 64) => Uint8Array.from({ length }, (_, at) => PNG_MAGIC[at] ?? 0);

  it("stores a logo given by its address as the image fetched from it", async ({ expect }) => {
    const { settings, sent } = await complete("https://cdn.example.com/logo.png", () => {
      return new Response(png(), { headers: { "content-type": "text/plain" } });
    });
    expect(settings).toEqual({
      ok: true,
      value: {
        ...QR_SETTINGS_DEFAULT,
        useLogo: true,
        logo: dataUrlOf({ type: "image/png", bytes: png() }),
      },
    });
    expect(sent.map(({ url }) => url)).toEqual(["https://cdn.example.com/logo.png"]);
  });

  it("makes no request for a logo sent as a data URL", async ({ expect }) => {
    const { settings, sent, asked } = await complete(PNG, () => new Response());
    expect(settings).toMatchObject({ ok: true, value: { logo: PNG } });
    expect([...sent, ...asked]).toEqual([]);
  });

  const GOOD = "https://cdn.example.com/logo.png";
  const refused = [
    ["a page", GOOD, () => new Response("<html>"), { problem: "not_an_image" }],
    ["an SVG", GOOD, () => new Response("<svg/>"), { problem: "not_an_image" }],
    ["too much", GOOD, () => new Response(png(LOGO_BYTES_MAX + 1)), { problem: "too_large" }],
    [
      "an error",
      GOOD,
      () => new Response(png(), { status: 404 }),
      { problem: "status", status: 404 },
    ],
    ["a redirect", GOOD, () => Response.redirect("https://127.0.0.1/"), { problem: "redirected" }],
    [
      "no answer",
      GOOD,
      () => {
        throw new TypeError("Network connection lost.");
      },
      { problem: "unanswered" },
    ],
    ["http", "http://cdn.example.com/a.png", null, { problem: "scheme" }],
    ["a private address", "https://10.0.0.1/a.png", null, { problem: "private_address" }],
    ["a private name", "https://printer.local/a", null, { problem: "private_name" }],
    ["our own host", "https://sign.test/abc", null, { problem: "own_host" }],
    ["another port", "https://cdn.example.com:8443/a", null, { problem: "port" }],
    ["credentials", "https://a:b@cdn.example.com/a", null, { problem: "credentials" }],
    ["no such host", "https://nowhere.example.net/a", null, { problem: "name_not_found" }],
  ] as const;
  for (const [what, logo, answer, fault] of refused) {
    it(`refuses ${what}`, async ({ expect }) => {
      const { settings, sent } = await complete(logo, answer ?? (() => new Response(png())));
      expect(settings).toEqual({
        ok: false,
        error: { reason: "qr_settings_refused", field: "logo", ...fault },
      });
      expect(sent.length).toBe(answer === null ? 0 : 1);
    });
  }
});

describe("parseQrSize", () => {
  for (const [text, size] of [
    [null, 512],
    [undefined, 512],
    ["64", 64],
    ["0300", 300],
    ["2048", 2_048],
  ] as const) {
    it(`reads ${text} as ${size}`, ({ expect }) => {
      expect(parseQrSize(text)).toEqual({ ok: true, value: size });
    });
  }

  for (const text of ["", "63", "2049", "-512", "512.5", "1e3", "512px", "99999", "０５１２"]) {
    it(`refuses ${JSON.stringify(text)}`, ({ expect }) => {
      expect(parseQrSize(text)).toEqual({
        ok: false,
        error: { reason: "qr_size_refused", min: 64, max: 2_048 },
      });
    });
  }
});

describe("pngSizeFor", () => {
  it("is the next of a few widths, and never less than was asked for", ({ expect }) => {
    const widths = new Set<number>();
    for (let size = 64; size <= 2_048; size += 1) {
      const width = pngSizeFor(size);
      expect(width).toBeGreaterThanOrEqual(size);
      expect(width).toBeLessThan(size * 1.51);
      expect(pngSizeFor(width)).toBe(width);
      widths.add(width);
    }
    expect(widths.size).toBeLessThan(12);
  });
});
