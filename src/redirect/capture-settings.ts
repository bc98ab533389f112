/** Settings of click capture, in a file of their own so that a simulation can read them. */

export interface CaptureSettings {
  /** How long a busy drain waits between sends, unless `eagerClicks` are waiting. */
  readonly pauseMs: number;
  readonly eagerClicks: number;
  readonly messageBytesMax: number;
  /** The most clicks held, in the buffer and in unconfirmed batches; more are counted as lost. */
  readonly heldMax: number;
  readonly sendMs: number;
  /** A drain that has not renewed its lease for this long is considered dead. */
  readonly leaseMs: number;
  /** How long a drain runs. `waitUntil` ends after 30 s, so this leaves time for one more send. */
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
