/** The size of a QR code, in pixels. */

import { err, ok, type Result } from "../../platform/result.ts";
import type { QrSizeRefused } from "./errors.ts";
import { QUIET_ZONE, type QrMatrix } from "./matrix.ts";

const QR_SIZE_MIN = 64;
const QR_SIZE_MAX = 2_048;
const QR_SIZE_DEFAULT = 512;

/** Parses a `size` parameter; returns the default if there is none. */
export function parseQrSize(text: string | null | undefined): Result<number, QrSizeRefused> {
  if (text === null || text === undefined) return ok(QR_SIZE_DEFAULT);
  const size = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return size >= QR_SIZE_MIN && size <= QR_SIZE_MAX
    ? ok(size)
    : err({ reason: "qr_size_refused", min: QR_SIZE_MIN, max: QR_SIZE_MAX });
}

/** The widths of PNG codes: few, so that most drawings are already in the cache. */
const PNG_SIZES = [64, 96, 128, 192, 256, 384, 512, 768, 1_024, 1_536, QR_SIZE_MAX] as const;

/** Returns the width of the PNG code that answers a request for `size`: at least as wide. */
export function pngSizeFor(size: number): number {
  return PNG_SIZES.find((listed) => listed >= size) ?? QR_SIZE_MAX;
}

export interface PixelGrid {
  readonly width: number;
  /** Pixels per module: an integer, so that all modules are equally wide. */
  readonly scale: number;
  /** The first pixel of the code itself; left-over pixels widen the quiet zone. */
  readonly margin: number;
}

/**
 * Fits a code into a square of `size` pixels; the square grows if a module would get less than one.
 */
export function pixelGrid({ size: modules }: QrMatrix, size: number): PixelGrid {
  const scale = Math.max(1, Math.floor(size / (modules + 2 * QUIET_ZONE)));
  const width = Math.max(size, (modules + 2 * QUIET_ZONE) * scale);
  return { width, scale, margin: Math.floor((width - modules * scale) / 2) };
}
