/**
 * Writes one JSON line per event. Only the fields named here can be logged, which keeps out tokens,
 * addresses and URLs with their queries.
 */

export interface LogFields {
  readonly requestId?: string;
  readonly dialect?: string;
  readonly method?: string;
  readonly route?: string;
  readonly status?: number;
  readonly queue?: string;
  readonly batchId?: string;
  readonly count?: number;
  readonly attempt?: number;
  readonly ledger?: string;
  readonly linkId?: number;
  readonly bytes?: number;
  /** An error code of Cloudflare's API. */
  readonly code?: number;
  /** A sweep of Upkeep, or the table that it clears. */
  readonly sweep?: string;
  /** The key of a row: a number, or a link's address. */
  readonly row?: string;
  /** What `reasonOf` returned. */
  readonly reason?: string;
  readonly error?: unknown;
}

type Level = "info" | "warn" | "error";

/** Logs an event by its dotted name (`area.thing.outcome`). An error is reduced to safe text. */
export function log(level: Level, event: string, { error, ...fields }: LogFields = {}): void {
  const line = JSON.stringify({
    level,
    event,
    ...fields,
    ...(error === undefined ? {} : { error: describe(error) }),
  });
  console[level](line);
}

/**
 * Waits for work whose failure must not fail the caller. Logs the failure and resolves to null.
 */
export async function tolerate<T>(
  event: string,
  work: Promise<T>,
  fields: LogFields = {},
): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    log("error", event, { ...fields, error });
    return null;
  }
}

/** Returns what went wrong as safe text on one line, without a stack. */
export function reasonOf(error: unknown): string {
  return describe(error).split("\n", 1)[0] ?? "";
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  // drizzle's own message contains the statement and its parameters; the cause has D1's message.
  if (error.cause instanceof Error) return `${error.name}: ${error.cause.message}`;
  if (error.message.startsWith("Failed query")) return "Failed query";
  return error.stack ?? `${error.name}: ${error.message}`;
}
