import type { Access } from "../access/access.ts";
import type { DestinationPolicy } from "./destination.ts";

/** What a change of links needs besides the change itself. */
export interface LinkContext {
  readonly env: Cloudflare.Env;
  readonly access: Access;
  readonly nowMs: number;
  readonly policy: LinkPolicy;
}

/** How the APIs differ in the links that they accept. */
export interface LinkPolicy extends DestinationPolicy {
  /** Accept an expiry in the past: the link is then created expired, and can be restored. */
  readonly pastExpiry: boolean;
}
