/** Encodes PNG images: with a two-colour palette, or with eight bits per channel. */

import type { Rgb } from "./colors.ts";
import { deflate, PNG_SIGNATURE, writeChunk } from "./png-chunks.ts";

export interface PngImage {
  readonly width: number;
  readonly height: number;
  /** With two colours, one bit per pixel picks one of them, the first bit leftmost. */
  readonly colors: readonly [Rgb, Rgb] | "rgb" | "rgba";
  /** From top to bottom; the same array may be yielded repeatedly. */
  readonly rows: Iterable<Uint8Array>;
}

/** Takes a millisecond or two to make and to compress. */
const STRIP_BYTES = 256 * 1024;

const COLOR_TYPES = { rgb: 2, palette: 3, rgba: 6 } as const;

/** Encodes an image. */
export async function writePng({ width, height, colors, rows }: PngImage): Promise<Uint8Array> {
  const palette = typeof colors === "string" ? null : colors;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = palette === null ? 8 : 1;
  header[9] = COLOR_TYPES[typeof colors === "string" ? colors : "palette"];
  const chunks = [
    { type: "IHDR", data: header },
    ...(palette === null ? [] : [{ type: "PLTE", data: Uint8Array.from(palette.flat()) }]),
    { type: "IDAT", data: await deflate(strips(rows)) },
    { type: "IEND", data: new Uint8Array() },
  ];
  return new Blob([PNG_SIGNATURE, ...chunks.map(writeChunk)]).bytes();
}

/**
 * Joins rows to strips, each row after filter byte 0 (none): equal rows compress well without a
 * filter.
 */
function* strips(rows: Iterable<Uint8Array>): Generator<Uint8Array> {
  let strip = new Uint8Array(STRIP_BYTES);
  let at = 0;
  for (const row of rows) {
    if (at > 0 && at + row.length + 1 > STRIP_BYTES) {
      yield strip.subarray(0, at);
      strip = new Uint8Array(STRIP_BYTES);
      at = 0;
    }
    strip.set(row, at + 1);
    at += row.length + 1;
  }
  yield strip.subarray(0, at);
}
