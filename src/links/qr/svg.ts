/** Draws a QR code as SVG: fixed markup around numbers; everything else is escaped. */

import { qrMatrix, QUIET_ZONE, type Clearing, type QrMatrix } from "./matrix.ts";
import type { QrSettings } from "./settings.ts";

/** Draws the code of a text, `size` pixels wide, with a logo in a cleared centre. */
export function drawQrSvg(text: string, settings: QrSettings, size: number): string {
  return sizedSvg(drawSizelessSvg(text, settings), size);
}

/** Completes what `drawSizelessSvg` returned: the only part of an SVG that depends on its size. */
export function sizedSvg(sizeless: string, size: number): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}"${sizeless}`;
}

/** Draws all of an SVG after the size in its first tag. */
export function drawSizelessSvg(text: string, settings: QrSettings): string {
  const logo = settings.useLogo ? settings.logo : null;
  const matrix = qrMatrix(text, { cleared: logo !== null });
  const width = matrix.size + 2 * QUIET_ZONE;
  return [
    ` viewBox="0 0 ${width} ${width}" role="img">`,
    `<title>QR code: ${escaped(text)}</title>`,
    `<rect width="${width}" height="${width}" fill="${escaped(settings.bgColor)}"/>`,
    `<path d="${pathOf(matrix)}" fill="${escaped(settings.color)}" shape-rendering="crispEdges"/>`,
    logo === null || matrix.clearing === null ? "" : imageOf(logo, matrix.clearing),
    "</svg>\n",
  ].join("");
}

/** Returns a path with one rectangle per run of dark modules in a row. */
function pathOf({ rows }: QrMatrix): string {
  let path = "";
  for (const [y, row] of rows.entries()) {
    let x = 0;
    while (x < row.length) {
      const start = x;
      while (row[x] === true) x += 1;
      const run = x - start;
      if (run > 0) path += `M${start + QUIET_ZONE} ${y + QUIET_ZONE}h${run}v1h-${run}z`;
      else x += 1;
    }
  }
  return path;
}

function imageOf(logo: string, { start, side }: Clearing): string {
  const at = start + QUIET_ZONE + 0.5;
  return `<image x="${at}" y="${at}" width="${side - 1}" height="${side - 1}" href="${escaped(logo)}"/>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? "");
}
