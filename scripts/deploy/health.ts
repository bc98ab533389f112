/** Asks a new version whether it answers. */

import { Trouble } from "../../tools/trouble.ts";

export interface Patience {
  readonly waitSeconds: number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Returns the status of a GET. Throws if nothing answers. */
  readonly statusOf: (url: string) => Promise<number>;
}

const PAUSE_MS = 3_000;

/** Waits until `/api/health` answers 200. A new host has no certificate in its first minutes. */
export async function awaitHealth(
  publicUrl: string,
  { waitSeconds, sleep, statusOf }: Patience,
): Promise<void> {
  const url = `${publicUrl}/api/health`;
  const attempts = Math.ceil((waitSeconds * 1_000) / PAUSE_MS);
  let last = "";
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    try {
      const status = await statusOf(url);
      if (status === 200) return;
      last = `it answered ${status}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    if (attempt < attempts) await sleep(PAUSE_MS);
  }
  throw new Trouble(
    `The Worker is uploaded, but ${url} was not 200 within ${waitSeconds} s: ${last}. A new host needs some ` +
      "minutes for its DNS record and its certificate: run the same command again.",
  );
}

/** Asks over the network, without following redirects. */
export async function askStatus(url: string): Promise<number> {
  const signal = AbortSignal.timeout(10_000);
  const response = await fetch(url, { redirect: "manual", signal });
  await response.body?.cancel();
  return response.status;
}
