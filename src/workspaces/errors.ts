/** Why a workspace is not made, changed or closed: facts only, each dialect finds its own words. */

export type WorkspaceRefusal =
  | { readonly reason: "workspace_not_found" }
  /** It goes with its person's account, not before. */
  | { readonly reason: "workspace_personal" }
  /** This runtime cannot keep data in the EU. */
  | { readonly reason: "jurisdiction_unavailable" };
