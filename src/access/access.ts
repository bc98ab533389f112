/** The client of a request: who it is, where it acts, and what its credentials allow. */

import type { Plan } from "../config.ts";
import type { LedgerId } from "../ledger/ledger-id.ts";

export const SCOPES = [
  "links:read",
  "links:create",
  "links:update",
  "links:delete",
  "links:read:analytics",
  "webhooks:read",
  "webhooks:manage",
] as const;

export type Scope = (typeof SCOPES)[number];

/** Ordered from the least powerful to the most. */
export const ROLES = ["member", "manager", "owner"] as const;

export type Role = (typeof ROLES)[number];

export interface Workspace {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  readonly plan: Plan;
  readonly ledger: LedgerId;
}

export interface Access {
  readonly userId: string;
  readonly workspace: Workspace;
  readonly role: Role;
  /** What the credential grants, limited to what the role allows at the time of the request. */
  readonly scopes: ReadonlySet<Scope>;
  readonly via: "session" | "token";
  /** Whether the credential opens this workspace alone: to it, all others are unknown. */
  readonly workspaceOnly: boolean;
}

const EVERY_SCOPE: ReadonlySet<Scope> = new Set(SCOPES);
const MEMBER_SCOPES: ReadonlySet<Scope> = new Set(
  SCOPES.filter((scope) => !scope.startsWith("webhooks:")),
);

/**
 * Returns the scopes that a role leaves to its credentials. Where a role allows a scope in part (a
 * member deletes their own links, and reads reports of single links), the feature checks the rest.
 */
export function scopesOf(role: Role): ReadonlySet<Scope> {
  return role === "member" ? MEMBER_SCOPES : EVERY_SCOPE;
}
