/**
 * Draws a QR code as PNG: with a two-colour palette, or in full colour if it contains a logo.
 *
 * Only PNG logos can be decoded here. For a JPEG or WebP logo, or a PNG that `shrink-logo.ts` could
 * not make small, the centre stays empty; the SVG shows every logo.
 */

import { rgbOf, type Rgb } from "./colors.ts";
import { fitLogo, type Patch } from "./compose.ts";
import { parseLogo } from "./logo.ts";
import { qrMatrix, type QrMatrix } from "./matrix.ts";
import { readPng } from "./png-reader.ts";
import { writePng } from "./png-writer.ts";
import type { QrSettings } from "./settings.ts";
import { SMALL_LOGO } from "./shrink-logo.ts";
import { pixelGrid, type PixelGrid } from "./size.ts";

/** Draws the code of a text, `size` pixels wide, or wider if its modules would not fit. */
export async function drawQrPng(
  text: string,
  settings: QrSettings,
  size: number,
): Promise<Uint8Array> {
  const logo = settings.useLogo ? settings.logo : null;
  const matrix = qrMatrix(text, { cleared: logo !== null });
  const grid = pixelGrid(matrix, size);
  const palette = [rgbOf(settings.bgColor), rgbOf(settings.color)] as const;
  const placed = logo === null ? null : await placeLogo(logo, matrix, grid, palette[0]);
  return writePng({
    width: grid.width,
    height: grid.width,
    colors: placed === null ? palette : "rgb",
    rows:
      placed === null
        ? rowsOf(matrix, grid, bitRow)
        : withPatch(
            rowsOf(matrix, grid, (dark, at) => rgbRow(dark, at, palette)),
            placed,
          ),
  });
}

interface PlacedPatch extends Patch {
  readonly left: number;
  readonly top: number;
}

async function placeLogo(
  dataUrl: string,
  { clearing }: QrMatrix,
  { scale, margin }: PixelGrid,
  background: Rgb,
): Promise<PlacedPatch | null> {
  const logo = parseLogo(dataUrl);
  const raster = logo.ok ? await readPng(logo.value.bytes, SMALL_LOGO) : null;
  if (raster === null || clearing === null) return null;
  const patch = await fitLogo(raster, (clearing.side - 1) * scale, background);
  const middle = margin + (clearing.start + clearing.side / 2) * scale;
  return {
    ...patch,
    left: Math.round(middle - patch.width / 2),
    top: Math.round(middle - patch.height / 2),
  };
}

type DrawRow = (dark: readonly boolean[], grid: PixelGrid) => Uint8Array;

/** Yields the rows of pixels; all rows of one row of modules are the same array. */
function* rowsOf({ rows }: QrMatrix, grid: PixelGrid, draw: DrawRow): Generator<Uint8Array> {
  const { width, scale, margin } = grid;
  const blank = draw([], grid);
  for (let y = 0; y < margin; y += 1) yield blank;
  for (const dark of rows) {
    const row = draw(dark, grid);
    for (let y = 0; y < scale; y += 1) yield row;
  }
  for (let y = margin + rows.length * scale; y < width; y += 1) yield blank;
}

function bitRow(dark: readonly boolean[], { width, scale, margin }: PixelGrid): Uint8Array {
  const row = new Uint8Array(Math.ceil(width / 8));
  for (const [module, isDark] of dark.entries()) {
    if (!isDark) continue;
    const start = margin + module * scale;
    for (let x = start; x < start + scale; x += 1) {
      row[x >> 3] = (row[x >> 3] ?? 0) | (0x80 >> (x & 7));
    }
  }
  return row;
}

function rgbRow(
  dark: readonly boolean[],
  { width, scale, margin }: PixelGrid,
  [light, ink]: readonly [Rgb, Rgb],
): Uint8Array {
  const row = new Uint8Array(width * 3);
  for (let x = 0; x < width; x += 1) {
    const [red, green, blue] = dark[Math.floor((x - margin) / scale)] === true ? ink : light;
    row[x * 3] = red;
    row[x * 3 + 1] = green;
    row[x * 3 + 2] = blue;
  }
  return row;
}

function* withPatch(
  rows: Iterable<Uint8Array>,
  { left, top, width, height, rgb }: PlacedPatch,
): Generator<Uint8Array> {
  let y = 0;
  for (const row of rows) {
    if (y >= top && y < top + height) {
      const line = row.slice();
      line.set(rgb.subarray((y - top) * width * 3, (y - top + 1) * width * 3), left * 3);
      yield line;
    } else {
      yield row;
    }
    y += 1;
  }
}
