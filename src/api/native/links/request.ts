/** What the link routes read from a request beside its body, and put beside their answers. */

import { configOf } from "../../../config.ts";
import type { LinkContext } from "../../../links/context.ts";
import type { Link, LinkRef } from "../../../links/link.ts";
import type { QrSettings } from "../../../links/qr/settings.ts";
import { etagOf } from "../../shared/if-match.ts";
import { linkContextOf as contextOf, outboundPolicyOf } from "../../shared/link-request.ts";
import type { NativeContext } from "../environment.ts";
import { uuidOf } from "../request.ts";
import type { RoutingSurroundings } from "./routing.ts";
import { wireLink } from "./translate.ts";

/**
 * Native links lead to web pages elsewhere, and are not born expired; their rules and variants may
 * open apps.
 */
export function linkContextOf(c: NativeContext): LinkContext {
  return contextOf(c, { deepLinks: false, deepTargets: true, pastExpiry: false });
}

/** What reading a body's rules, A/B test and QR settings asks for. */
export function routingSurroundingsOf(
  c: NativeContext,
  qrBefore: QrSettings | null,
): RoutingSurroundings {
  return { outbound: outboundPolicyOf(c), qrBefore };
}

/** Names the link in the path. */
export function linkRefOf(c: NativeContext): LinkRef {
  return { uuid: uuidOf(c) };
}

/** Answers one link, with its version for `If-Match`. */
export function answerLink(c: NativeContext, link: Link, status: 200 | 201 = 200): Response {
  c.header("ETag", etagOf(link.version));
  return c.json(wireLink(link, configOf(c.env)), status);
}

/** Tells whether a client asks for plain text first: Apple Shortcuts, shell scripts. */
export function wantsText(c: NativeContext): boolean {
  const first = c.req.header("Accept")?.split(",", 1)[0]?.split(";", 1)[0];
  return first?.trim().toLowerCase() === "text/plain";
}
