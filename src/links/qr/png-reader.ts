/**
 * Decodes PNG logos so that they can be drawn into a PNG code: every colour type and depth, but no
 * interlacing and no colour profiles.
 */

import { inflate, PNG_SIGNATURE, readChunks, type PngChunk } from "./png-chunks.ts";
import { rgbaOf, type PngLayout } from "./png-pixels.ts";

/** Red, green, blue and opacity, one byte each, row by row. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** The most pixels: a larger logo is not needed, and would be unpacked for every drawing. */
export const RASTER_PIXELS_MAX = 1_024 * 1_024;

/** The samples per pixel and their possible depths, by colour type. */
const FORMATS: Readonly<Record<number, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

/** Decodes an image; returns null if it is broken, interlaced or too large. */
export async function readPng(png: Uint8Array): Promise<Raster | null> {
  if (!PNG_SIGNATURE.every((byte, at) => png[at] === byte)) return null;
  const chunks = [...readChunks(png)];
  const layout = layoutOf(chunks);
  if (layout === null) return null;
  const packed = chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data);
  const bytes = await inflate(packed, (layout.rowBytes + 1) * layout.height);
  if (bytes === null || !unfilter(bytes, layout)) return null;
  return { width: layout.width, height: layout.height, rgba: rgbaOf(bytes, layout, chunks) };
}

function layoutOf([header]: readonly PngChunk[]): PngLayout | null {
  if (header?.type !== "IHDR" || header.data.length !== 13) return null;
  const view = new DataView(header.data.buffer, header.data.byteOffset, 13);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colorType, interlacing] = [view.getUint8(8), view.getUint8(9), view.getUint8(12)];
  const format = FORMATS[colorType];
  if (format?.depths.includes(depth) !== true || interlacing !== 0) return null;
  if (width * height === 0 || width * height > RASTER_PIXELS_MAX) return null;
  const rowBytes = Math.ceil((width * format.channels * depth) / 8);
  return { width, height, depth, colorType, channels: format.channels, rowBytes };
}

/** Reverses each row's filter in place; returns false for an unknown filter. */
function unfilter(bytes: Uint8Array, { height, rowBytes, channels, depth }: PngLayout): boolean {
  const pixelBytes = Math.max(1, (channels * depth) / 8);
  const stride = rowBytes + 1;
  for (let y = 0; y < height; y += 1) {
    const filter = bytes[y * stride] ?? 0;
    if (filter > 4) return false;
    if (filter === 0) continue;
    const start = y * stride + 1;
    for (let x = 0; x < rowBytes; x += 1) {
      const left = x < pixelBytes ? 0 : (bytes[start + x - pixelBytes] ?? 0);
      const up = y === 0 ? 0 : (bytes[start + x - stride] ?? 0);
      const corner = x < pixelBytes || y === 0 ? 0 : (bytes[start + x - stride - pixelBytes] ?? 0);
      bytes[start + x] = (bytes[start + x] ?? 0) + predict(filter, left, up, corner);
    }
  }
  return true;
}

function predict(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const [toLeft, toUp] = [Math.abs(up - corner), Math.abs(left - corner)];
  const toCorner = Math.abs(left + up - 2 * corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
