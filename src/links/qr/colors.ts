/** Parses the colours of a QR code and decides whether a camera can tell them apart. */

export type Rgb = readonly [red: number, green: number, blue: number];

/**
 * How many times brighter the lighter colour must be. Readers split light from dark at about half
 * of the brightness around a module. (Measured with one reader: it reads all pairs above these
 * limits, and hardly any far below.) A light code on a dark background needs more, since its dark
 * margin is taken for the light one.
 */
const RATIO_MIN = 2;
const RATIO_MIN_INVERTED = 3;
/**
 * A quarter of the scale, because two dark colours can differ by a large factor and still both be
 * black to a camera.
 */
const DIFFERENCE_MIN = 64;

const HEX_COLOR = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/;

/** Returns `#rrggbb` in lower case for `#rgb` or `#rrggbb`, null for anything else. */
export function parseColor(text: string): string | null {
  const lower = text.toLowerCase();
  if (!HEX_COLOR.test(lower)) return null;
  return lower.length === 4 ? lower.replaceAll(/[0-9a-f]/g, "$&$&") : lower;
}

/** Splits a colour that `parseColor` returned. */
export function rgbOf(color: string): Rgb {
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 0xff, value & 0xff];
}

/** Whether readers can tell a code's modules from its background. */
export function isScannable(color: string, bgColor: string): boolean {
  const [ink, paper] = [brightnessOf(color), brightnessOf(bgColor)];
  if (Math.abs(paper - ink) < DIFFERENCE_MIN) return false;
  return paper > ink ? paper >= RATIO_MIN * ink : ink >= RATIO_MIN_INVERTED * paper;
}

/** Returns the brightness from 0 to 255, the scale of a camera's picture. */
function brightnessOf(color: string): number {
  const [red, green, blue] = rgbOf(color);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
