/** Scales images: a logo when it is stored, and again to its place in a code. */

import { pause } from "../../platform/pauses.ts";
import type { Rgb } from "./colors.ts";
import type { Raster } from "./png-reader.ts";

/** Opaque pixels, three bytes per pixel, row by row. */
export interface Patch {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** Rows that are made before a pause: some two milliseconds of the thread. */
const ROWS_AT_ONCE = 64;

/** Fits a logo into a square of `side` pixels on a flat background, keeping its proportions. */
export async function fitLogo(logo: Raster, side: number, background: Rgb): Promise<Patch> {
  const { width, height, rgba } = await fitRaster(logo, side);
  await pause();
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const alpha = (rgba[pixel * 4 + 3] ?? 0) / 255;
    for (let channel = 0; channel < 3; channel += 1) {
      const ink = rgba[pixel * 4 + channel] ?? 0;
      const paper = background[channel] ?? 0;
      rgb[pixel * 3 + channel] = Math.round(ink * alpha + paper * (1 - alpha));
    }
  }
  return { width, height, rgb };
}

/**
 * Fits an image into a square of `side` pixels, keeping its proportions.
 *
 * Each pixel is the mean of the source pixels that it covers, weighted by opacity: a large image
 * shrinks smoothly, a small one grows in blocks.
 */
export async function fitRaster(image: Raster, side: number): Promise<Raster> {
  const scale = side / Math.max(image.width, image.height);
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    if (y > 0 && y % ROWS_AT_ONCE === 0) await pause();
    const rows = spanOf(y, height, image.height);
    for (let x = 0; x < width; x += 1) {
      writeMean(rgba, (y * width + x) * 4, image, spanOf(x, width, image.width), rows);
    }
  }
  return { width, height, rgba };
}

type Span = readonly [from: number, to: number];

/** Returns the source pixels that one target pixel covers, at least one. */
function spanOf(at: number, targets: number, sources: number): Span {
  const from = Math.floor((at * sources) / targets);
  return [from, Math.max(from + 1, Math.floor(((at + 1) * sources) / targets))];
}

function writeMean(
  target: Uint8Array,
  place: number,
  { width, rgba }: Raster,
  [x0, x1]: Span,
  [y0, y1]: Span,
): void {
  let [red, green, blue, opacity] = [0, 0, 0, 0];
  for (let y = y0; y < y1; y += 1) {
    for (let at = (y * width + x0) * 4; at < (y * width + x1) * 4; at += 4) {
      const alpha = rgba[at + 3] ?? 0;
      opacity += alpha;
      red += (rgba[at] ?? 0) * alpha;
      green += (rgba[at + 1] ?? 0) * alpha;
      blue += (rgba[at + 2] ?? 0) * alpha;
    }
  }
  if (opacity === 0) return;
  target[place] = Math.round(red / opacity);
  target[place + 1] = Math.round(green / opacity);
  target[place + 2] = Math.round(blue / opacity);
  target[place + 3] = Math.round(opacity / ((x1 - x0) * (y1 - y0)));
}
