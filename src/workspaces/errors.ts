/**
 * Why a workspace is not created, changed or closed: facts only; each dialect words them itself.
 */

export type WorkspaceRefusal =
  | { readonly reason: "workspace_not_found" }
  /** A personal workspace is deleted with its owner's account, not before. */
  | { readonly reason: "workspace_personal" }
  /** This runtime cannot keep data in the EU. */
  | { readonly reason: "jurisdiction_unavailable" };
