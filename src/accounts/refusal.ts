/** Refusals of credentials, roles and sign-ups, made before any feature is called. */

import type { Role, Scope } from "../access/access.ts";

export type AccountRefusal =
  /** The credential is missing, malformed, unknown, expired or revoked: deliberately one case. */
  | { readonly code: "unauthenticated" }
  | { readonly code: "session_required" }
  | { readonly code: "scope_missing"; readonly scopes: readonly Scope[] }
  | { readonly code: "role_too_low"; readonly atLeast: Role }
  | { readonly code: "origin_foreign" }
  /** The `Signpost-Workspace` header names no workspace of this person. */
  | { readonly code: "workspace_header_unknown" }
  /** The person has left the token's home workspace. */
  | { readonly code: "membership_lost" }
  | { readonly code: "password_wrong" }
  | { readonly code: "email_taken" }
  /** SIGNUPS does not allow another account. */
  | { readonly code: "signups_closed" };
