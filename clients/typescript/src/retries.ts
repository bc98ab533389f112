/** When a call is repeated, and after which wait. */

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8000;

/** Whether a call may be sent again although nobody knows whether it was carried out. */
export function isSafeToRepeat(method: string, once: boolean): boolean {
  return once || method === "GET" || method === "PUT" || method === "DELETE";
}

/**
 * Returns the milliseconds to wait before a call is repeated, and null if another try would not
 * help. Without an answer, or where it asks for no time, each wait is about twice the last one.
 */
export function waitBefore(attempt: number, response: Response): number | null;
export function waitBefore(attempt: number, response: null): number;
export function waitBefore(attempt: number, response: Response | null): number | null {
  const after = response?.headers.get("Retry-After") ?? null;
  if (response !== null) {
    const { status } = response;
    // 409 with a time to wait: the first request with this idempotency key has not finished.
    const isForNow = status === 429 || status === 503 || (status === 409 && after !== null);
    if (!isForNow) return null;
  }
  const asked = after === null ? null : millisecondsOf(after);
  if (asked !== null) return asked;
  const longest = Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS);
  // Clients that were refused together come back apart.
  return longest / 2 + (Math.random() * longest) / 2;
}

/** Reads a `Retry-After`: seconds, or a date; null for anything else. */
function millisecondsOf(text: string): number | null {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

/** Waits, or throws the signal's reason as soon as it is aborted. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}
