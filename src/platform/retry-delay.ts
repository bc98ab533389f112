/** Retry delays of queue messages while a Ledger is unavailable. */

const DELAYS_SECONDS = [10, 30, 60, 300] as const;
const DELAY_SECONDS_MAX = 900;

/** Returns how long a message waits after its n-th delivery, counted from 1. */
export function retryDelaySeconds(attempts: number): number {
  return DELAYS_SECONDS[attempts - 1] ?? DELAY_SECONDS_MAX;
}

/** Puts a message back into its queue, for longer after each delivery. */
export function retryLater(message: Message): void {
  message.retry({ delaySeconds: retryDelaySeconds(message.attempts) });
}
