/**
 * Decodes PNG logos so that they can be drawn into a PNG code: every colour type and depth, but no
 * interlacing and no colour profiles.
 */

import { inflate, readChunks, type PngChunk } from "./png-chunks.ts";
import { rgbaOf, type PngLayout } from "./png-pixels.ts";

/** Red, green, blue and opacity, one byte each, row by row. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** What an image may be at most: its header is compared with this before anything is unpacked. */
export interface RasterBounds {
  readonly pixelsMax: number;
  /** Bits per sample. */
  readonly depthMax: number;
}

/** The samples per pixel and their possible depths, by colour type. */
const FORMATS: Readonly<Record<number, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

/** Decodes an image; returns null if it is broken, interlaced or beyond the bounds. */
export async function readPng(png: Uint8Array, bounds: RasterBounds): Promise<Raster | null> {
  const chunks = [...readChunks(png)];
  const layout = layoutOf(chunks);
  if (layout === null || !isWithin(layout, bounds)) return null;
  const packed = chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data);
  const bytes = await inflate(packed, (layout.rowBytes + 1) * layout.height);
  if (bytes === null || !unfilter(bytes, layout)) return null;
  return { width: layout.width, height: layout.height, rgba: rgbaOf(bytes, layout, chunks) };
}

/** Whether an image that can be decoded is within the bounds; false for all others. */
export function isPngWithin(png: Uint8Array, bounds: RasterBounds): boolean {
  const layout = layoutOf([...readChunks(png)]);
  return layout !== null && isWithin(layout, bounds);
}

function isWithin({ width, height, depth }: PngLayout, bounds: RasterBounds): boolean {
  return width * height <= bounds.pixelsMax && depth <= bounds.depthMax;
}

function layoutOf([header]: readonly PngChunk[]): PngLayout | null {
  if (header?.type !== "IHDR" || header.data.length !== 13) return null;
  const view = new DataView(header.data.buffer, header.data.byteOffset, 13);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colorType, interlacing] = [view.getUint8(8), view.getUint8(9), view.getUint8(12)];
  const format = FORMATS[colorType];
  if (format?.depths.includes(depth) !== true || interlacing !== 0) return null;
  if (width * height === 0) return null;
  const rowBytes = Math.ceil((width * format.channels * depth) / 8);
  return { width, height, depth, colorType, channels: format.channels, rowBytes };
}

/** Reverses each row's filter in place; returns false for an unknown filter. */
function unfilter(bytes: Uint8Array, { height, rowBytes, channels, depth }: PngLayout): boolean {
  const step = Math.max(1, (channels * depth) / 8);
  let above: Uint8Array = new Uint8Array(rowBytes);
  for (let y = 0; y < height; y += 1) {
    const start = y * (rowBytes + 1);
    const filter = bytes[start] ?? 0;
    if (filter > 4) return false;
    const row = bytes.subarray(start + 1, start + 1 + rowBytes);
    if (filter !== 0) FILTERS[filter - 1]?.(row, above, step);
    above = row;
  }
  return true;
}

/** Adds to each byte of a row what its filter predicts; `step` bytes back is the pixel before. */
type Unfilter = (row: Uint8Array, above: Uint8Array, step: number) => void;

// A loop per filter: to ask for the filter at each byte takes four times as long.
const FILTERS: readonly Unfilter[] = [
  function sub(row, _above, step) {
    for (let x = step; x < row.length; x += 1) row[x] = (row[x] ?? 0) + (row[x - step] ?? 0);
  },
  function up(row, above) {
    for (let x = 0; x < row.length; x += 1) row[x] = (row[x] ?? 0) + (above[x] ?? 0);
  },
  function average(row, above, step) {
    for (let x = 0; x < step; x += 1) row[x] = (row[x] ?? 0) + ((above[x] ?? 0) >> 1);
    for (let x = step; x < row.length; x += 1) {
      row[x] = (row[x] ?? 0) + (((row[x - step] ?? 0) + (above[x] ?? 0)) >> 1);
    }
  },
  function paeth(row, above, step) {
    for (let x = 0; x < step; x += 1) row[x] = (row[x] ?? 0) + (above[x] ?? 0);
    for (let x = step; x < row.length; x += 1) {
      const left = row[x - step] ?? 0;
      const up = above[x] ?? 0;
      const corner = above[x - step] ?? 0;
      const toLeft = Math.abs(up - corner);
      const toUp = Math.abs(left - corner);
      const toCorner = Math.abs(left + up - 2 * corner);
      const nearest = toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
      row[x] = (row[x] ?? 0) + nearest;
    }
  },
];
