/** What becomes of a logo when it is stored, and that no drawing unpacks a large one. */

import { decode, encode } from "fast-png";
import { describe, it } from "vitest";

import { LARGE_LOGOS_MAX, qrCompleter } from "../../../src/links/qr/complete-settings.ts";
import { dataUrlOf, LOGO_BYTES_MAX, parseLogo } from "../../../src/links/qr/logo.ts";
import { drawQrPng } from "../../../src/links/qr/png.ts";
import { acceptQrSettings, QR_SETTINGS_DEFAULT } from "../../../src/links/qr/settings.ts";
import { fakeInternet } from "../../platform/fake-internet.ts";
import { pixelAt, pixelsOfPng } from "./reading.ts";

interface Look {
  readonly width: number;
  readonly height: number;
  readonly depth?: 8 | 16;
  /** The sample of a channel, from 0 to 1. */
  sample?(x: number, y: number, channel: number): number;
}

const HALF_RED = [1, 0, 0.2, 1];

/** Returns the bytes of a PNG in red, green, blue and opacity. */
function png({ width, height, depth = 8, sample = (_x, _y, at) => HALF_RED[at] ?? 0 }: Look) {
  const max = depth === 8 ? 0xff : 0xffff;
  const data =
    depth === 8 ? new Uint8Array(width * height * 4) : new Uint16Array(width * height * 4);
  for (let at = 0; at < data.length; at += 1) {
    const pixel = at >> 2;
    data[at] = Math.round(sample(pixel % width, Math.floor(pixel / width), at & 3) * max);
  }
  return encode({ width, height, data, channels: 4, depth });
}

const dataUrl = (bytes: Uint8Array) => dataUrlOf({ type: "image/png", bytes });

/** Completes the settings of one call, on an internet where every address gives `image`. */
function completer(image?: Uint8Array) {
  const { policy, sent } = fakeInternet({ answer: () => new Response(image) });
  const complete = qrCompleter(policy);
  return {
    sent,
    async store(logo: string) {
      const draft = acceptQrSettings({ useLogo: true, logo });
      if (!draft.ok) throw new Error(draft.error.problem);
      return complete(draft.value);
    },
  };
}

async function stored(logo: string): Promise<string> {
  const settings = await completer().store(logo);
  if (!settings.ok || settings.value.logo === null) throw new Error("The logo was refused.");
  return settings.value.logo;
}

function imageOf(logo: string) {
  const parsed = parseLogo(logo);
  if (!parsed.ok) throw new Error(parsed.error);
  return decode(parsed.value.bytes, { checkCrc: true });
}

describe("a stored logo", () => {
  it.for([
    ["1,024 pixels wide with 16 bits", { width: 1_024, height: 512, depth: 16 }, [256, 128]],
    ["1,024 pixels high", { width: 100, height: 1_024 }, [25, 256]],
    ["small with 16 bits", { width: 40, height: 30, depth: 16 }, [40, 30]],
  ] as const)(
    "of an image that is %s is small, in the same colours",
    async ([, look, size], { expect }) => {
      const image = imageOf(await stored(dataUrl(png(look))));
      expect([image.width, image.height, image.depth, image.channels]).toEqual([...size, 8, 4]);
      expect([...image.data.subarray(0, 4)]).toEqual([255, 0, 51, 255]);
    },
  );

  it("comes back as it was sent if it is small, or no PNG", async ({ expect }) => {
    const small = dataUrl(png({ width: 256, height: 256 }));
    expect(await stored(small)).toBe(small);
    const jpeg = dataUrlOf({ type: "image/jpeg", bytes: Uint8Array.of(0xff, 0xd8, 0xff, 0xe0) });
    expect(await stored(jpeg)).toBe(jpeg);
  });

  it("can be sent again, and stays as it is", async ({ expect }) => {
    const once = await stored(dataUrl(png({ width: 600, height: 600 })));
    expect(await stored(once)).toBe(once);
  });

  it("does not grow beyond what may be sent", async ({ expect }) => {
    let state = 1;
    const noise = () => ((state = (state * 48_271) % 2_147_483_647) % 64) / 63;
    const sample = (_x: number, _y: number, at: number) => (at === 0 ? noise() : at === 3 ? 1 : 0);
    const bytes = png({ width: 270, height: 250, sample });
    expect(bytes.length).toBeLessThanOrEqual(LOGO_BYTES_MAX);
    const logo = parseLogo(await stored(dataUrl(bytes)));
    expect(logo.ok && logo.value.bytes.length).toBeLessThanOrEqual(LOGO_BYTES_MAX);
  });

  it("is made small once for all links of a call, and for a few logos of a call", async ({
    expect,
  }) => {
    const { store } = completer();
    const large = (shade: number) =>
      dataUrl(
        png({ width: 300, height: 300, sample: (_x, _y, at) => (at === 3 ? 1 : shade / 50) }),
      );
    const all = Array.from({ length: LARGE_LOGOS_MAX + 1 }, (_, shade) => large(shade));
    const results = await Promise.all([...all, ...all.slice(0, 3)].map(store));
    expect(results.map(({ ok }) => ok)).toEqual(
      [...all, 1, 2, 3].map((_, at) => at !== LARGE_LOGOS_MAX),
    );
    expect(results[LARGE_LOGOS_MAX]).toMatchObject({ error: { problem: "too_many_large" } });
    expect(await store(dataUrl(png({ width: 20, height: 20 })))).toMatchObject({ ok: true });
  });

  it("is small, too, if it was fetched", async ({ expect }) => {
    const { store, sent } = completer(png({ width: 700, height: 700 }));
    const settings = await store("https://cdn.example.com/logo.png");
    expect(settings.ok && imageOf(settings.value.logo ?? "").width).toBe(256);
    expect(sent).toHaveLength(1);
  });
});

describe("a drawing", () => {
  it.for([
    ["is large", { width: 300, height: 300 }],
    ["has 16 bits a sample", { width: 30, height: 30, depth: 16 }],
  ] as const)("leaves its centre empty for a logo that %s", async ([, look], { expect }) => {
    const settings = { ...QR_SETTINGS_DEFAULT, useLogo: true, logo: dataUrl(png(look)) };
    const drawn = pixelsOfPng(await drawQrPng("https://sign.test/a?qr=1", settings, 512));
    expect(pixelAt(drawn, 256, 256)).toEqual([255, 255, 255]);
    const small = { ...settings, logo: await stored(settings.logo) };
    const shown = pixelsOfPng(await drawQrPng("https://sign.test/a?qr=1", small, 512));
    expect(pixelAt(shown, 256, 256)).toEqual([255, 0, 51]);
  });
});
