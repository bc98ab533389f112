/** Refusals that any route of any dialect can meet before its own work begins. */

/** A field that failed validation. `path` is empty if the body as a whole is wrong. */
export interface Issue {
  readonly path: readonly string[];
  readonly message: string;
}

export type ShellFailure =
  | { readonly reason: "route_unknown" }
  | { readonly reason: "method_not_allowed"; readonly allow: readonly string[] }
  | { readonly reason: "body_malformed"; readonly problem: string }
  | { readonly reason: "body_type_unsupported"; readonly accepted: readonly string[] }
  | { readonly reason: "body_too_large"; readonly limitBytes: number }
  | { readonly reason: "validation_failed"; readonly issues: readonly Issue[] }
  | { readonly reason: "rate_limited"; readonly retryAfterSeconds: number }
  /** The server cannot do it at the moment; nothing was changed. */
  | { readonly reason: "busy"; readonly retryAfterSeconds: number }
  | { readonly reason: "internal" };

/** The HTTP status of each failure. */
export const SHELL_STATUSES = {
  route_unknown: 404,
  method_not_allowed: 405,
  body_malformed: 400,
  body_type_unsupported: 415,
  body_too_large: 413,
  validation_failed: 400,
  rate_limited: 429,
  busy: 503,
  internal: 500,
} as const satisfies Readonly<Record<ShellFailure["reason"], number>>;

/** Whether a refusal comes from the shell rather than from a feature. */
export function isShellFailure<R extends { readonly reason: string }>(
  refusal: R,
): refusal is Extract<R, ShellFailure> {
  return refusal.reason in SHELL_STATUSES;
}
