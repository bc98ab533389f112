/** The refusals that any route of any dialect can meet before its own work begins. */

/** One field that did not pass: `path` is empty when the body as a whole is wrong. */
export interface Issue {
  readonly path: readonly string[];
  readonly message: string;
}

export type ShellFailure =
  | { readonly code: "route_unknown" }
  | { readonly code: "method_not_allowed"; readonly allow: readonly string[] }
  | { readonly code: "body_malformed"; readonly reason: string }
  | { readonly code: "body_type_unsupported"; readonly accepted: readonly string[] }
  | { readonly code: "body_too_large"; readonly limitBytes: number }
  | { readonly code: "validation_failed"; readonly issues: readonly Issue[] }
  | { readonly code: "rate_limited"; readonly retryAfterSeconds: number }
  | { readonly code: "internal" };
