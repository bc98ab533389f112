/** What the link routes need from a request apart from its body. */

import type { MiddlewareHandler } from "hono";

import type { LinkContext } from "../../../links/context.ts";
import { linkContextOf as contextOf, linkStoreOf } from "../../shared/link-request.ts";
import type { PvtlnkContext, PvtlnkEnvironment } from "../environment.ts";
import { refuse } from "../errors.ts";

/**
 * Returns the context of PVTLNK's links: a new one may already have expired, so that expired links
 * can be restored.
 */
export function linkContextOf(c: PvtlnkContext): LinkContext {
  return contextOf(c, { pastExpiry: true });
}

const NUMBER = /^[1-9]\d{0,14}$/;

/** Reads the number of a link or a variant. Anything else becomes 0, which names nothing. */
export function numberOf(text: string | undefined): number {
  return text !== undefined && NUMBER.test(text) ? Number(text) : 0;
}

/** Loads the link that the path names; another workspace's counts as not found. */
export function linkInPath(parameter: "id" | "link_id"): MiddlewareHandler<PvtlnkEnvironment> {
  return async (c, next) => {
    const found = await linkStoreOf(c).find({ id: numberOf(c.req.param(parameter)) });
    if (!found.ok) return refuse(c, found.error);
    c.set("link", found.value);
    await next();
    return undefined;
  };
}
