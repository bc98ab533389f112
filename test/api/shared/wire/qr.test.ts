import { describe, it } from "vitest";

import { parseQrSettings, qrFault } from "../../../../src/api/shared/wire/qr.ts";
import type { LogoFault, QrFault } from "../../../../src/links/qr/errors.ts";
import { LOGO_BYTES_MAX } from "../../../../src/links/qr/logo.ts";
import { QR_SETTINGS_DEFAULT } from "../../../../src/links/qr/settings.ts";

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

  const hex = 'must be a hex color such as "#1a1a2e" or "#fff"';
  const contrast = "must differ more from bgColor, or the code cannot be scanned";
  const image = "must be a PNG, JPEG or WebP image";
  const address = "must be an image as a data URL, or the URL of one";
  const refused = [
    [null, "qrSettings must be an object"],
    [[], "qrSettings must be an object"],
    ["#000", "qrSettings must be an object"],
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
    [{ useLogo: "true" }, "qrSettings.useLogo must be true or false"],
    [{ useLogo: 1, logo: PNG }, "qrSettings.useLogo must be true or false"],
    [{ useLogo: true }, "qrSettings.logo is required when useLogo is true"],
    [{ useLogo: true, logo: null }, "qrSettings.logo is required when useLogo is true"],
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
      "qrSettings.logo must be a data URL with valid base64",
    ],
    [
      { logo: `data:image/png;base64,${base64(PNG_MAGIC, LOGO_BYTES_MAX + 1)}` },
      "qrSettings.logo must be at most 100 KB",
    ],
    [
      { logo: `data:image/png;base64,${"A".repeat(10_000_000)}` },
      "qrSettings.logo must be at most 100 KB",
    ],
  ] as const;
  for (const [input, sentence] of refused) {
    it(`refuses ${JSON.stringify(input).slice(0, 70)}`, ({ expect }) => {
      const field = sentence.split(" ")[0];
      expect(parseQrSettings(input)).toEqual({
        ok: false,
        error: { field, sentence },
      });
    });
  }
});

describe("qrFault", () => {
  const logo = (problem: LogoFault): QrFault => ({ field: "logo", problem });
  const faults: readonly (readonly [QrFault, string])[] = [
    [logo("unanswered"), "cannot be fetched: its address did not answer"],
    [logo("redirected"), "cannot be fetched: its address redirects elsewhere"],
    [
      { field: "logo", problem: "status", status: 404 },
      "cannot be fetched: its address answers with the status 404",
    ],
    [logo("scheme"), "must be an https URL or a data URL"],
    [logo("private_address"), "must be a URL on the public internet"],
    [logo("private_name"), "must be a URL on the public internet"],
    [logo("own_host"), "must be a URL on the public internet"],
    [logo("port"), "must be a URL with the usual port"],
    [logo("credentials"), "must be a URL without a user name or password"],
    [logo("name_not_found"), "cannot be fetched: its host does not exist"],
  ];
  for (const [fault, words] of faults) {
    it(`says of a logo that is refused for ${fault.problem} that it ${words}`, ({ expect }) => {
      expect(qrFault({ reason: "qr_settings_refused", ...fault })).toEqual({
        field: "qrSettings.logo",
        sentence: `qrSettings.logo ${words}`,
      });
    });
  }
});
