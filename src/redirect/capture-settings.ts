/** How clicks are gathered and sent; apart from the sending, so that a simulation can read them. */

export interface CaptureSettings {
  /** A busy drain waits this long between two sends, unless `eagerClicks` wait. */
  readonly pauseMs: number;
  readonly eagerClicks: number;
  readonly messageBytesMax: number;
  /** Clicks held at most, in the buffer and in batches under way; more are counted as lost. */
  readonly heldMax: number;
  readonly sendMs: number;
  /** A drain that has not renewed its lease for this long is taken for dead. */
  readonly leaseMs: number;
  /** `waitUntil` ends after 30 s; a drain hands its role on in time for one more send. */
  readonly drainMs: number;
  readonly retryMs: number;
}

export const CAPTURE_SETTINGS: CaptureSettings = {
  pauseMs: 250,
  eagerClicks: 300,
  messageBytesMax: 60_000,
  heldMax: 20_000,
  sendMs: 5_000,
  leaseMs: 10_000,
  drainMs: 18_000,
  retryMs: 1_000,
};
