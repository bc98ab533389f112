/** Converts the unfiltered rows of a PNG image, in any of its formats, to RGBA bytes. */

import type { PngChunk } from "./png-chunks.ts";

export interface PngLayout {
  readonly width: number;
  readonly height: number;
  /** Bits per sample. */
  readonly depth: number;
  readonly colorType: number;
  /** Samples per pixel. */
  readonly channels: number;
  /** The bytes of a row, without the filter byte before it. */
  readonly rowBytes: number;
}

const PALETTE = 3;
const OPAQUE = 255;

/** Returns each pixel's red, green, blue and opacity; 16-bit samples keep their upper 8 bits. */
export function rgbaOf(
  rows: Uint8Array,
  layout: PngLayout,
  chunks: readonly PngChunk[],
): Uint8Array {
  const samples = samplesOf(rows, layout);
  const dataOf = (name: string) => chunks.find(({ type }) => type === name)?.data;
  switch (layout.channels) {
    case 1:
      return throughTable(samples, tableOf(layout, dataOf("PLTE"), dataOf("tRNS")));
    case 2:
      return withOpacity(samples);
    case 3:
      return opaque(samples, layout, dataOf("tRNS"));
    default:
      return samples;
  }
}

/**
 * Returns one byte per sample. Samples below 8 bits are not scaled, since they may be palette
 * indexes.
 */
function samplesOf(rows: Uint8Array, { width, height, depth, channels, rowBytes }: PngLayout) {
  const perRow = width * channels;
  const samples = new Uint8Array(perRow * height);
  if (depth === 8) {
    for (let y = 0; y < height; y += 1) {
      const start = y * (rowBytes + 1) + 1;
      samples.set(rows.subarray(start, start + rowBytes), y * perRow);
    }
    return samples;
  }
  if (depth === 16) {
    for (let y = 0, to = 0; y < height; y += 1) {
      const start = y * (rowBytes + 1) + 1;
      for (let from = start; from < start + rowBytes; from += 2) samples[to++] = rows[from] ?? 0;
    }
    return samples;
  }
  const mask = (1 << depth) - 1;
  for (let y = 0; y < height; y += 1) {
    const start = y * (rowBytes + 1) + 1;
    for (let x = 0; x < perRow; x += 1) {
      const bit = x * depth;
      const byte = rows[start + (bit >> 3)] ?? 0;
      samples[y * perRow + x] = (byte >> (8 - depth - (bit & 7))) & mask;
    }
  }
  return samples;
}

/** Returns the colour of each possible sample of a one-channel image. */
function tableOf(
  { depth, colorType }: PngLayout,
  palette: Uint8Array = new Uint8Array(),
  transparency: Uint8Array | undefined,
): Uint8Array {
  const table = new Uint8Array(256 * 4);
  const greyStep = depth < 8 ? 255 / ((1 << depth) - 1) : 1;
  // The transparent grey takes two bytes at any depth; at 16 bits only the upper byte, which we
  // keep, is compared.
  const clear = depth === 16 ? transparency?.[0] : transparency?.[1];
  for (let sample = 0; sample < 256; sample += 1) {
    if (colorType === PALETTE) {
      table.set(palette.subarray(sample * 3, sample * 3 + 3), sample * 4);
      table[sample * 4 + 3] = transparency?.[sample] ?? OPAQUE;
    } else {
      table.fill(sample * greyStep, sample * 4, sample * 4 + 3);
      table[sample * 4 + 3] = sample === clear ? 0 : OPAQUE;
    }
  }
  return table;
}

function throughTable(samples: Uint8Array, table: Uint8Array): Uint8Array {
  const rgba = new Uint8Array(samples.length * 4);
  const [from, to] = [new Uint32Array(table.buffer), new Uint32Array(rgba.buffer)];
  for (const [at, sample] of samples.entries()) to[at] = from[sample] ?? 0;
  return rgba;
}

function withOpacity(samples: Uint8Array): Uint8Array {
  const rgba = new Uint8Array(samples.length * 2);
  for (let at = 0; at < samples.length; at += 2) {
    rgba.fill(samples[at] ?? 0, at * 2, at * 2 + 3);
    rgba[at * 2 + 3] = samples[at + 1] ?? 0;
  }
  return rgba;
}

function opaque(
  samples: Uint8Array,
  { depth }: PngLayout,
  transparency: Uint8Array | undefined,
): Uint8Array {
  const rgba = new Uint8Array((samples.length / 3) * 4).fill(OPAQUE);
  const low = depth === 16 ? 0 : 1;
  const clear = transparency && [0, 2, 4].map((at) => transparency[at + low]);
  for (let from = 0, to = 0; from < samples.length; from += 3, to += 4) {
    rgba[to] = samples[from] ?? 0;
    rgba[to + 1] = samples[from + 1] ?? 0;
    rgba[to + 2] = samples[from + 2] ?? 0;
    if (clear?.every((value, channel) => value === rgba[to + channel]) === true) rgba[to + 3] = 0;
  }
  return rgba;
}
