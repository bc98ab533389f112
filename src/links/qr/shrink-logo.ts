/**
 * Makes a logo small once, when it is stored, so that no drawing has to unpack a large one.
 *
 * Only PNG logos can be decoded here, up to `LARGE_LOGO` and without interlacing. Any other image
 * stays as it is: an SVG code shows it, and a PNG code leaves its centre empty.
 */

import { fitRaster } from "./compose.ts";
import { LOGO_BYTES_MAX, type Logo } from "./logo.ts";
import { isPngWithin, readPng, type Raster, type RasterBounds } from "./png-reader.ts";
import { writePng } from "./png-writer.ts";

/** What a drawing decodes, in about a millisecond. */
export const SMALL_LOGO: RasterBounds = { pixelsMax: 256 * 256, depthMax: 8 };
/** What is decoded to be made small. */
const LARGE_LOGO: RasterBounds = { pixelsMax: 1_024 * 1_024, depthMax: 16 };

/** The second is for a picture so noisy that the first is too large; its pixels always fit. */
const SIDES = [256, 128] as const;

/** Whether `shrinkLogo` would decode the image, by its header alone. */
export function isLarge({ type, bytes }: Logo): boolean {
  return type === "image/png" && !isPngWithin(bytes, SMALL_LOGO) && isPngWithin(bytes, LARGE_LOGO);
}

/** Returns a PNG of at most 256 pixels a side and 8 bits a sample, or the logo itself. */
export async function shrinkLogo(logo: Logo): Promise<Logo> {
  if (!isLarge(logo)) return logo;
  const raster = await readPng(logo.bytes, LARGE_LOGO);
  if (raster === null) return logo;
  for (const side of SIDES) {
    const isSmall = Math.max(raster.width, raster.height) <= side;
    const bytes = await encode(isSmall ? raster : await fitRaster(raster, side));
    if (bytes.length <= LOGO_BYTES_MAX) return { type: "image/png", bytes };
  }
  return logo;
}

function encode({ width, height, rgba }: Raster): Promise<Uint8Array> {
  return writePng({ width, height, colors: "rgba", rows: rowsOf(rgba, width * 4) });
}

function* rowsOf(rgba: Uint8Array, rowBytes: number): Generator<Uint8Array> {
  for (let at = 0; at < rgba.length; at += rowBytes) yield rgba.subarray(at, at + rowBytes);
}
