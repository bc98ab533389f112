export interface ErrorDetails {
  /** The HTTP status; 0 if there was no answer, or none that could be trusted. */
  readonly status: number;
  /** What went wrong, for programs: `NOT_FOUND`, `RATE_LIMIT_EXCEEDED`, `NETWORK`. */
  readonly code: string;
  /** The request's id in the server's log; null if there was no answer. */
  readonly requestId?: string | null;
  /** The body of the answer, which may tell more. */
  readonly body?: unknown;
  readonly cause?: unknown;
}

/** Whatever goes wrong with a call or a webhook. An aborted call throws its signal's reason. */
export class SignpostError extends Error {
  override readonly name = "SignpostError";
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  readonly body: unknown;

  constructor(message: string, { status, code, requestId, body, cause }: ErrorDetails) {
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.requestId = requestId ?? null;
    this.body = body;
  }
}
