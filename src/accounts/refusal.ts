/** Refusals of credentials, roles and sign-ups, made before any feature is called. */

import type { Role, Scope } from "../access/access.ts";

export type AccountRefusal =
  /** The credential is missing, malformed, unknown, expired or revoked: deliberately one case. */
  | { readonly reason: "unauthenticated" }
  | { readonly reason: "session_required" }
  | { readonly reason: "scope_missing"; readonly scopes: readonly Scope[] }
  | { readonly reason: "role_too_low"; readonly atLeast: Role }
  | { readonly reason: "origin_foreign" }
  /** The `Signpost-Workspace` header names no workspace of this person. */
  | { readonly reason: "workspace_header_unknown" }
  /** The person has left the token's home workspace. */
  | { readonly reason: "membership_lost" }
  | { readonly reason: "password_wrong" }
  | { readonly reason: "email_taken" }
  /** The first account needs the token of the setup link, or the operator's. */
  | { readonly reason: "setup_required" }
  /** SIGNUPS does not allow another account. */
  | { readonly reason: "signups_closed" };
