import fc from "fast-check";
import { decode } from "fast-png";
import { describe, it } from "vitest";

import { deflate, PNG_SIGNATURE, writeChunk } from "../../../src/links/qr/png-chunks.ts";
import { readPng as readBounded } from "../../../src/links/qr/png-reader.ts";

const BOUNDS = { pixelsMax: 1_024 * 1_024, depthMax: 16 };
const readPng = (png: Uint8Array) => readBounded(png, BOUNDS);

const FORMATS = [
  { colorType: 0, channels: 1, depths: [1, 2, 4, 8, 16] },
  { colorType: 2, channels: 3, depths: [8, 16] },
  { colorType: 3, channels: 1, depths: [1, 2, 4, 8] },
  { colorType: 4, channels: 2, depths: [8, 16] },
  { colorType: 6, channels: 4, depths: [8, 16] },
] as const;

interface Image {
  readonly width: number;
  readonly height: number;
  readonly colorType: number;
  readonly channels: number;
  readonly depth: number;
  readonly interlace?: number;
  /** `depth` bits per sample, row by row. */
  readonly samples: readonly number[];
  /** One filter per row. */
  readonly filters: readonly number[];
  readonly palette?: readonly number[];
  readonly transparency?: readonly number[];
}

/** Writes a PNG in any format, with any filters, and its data split into two chunks. */
async function encodePng(image: Image): Promise<Uint8Array> {
  const { width, height, colorType, channels, depth, interlace = 0 } = image;
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([depth, colorType, 0, 0, interlace], 8);
  const data = await deflate([filtered(packed(image), image.filters, (channels * depth) / 8)]);
  const half = data.length >> 1;
  return new Blob([
    PNG_SIGNATURE,
    ...[
      { type: "IHDR", data: header },
      { type: "PLTE", data: Uint8Array.from(image.palette ?? []) },
      { type: "tRNS", data: Uint8Array.from(image.transparency ?? []) },
      { type: "IDAT", data: data.subarray(0, half) },
      { type: "IDAT", data: data.subarray(half) },
      { type: "IEND", data: new Uint8Array() },
    ]
      .filter(({ type, data: bytes }) => bytes.length > 0 || type === "IEND")
      .map(writeChunk),
  ]).bytes();
}

function packed({ width, height, channels, depth, samples }: Image): number[][] {
  return Array.from({ length: height }, (_, y) => {
    const bits = samples
      .slice(y * width * channels, (y + 1) * width * channels)
      .map((sample) => sample.toString(2).padStart(depth, "0"))
      .join("");
    return (bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, "0"), 2));
  });
}

function filtered(rows: number[][], filters: readonly number[], pixelBytes: number): Uint8Array {
  const step = Math.max(1, pixelBytes);
  return Uint8Array.from(
    rows.flatMap((row, y) => [
      filters[y] ?? 0,
      ...row.map((byte, x) => {
        const [left, up] = [row[x - step] ?? 0, rows[y - 1]?.[x] ?? 0];
        const corner = rows[y - 1]?.[x - step] ?? 0;
        const guess = left + up - corner;
        const [paeth = 0] = [left, up, corner].sort(
          (a, b) => Math.abs(guess - a) - Math.abs(guess - b),
        );
        return (byte - ([0, left, up, (left + up) >> 1, paeth][filters[y] ?? 0] ?? 0)) & 0xff;
      }),
    ]),
  );
}

/** Computes each pixel from the samples alone. */
function expected({ colorType, channels, depth, samples, palette = [], ...rest }: Image): number[] {
  const { transparency = [] } = rest;
  const eight = (sample: number) =>
    depth === 16 ? sample >> 8 : Math.floor((sample * 255) / (2 ** depth - 1));
  const rgba: number[] = [];
  for (let at = 0; at < samples.length; at += channels) {
    const [first = 0, ...others] = samples.slice(at, at + channels);
    if (colorType === 3) {
      rgba.push(...palette.slice(first * 3, first * 3 + 3), transparency[first] ?? 255);
    } else {
      const color = channels >= 3 ? [first, ...others.slice(0, 2)] : [first, first, first];
      const opacity = channels % 2 === 0 ? eight(others.at(-1) ?? 0) : 255;
      rgba.push(...color.map(eight), opacity);
    }
  }
  return rgba;
}

const images = fc
  .tuple(
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 6 }),
    fc.constantFrom(
      ...FORMATS.flatMap(({ depths, ...format }) => depths.map((depth) => ({ ...format, depth }))),
    ),
  )
  .chain(([width, height, format]) => {
    const count = width * height * format.channels;
    const sample = fc.integer({ min: 0, max: 2 ** format.depth - 1 });
    const byte = fc.integer({ min: 0, max: 255 });
    return fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      colorType: fc.constant(format.colorType),
      channels: fc.constant(format.channels),
      depth: fc.constant(format.depth),
      samples: fc.array(sample, { minLength: count, maxLength: count }),
      filters: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: height, maxLength: height }),
      ...(format.colorType === 3
        ? {
            palette: fc.array(byte, { minLength: 768, maxLength: 768 }),
            transparency: fc.array(byte, { minLength: 1, maxLength: 256 }),
          }
        : {}),
    });
  });

const GREY: Image = {
  width: 2,
  height: 2,
  colorType: 0,
  channels: 1,
  depth: 8,
  samples: [0, 100, 200, 255],
  filters: [0, 0],
};

describe("readPng", () => {
  it("reads every color type, depth and filter", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(images, async (image) => {
        const png = await encodePng(image);
        // An independent decoder accepts it, so the test's own encoder writes real PNG.
        expect(decode(png, { checkCrc: true }).width).toBe(image.width);
        const { width, height } = image;
        expect(await readPng(png)).toEqual({
          width,
          height,
          rgba: Uint8Array.from(expected(image)),
        });
      }),
      { numRuns: 300 },
    );
  });

  it("handles the one transparent color of an image without an alpha channel", async ({
    expect,
  }) => {
    const grey = await readPng(await encodePng({ ...GREY, transparency: [0, 100] }));
    expect([...(grey?.rgba ?? [])].filter((_, at) => at % 4 === 3)).toEqual([255, 0, 255, 255]);
    const samples = [1, 2, 3, 9, 2, 3, 1, 2, 9, 1, 2, 3];
    const rgb = { ...GREY, colorType: 2, channels: 3, samples, transparency: [0, 1, 0, 2, 0, 3] };
    const color = await readPng(await encodePng(rgb));
    expect([...(color?.rgba ?? [])].filter((_, at) => at % 4 === 3)).toEqual([0, 255, 255, 0]);
  });

  const refused = [
    ["another depth", { ...GREY, depth: 3 }],
    ["another color type", { ...GREY, colorType: 5 }],
    ["another filter", { ...GREY, filters: [0, 9] }],
    ["interlacing", { ...GREY, interlace: 1 }],
    ["no pixels", { ...GREY, width: 0 }],
    ["too many pixels", { ...GREY, width: 1_025, height: 1_024 }],
    ["fewer rows than it says", { ...GREY, height: 3, samples: [] }],
  ] as const;
  for (const [what, image] of refused) {
    it(`reads nothing from an image with ${what}`, async ({ expect }) => {
      const png = await encodePng({ ...image, height: Math.min(image.height, 4) });
      new DataView(png.buffer).setUint32(20, image.height);
      expect(await readPng(png)).toBeNull();
    });
  }

  it("returns null for an image that is cut off or corrupted anywhere", async ({ expect }) => {
    const png = await encodePng(GREY);
    for (let length = 0; length < png.length - 12 - 4; length += 1) {
      expect(await readPng(png.subarray(0, length))).toBeNull();
    }
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: png.length - 1 }), fc.nat({ max: 255 }), async (at, byte) => {
        const spoilt = png.slice();
        spoilt[at] = byte;
        const raster = await readPng(spoilt);
        expect(raster?.rgba.length ?? 0).toBe((raster?.width ?? 0) * (raster?.height ?? 0) * 4);
      }),
    );
  });

  it("inflates no more than the header's size, however much data follows", async ({ expect }) => {
    const header = new Uint8Array(13);
    header.set([0, 0, 0, 2, 0, 0, 0, 2, 8, 0, 0, 0, 0]);
    const data = await deflate([new Uint8Array(50_000_000)]);
    const png = await new Blob([
      PNG_SIGNATURE,
      writeChunk({ type: "IHDR", data: header }),
      writeChunk({ type: "IDAT", data }),
    ]).bytes();
    expect(await readPng(png)).toMatchObject({ width: 2, height: 2 });
  });
});
