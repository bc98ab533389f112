/** What the link routes need from a request apart from its fields. */

import type { LinkContext } from "../../../links/context.ts";
import { linkContextOf as contextOf } from "../../shared/link-request.ts";
import type { RevolinkContext } from "../environment.ts";

/** Returns the context of RevoLink's links: a new one has not expired. */
export function linkContextOf(c: RevolinkContext): LinkContext {
  return contextOf(c, { pastExpiry: false });
}
