/** The container of a PNG image: its signature, its chunks, and deflate in both directions. */

import { utf8 } from "../../platform/bytes.ts";
import { pause } from "../../platform/pauses.ts";

export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

export interface PngChunk {
  readonly type: string;
  readonly data: Uint8Array;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

/** Writes one chunk: length, type, data and checksum. */
export function writeChunk({ type, data }: PngChunk): Uint8Array {
  const chunk = new Uint8Array(data.length + 12);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  chunk.set(utf8(type), 4);
  chunk.set(data, 8);
  view.setUint32(data.length + 8, crcOf(chunk.subarray(4, data.length + 8)));
  return chunk;
}

/**
 * Yields the complete chunks of an image, none if it is no PNG; does not verify their checksums.
 */
export function* readChunks(png: Uint8Array): Generator<PngChunk> {
  if (!PNG_SIGNATURE.every((byte, at) => png[at] === byte)) return;
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  let at = PNG_SIGNATURE.length;
  while (at + 12 <= png.length) {
    const length = view.getUint32(at);
    const end = at + 8 + length;
    if (end + 4 > png.length) return;
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    yield { type, data: png.subarray(at + 8, end) };
    at = end + 4;
  }
}

/**
 * Compresses an image that is made strip by strip, with a pause between two. CompressionStream has
 * no levels, and its own one takes forty times as long for rows that repeat, as those of a code do.
 */
export async function deflate(strips: Iterable<Uint8Array>): Promise<Uint8Array> {
  // A static import would be evaluated when the Worker starts, before any redirect.
  const { createDeflate } = await import("node:zlib");
  const deflater = createDeflate({ level: 1 });
  const parts: Uint8Array[] = [];
  deflater.on("data", (part) => parts.push(part));
  for (const strip of strips) {
    await new Promise<void>((resolve, reject) => {
      deflater.write(strip, (error) => (error ? reject(error) : resolve()));
    });
    await pause();
  }
  await new Promise<void>((resolve) => {
    deflater.on("end", resolve);
    deflater.end();
  });
  return new Blob(parts).bytes();
}

/**
 * Inflates to exactly `length` bytes; returns null if there are fewer or the data is broken.
 *
 * Never inflates what follows, since a small image can hold a gigabyte of zeros.
 */
export async function inflate(
  parts: readonly Uint8Array[],
  length: number,
): Promise<Uint8Array | null> {
  const reader = new Blob([...parts])
    .stream()
    .pipeThrough(new DecompressionStream("deflate"))
    .getReader();
  const bytes = new Uint8Array(length);
  let at = 0;
  try {
    while (at < length) {
      const { done, value } = await reader.read();
      if (done) return null;
      bytes.set(value.subarray(0, length - at), at);
      at += value.length;
    }
    return bytes;
  } catch {
    return null;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
