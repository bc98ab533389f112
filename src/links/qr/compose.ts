/** Scales a logo to its place in the code, on a flat background. */

import type { Rgb } from "./colors.ts";
import type { Raster } from "./png-reader.ts";

/** Opaque pixels, three bytes per pixel, row by row. */
export interface Patch {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/**
 * Fits an image into a square of `side` pixels, keeping its proportions.
 *
 * Each pixel is the mean of the source pixels that it covers, weighted by opacity: a large logo
 * shrinks smoothly, a small one grows in blocks.
 */
export function fitLogo(logo: Raster, side: number, background: Rgb): Patch {
  const scale = side / Math.max(logo.width, logo.height);
  const width = Math.max(1, Math.round(logo.width * scale));
  const height = Math.max(1, Math.round(logo.height * scale));
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    const rows = spanOf(y, height, logo.height);
    for (let x = 0; x < width; x += 1) {
      rgb.set(meanOf(logo, spanOf(x, width, logo.width), rows, background), (y * width + x) * 3);
    }
  }
  return { width, height, rgb };
}

type Span = readonly [from: number, to: number];

/** Returns the source pixels that one target pixel covers, at least one. */
function spanOf(at: number, targets: number, sources: number): Span {
  const from = Math.floor((at * sources) / targets);
  return [from, Math.max(from + 1, Math.floor(((at + 1) * sources) / targets))];
}

function meanOf({ width, rgba }: Raster, [x0, x1]: Span, [y0, y1]: Span, background: Rgb) {
  const sums: [number, number, number] = [0, 0, 0];
  let opacity = 0;
  for (let y = y0; y < y1; y += 1) {
    for (let at = (y * width + x0) * 4; at < (y * width + x1) * 4; at += 4) {
      const alpha = rgba[at + 3] ?? 0;
      opacity += alpha;
      sums[0] += (rgba[at] ?? 0) * alpha;
      sums[1] += (rgba[at + 1] ?? 0) * alpha;
      sums[2] += (rgba[at + 2] ?? 0) * alpha;
    }
  }
  const whole = (x1 - x0) * (y1 - y0) * 255;
  return sums.map((sum, channel) =>
    Math.round((sum + (background[channel] ?? 0) * (whole - opacity)) / whole),
  );
}
