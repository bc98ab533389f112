/** What Cloudflare bills, as counters, and what it asks for them. */

export interface Operations {
  redirects: number;
  kvReads: number;
  /** Deletes cost the same. */
  kvWrites: number;
  messages: number;
  messageBytes: number;
  /** Writes, reads and deletions of messages, each by 64 KB. */
  queueOperations: number;
  consumerCalls: number;
  objectRequests: number;
  objectRowsRead: number;
  objectRowsWritten: number;
  d1Trips: number;
  d1RowsRead: number;
  d1RowsWritten: number;
}

export function noOperations(): Operations {
  return {
    redirects: 0,
    kvReads: 0,
    kvWrites: 0,
    messages: 0,
    messageBytes: 0,
    queueOperations: 0,
    consumerCalls: 0,
    objectRequests: 0,
    objectRowsRead: 0,
    objectRowsWritten: 0,
    d1Trips: 0,
    d1RowsRead: 0,
    d1RowsWritten: 0,
  };
}

/** Queues charge by started 64 KB, for the write, the read and the deletion; about 100 bytes are theirs. */
export function queueOperationsOf(bytes: number): number {
  return 3 * Math.ceil((bytes + 100) / 64_000);
}

/** Dollars, list prices of Workers Paid, included amounts ignored. */
const PRICE = {
  request: 0.3e-6,
  cpuMs: 0.02e-6,
  kvRead: 0.5e-6,
  kvWrite: 5e-6,
  queueOperation: 0.4e-6,
  rowRead: 0.001e-6,
  rowWritten: 1e-6,
  objectRequest: 0.15e-6,
} as const;

/** CPU is no operation and is not counted: this is what each costs at most, by `bench:redirect`. */
export interface CpuTime {
  readonly redirectMs: number;
  readonly consumerCallMs: number;
}

export interface Bill {
  readonly requests: number;
  readonly cpu: number;
  readonly kv: number;
  readonly queue: number;
  readonly objects: number;
  readonly d1: number;
  readonly total: number;
}

export function billOf(counted: Operations, cpu: CpuTime): Bill {
  const parts = {
    requests: (counted.redirects + counted.consumerCalls) * PRICE.request,
    cpu:
      (counted.redirects * cpu.redirectMs + counted.consumerCalls * cpu.consumerCallMs) *
      PRICE.cpuMs,
    kv: counted.kvReads * PRICE.kvRead + counted.kvWrites * PRICE.kvWrite,
    queue: counted.queueOperations * PRICE.queueOperation,
    objects:
      counted.objectRequests * PRICE.objectRequest +
      counted.objectRowsRead * PRICE.rowRead +
      counted.objectRowsWritten * PRICE.rowWritten,
    d1: counted.d1RowsRead * PRICE.rowRead + counted.d1RowsWritten * PRICE.rowWritten,
  };
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}

/** Scales a sample to so many redirects. */
export function scaledTo(redirects: number, counted: Operations): Operations {
  const factor = redirects / counted.redirects;
  const entries = Object.entries(counted).map(([name, n]) => [name, n * factor]);
  return Object.fromEntries(entries) as Operations;
}
