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
    { type: "IDAT", data: await deflate(unfiltered(rows, height)) },
    { type: "IEND", data: new Uint8Array() },
  ];
  return new Blob([PNG_SIGNATURE, ...chunks.map(writeChunk)]).bytes();
}

/** Joins rows, each after filter byte 0 (none): equal rows compress well without a filter. */
function unfiltered(rows: Iterable<Uint8Array>, height: number): Uint8Array {
  let bytes: Uint8Array | null = null;
  let at = 0;
  for (const row of rows) {
    bytes ??= new Uint8Array((row.length + 1) * height);
    bytes.set(row, at + 1);
    at += row.length + 1;
  }
  return bytes ?? new Uint8Array();
}
