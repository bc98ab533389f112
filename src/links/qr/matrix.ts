/** Lays out a QR code as modules, and keeps its centre free when a logo goes there. */

import { encode } from "uqr";

/** The empty margin that the standard asks for, in modules on each side. */
export const QUIET_ZONE = 4;

/** A square of modules that are left light; the logo stays half a module away from its edges. */
export interface Clearing {
  readonly start: number;
  readonly side: number;
}

export interface QrMatrix {
  /** Modules on each side, without the quiet zone. */
  readonly size: number;
  /** `rows[y][x]` is true for a module in the foreground colour. */
  readonly rows: readonly (readonly boolean[])[];
  readonly clearing: Clearing | null;
}

/**
 * The clearing's share of a side: a twentieth of the area, where level H repairs three tenths of
 * the code. Readers also need the corners and the timing patterns, which it never reaches.
 */
const CLEARING_SHARE = 0.24;

/**
 * Encodes a text at error correction M or better, or at H with a clearing in the middle.
 *
 * Throws a RangeError beyond version 40: 2,331 bytes, or 1,273 with a clearing.
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

/** Gives an odd side, as the code's own is, so that the logo sits exactly in the middle. */
function clearingOf(size: number): Clearing {
  const side = Math.floor((size * CLEARING_SHARE - 1) / 2) * 2 + 1;
  return { start: (size - side) / 2, side };
}

function within({ start, side }: Clearing, at: number): boolean {
  return at >= start && at < start + side;
}
