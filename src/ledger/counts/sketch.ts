/**
 * Counts distinct visitors in little space: a HyperLogLog of 2^14 registers.
 *
 * While it has few visitors, a sketch holds 25-bit register indexes with their ranks instead, which
 * is exact but for rare collisions. When space runs out, it is made coarse, with 2^10 registers and
 * an error of 3 % instead of 0.8 %. No hash can be recovered from any of the three.
 */

export interface Sketch {
  /** Sorted `index25 * 64 + rank` values; empty once the registers are in use. */
  sparse: number[];
  /** 2^14 registers, or 2^10 if the sketch is coarse; null while it is sparse. */
  registers: Uint8Array | null;
}

const REGISTERS = 2 ** 14;
const COARSE_REGISTERS = 2 ** 10;
/** The size of every coarse sketch. */
export const COARSE_BYTES = 1 + (COARSE_REGISTERS * 3) / 4;
const SPARSE_PRECISION = 25;
const SPARSE_REGISTERS = 2 ** SPARSE_PRECISION;
/** The four-byte entries that take as many bytes as the packed registers. */
const SPARSE_ENTRIES_MAX = 3_072;

const KIND_SPARSE = 1;
const KIND_DENSE = 2;

export function emptySketch(): Sketch {
  return { sparse: [], registers: null };
}

/** Adds one visitor, given as a uniformly distributed 64-bit hash of 16 hex digits. */
export function addVisitor(sketch: Sketch, hash: string): void {
  const high = Number.parseInt(hash.slice(0, 8), 16);
  const low = Number.parseInt(hash.slice(8, 16), 16);
  const index = high >>> (32 - SPARSE_PRECISION);
  const rest = high & 0x7f;
  const rank = rest === 0 ? 8 + Math.clz32(low) : Math.clz32(rest) - 24;
  addEntry(sketch, index * 64 + rank);
}

/** Adds the visitors of `source` to `target`, which becomes coarse if `source` is. */
export function mergeSketch(target: Sketch, source: Sketch): void {
  for (const entry of source.sparse) addEntry(target, entry);
  if (source.registers === null) return;
  if (source.registers.length < REGISTERS) coarsenSketch(target);
  const registers = toRegisters(target);
  if (registers.length < source.registers.length) {
    foldRegisters(registers, source.registers);
    return;
  }
  for (let index = 0; index < registers.length; index++) {
    raise(registers, index, source.registers[index] ?? 0);
  }
}

/** Makes a sketch coarse. This loses precision and cannot be undone. */
export function coarsenSketch(sketch: Sketch): void {
  const { sparse, registers } = sketch;
  if (registers?.length === COARSE_REGISTERS) return;
  const coarse = new Uint8Array(COARSE_REGISTERS);
  for (const entry of sparse) foldEntry(coarse, entry);
  if (registers !== null) foldRegisters(coarse, registers);
  sketch.sparse = [];
  sketch.registers = coarse;
}

/** Estimates the number of distinct visitors, as a whole number. */
export function estimateVisitors({ sparse, registers }: Sketch): number {
  if (registers !== null) return Math.round(estimateFromRegisters(registers));
  return Math.round(-SPARSE_REGISTERS * Math.log1p(-sparse.length / SPARSE_REGISTERS));
}

export function encodeSketch({ sparse, registers }: Sketch): Uint8Array<ArrayBuffer> {
  if (registers !== null) return packRegisters(registers);
  const bytes = new Uint8Array(1 + sparse.length * 4);
  const view = new DataView(bytes.buffer);
  bytes[0] = KIND_SPARSE;
  for (const [position, entry] of sparse.entries()) view.setUint32(1 + position * 4, entry);
  return bytes;
}

/** Reads what `encodeSketch` wrote; throws on anything else. */
export function decodeSketch(bytes: Uint8Array): Sketch {
  if (bytes[0] === KIND_DENSE) return { sparse: [], registers: unpackRegisters(bytes) };
  if (bytes[0] !== KIND_SPARSE) throw new Error("The sketch has an unknown kind.");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sparse: number[] = [];
  for (let offset = 1; offset < bytes.length; offset += 4) sparse.push(view.getUint32(offset));
  return { sparse, registers: null };
}

function addEntry(sketch: Sketch, entry: number): void {
  if (sketch.registers !== null) {
    foldEntry(sketch.registers, entry);
    return;
  }
  const { sparse } = sketch;
  const position = positionOf(sparse, entry);
  const found = sparse[position];
  if (found !== undefined && found >>> 6 === entry >>> 6) {
    if (found < entry) sparse[position] = entry;
    return;
  }
  sparse.splice(position, 0, entry);
  if (sparse.length > SPARSE_ENTRIES_MAX) toRegisters(sketch);
}

/** Returns the position of the entry with the same index, or where to insert it. */
function positionOf(sparse: readonly number[], entry: number): number {
  const index = entry >>> 6;
  let from = 0;
  let to = sparse.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((sparse[middle] ?? 0) >>> 6 < index) from = middle + 1;
    else to = middle;
  }
  return from;
}

function toRegisters(sketch: Sketch): Uint8Array {
  if (sketch.registers !== null) return sketch.registers;
  const registers = new Uint8Array(REGISTERS);
  for (const entry of sketch.sparse) foldEntry(registers, entry);
  sketch.registers = registers;
  sketch.sparse = [];
  return registers;
}

function foldEntry(registers: Uint8Array, entry: number): void {
  fold(registers, entry >>> 6, entry & 63, SPARSE_PRECISION - precisionOf(registers));
}

function foldRegisters(registers: Uint8Array, finer: Uint8Array): void {
  const foldedBits = precisionOf(finer) - precisionOf(registers);
  for (const [index, rank] of finer.entries()) {
    if (rank > 0) fold(registers, index, rank, foldedBits);
  }
}

/** Folds a rank into a coarser register: the index bits cut off become the first of the rank. */
function fold(registers: Uint8Array, index: number, rank: number, foldedBits: number): void {
  const folded = index & (2 ** foldedBits - 1);
  const raised = folded === 0 ? foldedBits + rank : Math.clz32(folded) - (32 - foldedBits) + 1;
  raise(registers, index >>> foldedBits, raised);
}

function precisionOf(registers: Uint8Array): number {
  return 31 - Math.clz32(registers.length);
}

function raise(registers: Uint8Array, index: number, rank: number): void {
  if ((registers[index] ?? 0) < rank) registers[index] = rank;
}

/** Packs four registers of six bits into three bytes. */
function packRegisters(registers: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(1 + (registers.length * 3) / 4);
  bytes[0] = KIND_DENSE;
  for (let index = 0, offset = 1; index < registers.length; index += 4, offset += 3) {
    const word =
      ((registers[index] ?? 0) << 18) |
      ((registers[index + 1] ?? 0) << 12) |
      ((registers[index + 2] ?? 0) << 6) |
      (registers[index + 3] ?? 0);
    bytes[offset] = word >>> 16;
    bytes[offset + 1] = word >>> 8;
    bytes[offset + 2] = word;
  }
  return bytes;
}

function unpackRegisters(bytes: Uint8Array): Uint8Array {
  const registers = new Uint8Array(((bytes.length - 1) / 3) * 4);
  for (let index = 0, offset = 1; index < registers.length; index += 4, offset += 3) {
    const word =
      ((bytes[offset] ?? 0) << 16) | ((bytes[offset + 1] ?? 0) << 8) | (bytes[offset + 2] ?? 0);
    registers[index] = word >>> 18;
    registers[index + 1] = (word >>> 12) & 63;
    registers[index + 2] = (word >>> 6) & 63;
    registers[index + 3] = word & 63;
  }
  return registers;
}

/** Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", algorithm 6. */
function estimateFromRegisters(registers: Uint8Array): number {
  const size = registers.length;
  const rankMax = 64 - precisionOf(registers) + 1;
  const histogram = Array<number>(rankMax + 1).fill(0);
  for (const rank of registers) histogram[rank] = (histogram[rank] ?? 0) + 1;
  let sum = size * tau(1 - (histogram[rankMax] ?? 0) / size);
  for (let rank = rankMax - 1; rank >= 1; rank--) sum = 0.5 * (sum + (histogram[rank] ?? 0));
  sum += size * sigma((histogram[0] ?? 0) / size);
  return size ** 2 / (2 * Math.LN2 * sum);
}

function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let [x, weight, sum, before] = [share, 1, share, Number.NaN];
  while (sum !== before) {
    x *= x;
    before = sum;
    sum += x * weight;
    weight *= 2;
  }
  return sum;
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let [x, weight, sum, before] = [share, 1, 1 - share, Number.NaN];
  while (sum !== before) {
    x = Math.sqrt(x);
    before = sum;
    weight /= 2;
    sum -= (1 - x) ** 2 * weight;
  }
  return sum / 3;
}
