/** Who asks, where they act, and what they may do: worked out once a request, from its credentials. */

import type { LedgerId } from "../ledger/ledger-id.ts";
import type { Plan } from "../config.ts";

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

export type Role = "owner" | "manager" | "member";

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
  /** The token's scopes, or all of them for a session; the role cuts them further at each use. */
  readonly scopes: ReadonlySet<Scope>;
  readonly via: "session" | "token";
  /** Names the credential in rate limits: never the credential itself. */
  readonly principal: string;
}
