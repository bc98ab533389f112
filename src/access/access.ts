/** Who asks, where they act, and what they may do: worked out once a request, from its credentials. */

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

/** From the least to the most. */
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
  /** What the credential grants, cut to what the role allows: worked out anew for each request. */
  readonly scopes: ReadonlySet<Scope>;
  readonly via: "session" | "token";
  /** Names the credential in rate limits: never the credential itself. */
  readonly principal: string;
}

const EVERY_SCOPE: ReadonlySet<Scope> = new Set(SCOPES);
const MEMBER_SCOPES: ReadonlySet<Scope> = new Set(
  SCOPES.filter((scope) => !scope.startsWith("webhooks:")),
);

/**
 * Gives the scopes that a role leaves to its credentials. What it allows of a scope only in part
 * (a member deletes their own links, and reads the reports of single ones) is the feature's to ask.
 */
export function scopesOf(role: Role): ReadonlySet<Scope> {
  return role === "member" ? MEMBER_SCOPES : EVERY_SCOPE;
}
