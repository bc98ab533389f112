/** Encodes PNG images, either with a two-colour palette or with eight bits per channel. */

import type { Rgb } from "./colors.ts";
import { deflate, PNG_SIGNATURE, writeChunk } from "./png-chunks.ts";

export interface PngImage {
  readonly width: number;
  readonly height: number;
  /**
   * With a palette, one bit per pixel picks one of two colours, the first bit leftmost; null for
   * RGB rows.
   */
  readonly palette: readonly [Rgb, Rgb] | null;
  /** From top to bottom; the same array may be yielded repeatedly. */
  readonly rows: Iterable<Uint8Array>;
}

const COLOR_TYPE_RGB = 2;
const COLOR_TYPE_PALETTE = 3;
/**
 * How much is passed to the compressor at once: one call per row costs more than the compression.
 */
const BAND_BYTES = 64 * 1024;

/** Encodes an image; needs memory for the compressed bytes and one band of rows. */
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

/**
 * Joins rows into bands, each row after filter byte 0 (none): equal rows compress well without a
 * filter.
 */
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
