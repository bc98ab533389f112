import { describe, it } from "vitest";

import { completeQrSettings } from "../../../src/links/qr/fetch-logo.ts";
import { dataUrlOf, LOGO_BYTES_MAX } from "../../../src/links/qr/logo.ts";
import {
  parseQrSettings,
  QR_SETTINGS_DEFAULT,
  storedQrSettings,
} from "../../../src/links/qr/settings.ts";
import { parseQrSize } from "../../../src/links/qr/size.ts";
import { fakeInternet } from "../../platform/fake-internet.ts";

const PNG_MAGIC = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const WEBP_MAGIC = Array.from("RIFF????WEBP", (char) => char.charCodeAt(0));

function base64(bytes: readonly number[], length = bytes.length): string {
  const padded = [...bytes, ...Array.from({ length: length - bytes.length }, () => 0)];
  return btoa(padded.map((byte) => String.fromCharCode(byte)).join(""));
}

const PNG = `data:image/png;base64,${base64(PNG_MAGIC, 64)}`;
const SVG = base64(Array.from("<svg onload='alert(1)'/>", (char) => char.charCodeAt(0)));

describe("parseQrSettings", () => {
  const accepted = [
    ["nothing", {}, QR_SETTINGS_DEFAULT],
    ["its own defaults", QR_SETTINGS_DEFAULT, QR_SETTINGS_DEFAULT],
    ["colors in capitals", { color: "#1A1A2E" }, { color: "#1a1a2e" }],
    ["short colors", { color: "#03C", bgColor: "#FfF" }, { color: "#0033cc", bgColor: "#ffffff" }],
    ["light on dark", { color: "#fff", bgColor: "#000" }, { color: "#ffffff", bgColor: "#000000" }],
    ["fields that it does not know", { shape: "dots" }, QR_SETTINGS_DEFAULT],
    ["a PNG", { useLogo: true, logo: PNG }, { useLogo: true, logo: PNG }],
    ["a logo that is not used", { logo: PNG }, { useLogo: false, logo: PNG }],
    ["no logo", { logo: null }, { logo: null }],
  ] as const;
  for (const [what, input, expected] of accepted) {
    it(`accepts ${what}`, ({ expect }) => {
      const value = { ...QR_SETTINGS_DEFAULT, logoUrl: null, ...expected };
      expect(parseQrSettings(input)).toEqual({ ok: true, value });
    });
  }

  const types = [
    ["image/jpeg", [0xff, 0xd8, 0xff, 0xe0]],
    ["image/webp", WEBP_MAGIC],
    ["image/png", PNG_MAGIC],
  ] as const;
  for (const [type, magic] of types) {
    it(`names a logo ${type} by its bytes, whatever it is called`, ({ expect }) => {
      for (const called of ["image/png", "image/jpg", "image/webp", "IMAGE/JPEG"]) {
        const parsed = parseQrSettings({ logo: `data:${called};base64,${base64(magic)}` });
        expect(parsed).toMatchObject({
          ok: true,
          value: { logo: `data:${type};base64,${base64(magic)}` },
        });
      }
    });
  }

  it("accepts a logo of exactly 100 KB", ({ expect }) => {
    const logo = `data:image/png;base64,${base64(PNG_MAGIC, LOGO_BYTES_MAX)}`;
    expect(parseQrSettings({ logo }).ok).toBe(true);
  });

  it("keeps what an update does not mention", ({ expect }) => {
    const before = { color: "#112233", bgColor: "#eeeeee", useLogo: true, logo: PNG };
    const parsed = parseQrSettings({ color: "#000" }, before);
    expect(parsed).toEqual({ ok: true, value: { ...before, color: "#000000", logoUrl: null } });
  });

  const hex = 'must be a hex color such as "#1a1a2e" or "#fff".';
  const contrast = "must differ more from bgColor, or the code cannot be scanned.";
  const image = "must be a PNG, JPEG or WebP image.";
  const address = "must be an image as a data URL, or the URL of one.";
  const refused = [
    [null, "qrSettings must be an object."],
    [[], "qrSettings must be an object."],
    ["#000", "qrSettings must be an object."],
    [{ color: "black" }, `qrSettings.color ${hex}`],
    [{ color: "#12345" }, `qrSettings.color ${hex}`],
    [{ color: "#00000080" }, `qrSettings.color ${hex}`],
    [{ color: "#000\n" }, `qrSettings.color ${hex}`],
    [{ color: " #000" }, `qrSettings.color ${hex}`],
    [{ color: '#000"/><script>' }, `qrSettings.color ${hex}`],
    [{ color: 0 }, `qrSettings.color ${hex}`],
    [{ color: null }, `qrSettings.color ${hex}`],
    [{ bgColor: "transparent" }, `qrSettings.bgColor ${hex}`],
    [{ bgColor: {} }, `qrSettings.bgColor ${hex}`],
    [{ color: "#fff" }, `qrSettings.color ${contrast}`],
    [{ color: "#ffcc00" }, `qrSettings.color ${contrast}`],
    [{ bgColor: "#222" }, `qrSettings.color ${contrast}`],
    [{ color: "#999", bgColor: "#444" }, `qrSettings.color ${contrast}`],
    [{ useLogo: "true" }, "qrSettings.useLogo must be true or false."],
    [{ useLogo: 1, logo: PNG }, "qrSettings.useLogo must be true or false."],
    [{ useLogo: true }, "qrSettings.logo is required when useLogo is true."],
    [{ useLogo: true, logo: null }, "qrSettings.logo is required when useLogo is true."],
    [{ logo: "" }, `qrSettings.logo ${address}`],
    [{ logo: 7 }, `qrSettings.logo ${address}`],
    [{ logo: "logo.png" }, `qrSettings.logo ${address}`],
    [{ logo: "javascript:alert(1)" }, `qrSettings.logo ${address}`],
    [{ logo: "file:///etc/passwd" }, `qrSettings.logo ${address}`],
    [{ logo: `https://example.com/${"a".repeat(2_048)}` }, `qrSettings.logo ${address}`],
    [{ logo: `data:image/svg+xml;base64,${SVG}` }, `qrSettings.logo ${image}`],
    [{ logo: `data:image/png;base64,${SVG}` }, `qrSettings.logo ${image}`],
    [{ logo: `data:image/gif;base64,${base64(PNG_MAGIC)}` }, `qrSettings.logo ${image}`],
    [{ logo: `data:text/html;base64,${base64(PNG_MAGIC)}` }, `qrSettings.logo ${image}`],
    [{ logo: "data:image/png,%89PNG" }, `qrSettings.logo ${image}`],
    [{ logo: "data:image/png;base64," }, `qrSettings.logo ${image}`],
    [
      { logo: `data:image/png;base64,${base64(PNG_MAGIC.slice(0, 7))}` },
      `qrSettings.logo ${image}`,
    ],
    [
      { logo: `data:image/webp;base64,${base64(WEBP_MAGIC.slice(0, 8))}` },
      `qrSettings.logo ${image}`,
    ],
    [
      { logo: 'data:image/png;base64,"><b>' },
      "qrSettings.logo must be a data URL with valid base64.",
    ],
    [
      { logo: `data:image/png;base64,${base64(PNG_MAGIC, LOGO_BYTES_MAX + 1)}` },
      "qrSettings.logo must be at most 100 KB.",
    ],
    [
      { logo: `data:image/png;base64,${"A".repeat(10_000_000)}` },
      "qrSettings.logo must be at most 100 KB.",
    ],
  ] as const;
  for (const [input, sentence] of refused) {
    it(`refuses ${JSON.stringify(input).slice(0, 70)}`, ({ expect }) => {
      const field = sentence.split(" ")[0];
      expect(parseQrSettings(input)).toEqual({
        ok: false,
        error: { code: "qr_settings_refused", field, sentence },
      });
    });
  }
});

describe("storedQrSettings", () => {
  it("gives back what was stored", ({ expect }) => {
    const settings = { color: "#112233", bgColor: "#eeeeee", useLogo: true, logo: PNG };
    expect(storedQrSettings(JSON.stringify(settings))).toEqual(settings);
  });

  for (const json of [null, "", "{", "[]", '{"color":"red"}']) {
    it(`gives the usual look for ${json}`, ({ expect }) => {
      expect(storedQrSettings(json)).toEqual(QR_SETTINGS_DEFAULT);
    });
  }

  it("draws no logo that it would have to fetch", ({ expect }) => {
    const stored = storedQrSettings('{"useLogo":true,"logo":"https://example.com/logo.png"}');
    expect(stored).toEqual(QR_SETTINGS_DEFAULT);
  });
});

describe("completeQrSettings", () => {
  const complete = async (logo: string, answer: () => Response) => {
    const draft = parseQrSettings({ useLogo: true, logo });
    if (!draft.ok) throw new Error(draft.error.sentence);
    const internet = fakeInternet({ answer });
    return { ...internet, settings: await completeQrSettings(draft.value, internet.policy) };
  };
  const png = (length = 64) => Uint8Array.from({ length }, (_, at) => PNG_MAGIC[at] ?? 0);

  it("keeps a logo by address as the image that was there", async ({ expect }) => {
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

  it("asks nobody for a logo that came along", async ({ expect }) => {
    const { settings, sent, asked } = await complete(PNG, () => new Response());
    expect(settings).toMatchObject({ ok: true, value: { logo: PNG } });
    expect([...sent, ...asked]).toEqual([]);
  });

  const GOOD = "https://cdn.example.com/logo.png";
  const refused = [
    ["a page", GOOD, () => new Response("<html>"), "must be a PNG, JPEG or WebP image."],
    ["an SVG", GOOD, () => new Response("<svg/>"), "must be a PNG, JPEG or WebP image."],
    ["too much", GOOD, () => new Response(png(LOGO_BYTES_MAX + 1)), "must be at most 100 KB."],
    [
      "an error",
      GOOD,
      () => new Response(png(), { status: 404 }),
      "cannot be fetched: its address answers with the status 404.",
    ],
    [
      "a redirect",
      GOOD,
      () => Response.redirect("https://127.0.0.1/"),
      "cannot be fetched: its address redirects elsewhere.",
    ],
    [
      "no answer",
      GOOD,
      () => {
        throw new TypeError("Network connection lost.");
      },
      "cannot be fetched: its address did not answer.",
    ],
    ["http", "http://cdn.example.com/a.png", null, "must be an https URL or a data URL."],
    ["a private address", "https://10.0.0.1/a.png", null, "must be a URL on the public internet."],
    ["a private name", "https://printer.local/a", null, "must be a URL on the public internet."],
    ["our own host", "https://sign.test/abc", null, "must be a URL on the public internet."],
    ["another port", "https://cdn.example.com:8443/a", null, "must be a URL with the usual port."],
    [
      "credentials",
      "https://a:b@cdn.example.com/a",
      null,
      "must be a URL without a user name or password.",
    ],
    [
      "no such host",
      "https://nowhere.example.net/a",
      null,
      "cannot be fetched: its host does not exist.",
    ],
  ] as const;
  for (const [what, logo, answer, words] of refused) {
    it(`refuses ${what}`, async ({ expect }) => {
      const { settings, sent } = await complete(logo, answer ?? (() => new Response(png())));
      expect(settings).toEqual({
        ok: false,
        error: {
          code: "qr_settings_refused",
          field: "qrSettings.logo",
          sentence: `qrSettings.logo ${words}`,
        },
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
      const sentence = "size must be a whole number from 64 to 2048.";
      expect(parseQrSize(text)).toEqual({
        ok: false,
        error: { code: "qr_size_refused", sentence },
      });
    });
  }
});
