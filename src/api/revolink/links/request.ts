/** What the routes of links need of a request besides its fields. */

import type { LinkContext } from "../../../links/context.ts";
import { linkContextOf as contextOf } from "../../shared/link-request.ts";
import type { RevolinkContext } from "../environment.ts";

/** RevoLink's links may open apps, and are not born expired. */
export function linkContextOf(c: RevolinkContext): LinkContext {
  return contextOf(c, { deepLinks: true, pastExpiry: false });
}
