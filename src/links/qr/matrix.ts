/** Lays out a QR code as modules, and keeps its centre free for a logo. */

import { encode } from "uqr";

/** The empty margin that the standard requires, in modules per side. */
export const QUIET_ZONE = 4;

/** A square of modules that stay light; the logo stays half a module away from its edges. */
export interface Clearing {
  readonly start: number;
  readonly side: number;
}

export interface QrMatrix {
  /** The modules per side, without the quiet zone. */
  readonly size: number;
  /** `rows[y][x]` is true for a module in the foreground colour. */
  readonly rows: readonly (readonly boolean[])[];
  readonly clearing: Clearing | null;
}

/**
 * The clearing's share of a side: about a twentieth of the area, while level H repairs three tenths
 * of the code. Readers also need the corners and the timing patterns, which the clearing never
 * reaches.
 */
const CLEARING_SHARE = 0.24;

/**
 * Encodes a text with error correction M or better, or H with a clearing in the middle.
 *
 * Throws a RangeError for a text that exceeds version 40: 2,331 bytes, or 1,273 with a clearing.
 */
export function qrMatrix(text: string, { cleared }: { readonly cleared: boolean }): QrMatrix {
  const { size, data } = encode(text, { ecc: cleared ? "H" : "M", boostEcc: true, border: 0 });
  if (!cleared) return { size, rows: data, clearing: null };
  const clearing = clearingOf(size);
  const rows = data.map((row, y) =>
    row.map((dark, x) => dark && !(within(clearing, x) && within(clearing, y))),
  );
  return { size, rows, clearing };
}

/**
 * Returns the clearing. Its side is odd, as the code's is, so that the logo is exactly in the
 * middle.
 */
function clearingOf(size: number): Clearing {
  const side = Math.floor((size * CLEARING_SHARE - 1) / 2) * 2 + 1;
  return { start: (size - side) / 2, side };
}

function within({ start, side }: Clearing, at: number): boolean {
  return at >= start && at < start + side;
}
