import type { Access } from "../access/access.ts";
import type { DestinationPolicy } from "./destination.ts";

/** What a change of links needs to know besides the change itself. */
export interface LinkContext {
  readonly env: Cloudflare.Env;
  readonly access: Access;
  readonly nowMs: number;
  readonly policy: LinkPolicy;
}

/** Where the APIs differ in what they let a link be. */
export interface LinkPolicy extends DestinationPolicy {
  /** Accept app schemes for rules and variants even where the link's own destination takes none. */
  readonly deepTargets?: boolean;
  /** Accept an expiry that has passed: the link is then born expired, and can be restored. */
  readonly pastExpiry: boolean;
}
