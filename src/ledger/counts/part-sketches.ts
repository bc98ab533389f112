/**
 * The visitors of a link's parts, its rules and variants, on one day: one sketch each, in one BLOB.
 *
 * Every batch that touches the link loads and saves the row that holds them. Therefore only the
 * sketches that a batch adds to are decoded, and the bytes of the others are copied.
 */

import { utf8 } from "../../platform/bytes.ts";
import { OTHER } from "./bounds.ts";
import type { Cell } from "./cell.ts";
import {
  COARSE_BYTES,
  coarsenSketch,
  decodeSketch,
  emptySketch,
  encodeSketch,
  type Sketch,
} from "./sketch.ts";

export type PartKind = "rule" | "variant";

/** The key of one part. */
export type PartKey = `r:${string}` | `v:${string}`;

export interface PartSketches {
  /** The stored bytes; null when there are none, and once a part has changed. */
  stored: Uint8Array<ArrayBuffer> | null;
  /** Null until a part is read. */
  parts: Map<string, Part> | null;
}

interface Part {
  readonly name: Uint8Array;
  /** Null once the sketch has changed. */
  bytes: Uint8Array | null;
  /** Null until a visitor is added. */
  sketch: Sketch | null;
}

/**
 * The most bytes of all parts and the row's long texts. A row may have 2 MB; the rest is for the
 * link's own sketch and the small columns. On a typical day this is enough for 150 parts with all
 * their registers in use.
 */
const ROW_BYTES_MAX = 1_950_000;

const FORMAT = 1;
/** The bytes before each part: the lengths of its name and of its sketch. */
const HEAD_BYTES = 4;

const decoder = new TextDecoder();

export function partKey(kind: PartKind, id: string): PartKey {
  return `${kind === "rule" ? "r" : "v"}:${id}`;
}

/** Returns the key that a part has in its day's cell, which names at most 500 of each kind. */
export function partKeyIn({ values }: Cell, kind: PartKind, id: string): PartKey {
  return partKey(kind, values[kind].has(id) ? id : OTHER);
}

/** Wraps what `encodeParts` wrote without decoding it; null stands for a day without parts. */
export function storedParts(stored: ArrayBuffer | null): PartSketches {
  return { stored: stored === null ? null : new Uint8Array(stored), parts: null };
}

/** Returns a part's sketch for the caller to add to; an empty one for a new part. */
export function partSketch(held: PartSketches, key: PartKey): Sketch {
  const parts = partsOf(held);
  const part = parts.get(key) ?? { name: utf8(key), bytes: null, sketch: null };
  part.sketch ??= part.bytes === null ? emptySketch() : decodeSketch(part.bytes);
  part.bytes = null;
  held.stored = null;
  parts.set(key, part);
  return part.sketch;
}

/** Yields each part's sketch, which the caller must not change. */
export function* eachPart(held: PartSketches): Generator<[key: string, sketch: Sketch]> {
  for (const [key, { bytes, sketch }] of partsOf(held)) {
    if (sketch !== null) yield [key, sketch];
    else if (bytes !== null) yield [key, decodeSketch(bytes)];
  }
}

/**
 * Encodes all parts; returns null when there are none.
 *
 * When they do not fit into one row with `others`, the row's long texts, the largest sketches are
 * made coarse, one after the other, until they do.
 */
export function encodeParts(
  held: PartSketches,
  others: readonly (string | null)[],
  rowBytesMax = ROW_BYTES_MAX,
): Uint8Array<ArrayBuffer> | null {
  const { stored } = held;
  if (stored === null && (held.parts === null || held.parts.size === 0)) return null;
  if (stored !== null && overflow(stored.length, others, rowBytesMax) === 0) return stored;
  const parts = [...partsOf(held).values()].map((part) => ({ part, bytes: bytesOf(part) }));
  let length = 1;
  for (const { part, bytes } of parts) length += HEAD_BYTES + part.name.length + bytes.length;
  const fits = length - overflow(length, others, rowBytesMax);
  if (length > fits) {
    for (const each of parts.toSorted((a, b) => b.bytes.length - a.bytes.length)) {
      if (length <= fits || each.bytes.length <= COARSE_BYTES) break;
      length -= each.bytes.length;
      each.bytes = coarsen(each.part);
      length += each.bytes.length;
    }
  }
  const joined = new Uint8Array(length);
  const view = new DataView(joined.buffer);
  joined[0] = FORMAT;
  let offset = 1;
  for (const { part, bytes } of parts) {
    view.setUint16(offset, part.name.length);
    view.setUint16(offset + 2, bytes.length);
    offset += HEAD_BYTES;
    joined.set(part.name, offset);
    offset += part.name.length;
    joined.set(bytes, offset);
    // The row stays in memory, so parts refer to its bytes instead of holding copies.
    part.bytes = joined.subarray(offset, offset + bytes.length);
    offset += bytes.length;
  }
  held.stored = joined;
  return joined;
}

function partsOf(held: PartSketches): Map<string, Part> {
  held.parts ??= held.stored === null ? new Map() : split(held.stored);
  return held.parts;
}

function split(stored: Uint8Array): Map<string, Part> {
  if (stored[0] !== FORMAT) throw new Error("The sketches of parts have an unknown format.");
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  const parts = new Map<string, Part>();
  for (let offset = 1; offset < stored.length;) {
    const nameEnd = offset + HEAD_BYTES + view.getUint16(offset);
    const end = nameEnd + view.getUint16(offset + 2);
    const name = stored.subarray(offset + HEAD_BYTES, nameEnd);
    parts.set(decoder.decode(name), { name, bytes: stored.subarray(nameEnd, end), sketch: null });
    offset = end;
  }
  return parts;
}

/** Returns by how many bytes a row would be too long. */
function overflow(length: number, others: readonly (string | null)[], rowBytesMax: number): number {
  // UTF-8 takes at most three bytes per UTF-16 unit, so counting them is seldom necessary.
  let chars = 0;
  for (const text of others) chars += text?.length ?? 0;
  if (length + 3 * chars <= rowBytesMax) return 0;
  const bytes = others.reduce((sum, text) => sum + utf8(text ?? "").length, 0);
  return Math.max(0, length + bytes - rowBytesMax);
}

function bytesOf({ bytes, sketch }: Part): Uint8Array {
  return bytes ?? encodeSketch(sketch ?? emptySketch());
}

function coarsen(part: Part): Uint8Array {
  const sketch = part.sketch ?? decodeSketch(bytesOf(part));
  coarsenSketch(sketch);
  return encodeSketch(sketch);
}
