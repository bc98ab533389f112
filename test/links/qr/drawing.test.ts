import fc from "fast-check";
import { encode } from "fast-png";
import { describe, it } from "vitest";

import { isScannable } from "../../../src/links/qr/colors.ts";
import { dataUrlOf } from "../../../src/links/qr/logo.ts";
import { drawQrPng } from "../../../src/links/qr/png.ts";
import { QR_SETTINGS_DEFAULT, type QrSettings } from "../../../src/links/qr/settings.ts";
import { drawQrSvg } from "../../../src/links/qr/svg.ts";
import { pixelAt, pixelsOfPng, pixelsOfSvg, readCode } from "./reading.ts";

const ADDRESS = "https://sign.test/summer-2025?qr=1";
const BRAND: QrSettings = { ...QR_SETTINGS_DEFAULT, color: "#1a1a2e", bgColor: "#ffe4c4" };
const RED = [220, 20, 60];

function pngLogo(width: number, height: number): string {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => RED[at % 3] ?? 0);
  return dataUrlOf({ type: "image/png", bytes: encode({ width, height, data, channels: 3 }) });
}

const LOGO: QrSettings = { ...BRAND, useLogo: true, logo: pngLogo(40, 40) };
const JPEG_LOGO: QrSettings = {
  ...LOGO,
  logo: dataUrlOf({ type: "image/jpeg", bytes: Uint8Array.of(0xff, 0xd8, 0xff, 0xe0) }),
};

const looks = [
  ["black on white", QR_SETTINGS_DEFAULT],
  ["in its colors", BRAND],
  ["light on dark", { ...BRAND, color: BRAND.bgColor, bgColor: BRAND.color }],
  ["with a logo", LOGO],
  ["with a JPEG logo", JPEG_LOGO],
] as const;

for (const [look, settings] of looks) {
  describe(`a code ${look}`, () => {
    it("is read back from its SVG", ({ expect }) => {
      expect(readCode(pixelsOfSvg(drawQrSvg(ADDRESS, settings, 512)))).toBe(ADDRESS);
    });

    for (const size of [64, 100, 333, 512, 2_048]) {
      it(`is read back from its PNG of ${size} pixels`, async ({ expect }) => {
        const pixels = pixelsOfPng(await drawQrPng(ADDRESS, settings, size));
        expect([pixels.width, pixels.height]).toEqual([size, size]);
        expect(readCode(pixels)).toBe(ADDRESS);
      });
    }
  });
}

describe("drawQrPng", () => {
  it("lets redirects have the thread while it draws the largest code", async ({ expect }) => {
    let turns = 0;
    const redirects = setInterval(() => (turns += 1), 1);
    await drawQrPng(ADDRESS, LOGO, 2_048);
    clearInterval(redirects);
    expect(turns).toBeGreaterThan(40);
  });

  it("uses only the two colors", async ({ expect }) => {
    const { rgba } = pixelsOfPng(await drawQrPng(ADDRESS, BRAND, 300));
    const colors = new Set<string>();
    for (let at = 0; at < rgba.length; at += 4) colors.add(rgba.subarray(at, at + 3).join());
    expect([...colors].sort()).toEqual(["255,228,196", "26,26,46"]);
  });

  it("leaves a quiet zone of at least four modules on each side", async ({ expect }) => {
    const pixels = pixelsOfPng(await drawQrPng(ADDRESS, QR_SETTINGS_DEFAULT, 500));
    const dark: number[] = [];
    for (let x = 0; x < 500; x += 1) {
      for (let y = 0; y < 500; y += 1) if (pixelAt(pixels, x, y)[0] === 0) dark.push(x, y);
    }
    const [first, last] = [Math.min(...new Set(dark)), Math.max(...new Set(dark))];
    const scale = (last - first + 1) / 29;
    expect(Number.isInteger(scale)).toBe(true);
    expect(first).toBeGreaterThanOrEqual(4 * scale);
    expect(499 - last).toBeGreaterThanOrEqual(4 * scale);
  });

  it("draws a PNG logo in the middle, keeping its proportions", async ({ expect }) => {
    const wide = { ...LOGO, logo: pngLogo(60, 20) };
    const pixels = pixelsOfPng(await drawQrPng(ADDRESS, wide, 512));
    expect(pixelAt(pixels, 256, 256)).toEqual(RED);
    const reds = Array.from({ length: 512 }, (_, at) => at);
    const across = reds.filter((x) => pixelAt(pixels, x, 256).join() === RED.join()).length;
    const down = reds.filter((y) => pixelAt(pixels, 256, y).join() === RED.join()).length;
    expect(across).toBeGreaterThan(40);
    expect(across / down).toBeCloseTo(3, 0);
  });

  it("keeps the centre clear for a logo that it cannot decode", async ({ expect }) => {
    const pixels = pixelsOfPng(await drawQrPng(ADDRESS, JPEG_LOGO, 512));
    for (const [x, y] of [
      [256, 256],
      [230, 230],
      [280, 280],
    ] as const) {
      expect(pixelAt(pixels, x, y)).toEqual([255, 228, 196]);
    }
  });

  it("grows if a module would get less than one pixel", async ({ expect }) => {
    const long = `https://sign.test/${"x".repeat(300)}`;
    const pixels = pixelsOfPng(await drawQrPng(long, QR_SETTINGS_DEFAULT, 64));
    expect(pixels.width).toBeGreaterThan(64);
    expect(readCode(pixels)).toBe(long);
  });
});

describe("drawQrSvg", () => {
  it("has the requested size, a quiet zone and the logo as a data URL", ({ expect }) => {
    const svg = drawQrSvg(ADDRESS, LOGO, 256);
    expect(svg).toContain('width="256" height="256" viewBox="0 0 41 41"');
    expect(svg).not.toMatch(/M[0-3] |M\d+ [0-3]h/);
    expect(svg).toContain(`href="${LOGO.logo}"`);
    expect(svg).not.toMatch(
      /<script|\son\w+=|xlink|http(?!:\/\/www\.w3\.org\/2000\/svg|s:\/\/sign)/,
    );
  });

  it("escapes all of its input, validated or not", ({ expect }) => {
    const hostile = `"'><script>alert(1)</script>&`;
    const settings = { color: hostile, bgColor: hostile, useLogo: true, logo: hostile };
    const svg = drawQrSvg(`https://sign.test/${hostile}`, settings, 64);
    expect(svg).not.toContain("<script");
    expect(svg.match(/<[a-z]+/g)).toEqual(["<svg", "<title", "<rect", "<path", "<image"]);
    expect(svg).toContain("&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;");
  });
});

describe("every code", () => {
  const urls = fc
    .tuple(
      fc.integer({ min: 1, max: 360 }),
      fc.string({ unit: fc.constantFrom("a", "Z", "9", "-", "%", "/", "é") }),
    )
    .map(([length, tail]) => new URL(`https://go.example.com/${"k".repeat(length)}${tail}`).href);

  it("is read back at any length of its address, with and without a logo", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(urls, fc.constantFrom(BRAND, LOGO, JPEG_LOGO), async (url, settings) => {
        expect(readCode(pixelsOfSvg(drawQrSvg(url, settings, 512), 4))).toBe(url);
        expect(readCode(pixelsOfPng(await drawQrPng(url, settings, 512)))).toBe(url);
      }),
      { numRuns: 25 },
    );
  });

  it("is read back in any two accepted colors", ({ expect }) => {
    // Dark colors are closest together where channels are full or empty.
    const channel = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 255));
    const color = fc
      .tuple(channel, channel, channel)
      .map((rgb) => `#${rgb.map((value) => value.toString(16).padStart(2, "0")).join("")}`);
    const pair = fc.tuple(color, color).filter(([ink, paper]) => isScannable(ink, paper));
    fc.assert(
      fc.property(pair, ([ink, paper]) => {
        const settings = { ...QR_SETTINGS_DEFAULT, color: ink, bgColor: paper };
        expect(readCode(pixelsOfSvg(drawQrSvg(ADDRESS, settings, 512), 4))).toBe(ADDRESS);
      }),
      { numRuns: 60 },
    );
  });
});
