/** Writes PNG images: two colours in a palette, or eight bits a channel. */

import type { Rgb } from "./colors.ts";
import { deflate, PNG_SIGNATURE, writeChunk } from "./png-chunks.ts";

export interface PngImage {
  readonly width: number;
  readonly height: number;
  /** One bit a pixel that picks of two colours, the first bit leftmost; null for red, green, blue. */
  readonly palette: readonly [Rgb, Rgb] | null;
  /** From top to bottom; a row may be given again and again. */
  readonly rows: Iterable<Uint8Array>;
}

const COLOR_TYPE_RGB = 2;
const COLOR_TYPE_PALETTE = 3;
/** About this much is handed to the compressor at once: a call a row costs more than the packing. */
const BAND_BYTES = 64 * 1024;

/** Encodes an image; its memory is that of the packed bytes and one band of rows. */
export async function writePng({ width, height, palette, rows }: PngImage): Promise<Uint8Array> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = palette === null ? 8 : 1;
  header[9] = palette === null ? COLOR_TYPE_RGB : COLOR_TYPE_PALETTE;
  const chunks = [
    { type: "IHDR", data: header },
    ...(palette === null ? [] : [{ type: "PLTE", data: Uint8Array.from(palette.flat()) }]),
    { type: "IDAT", data: await deflate(bandsOf(rows)) },
    { type: "IEND", data: new Uint8Array() },
  ];
  return new Blob([PNG_SIGNATURE, ...chunks.map(writeChunk)]).bytes();
}

/** Puts rows together, each behind the filter byte 0 (none): equal rows pack well as they are. */
function* bandsOf(rows: Iterable<Uint8Array>): Generator<Uint8Array> {
  let band = new Uint8Array(BAND_BYTES);
  let at = 0;
  for (const row of rows) {
    if (at + 1 + row.length > band.length) {
      yield band.subarray(0, at);
      band = new Uint8Array(Math.max(BAND_BYTES, row.length + 1));
      at = 0;
    }
    band.set(row, at + 1);
    at += row.length + 1;
  }
  yield band.subarray(0, at);
}
