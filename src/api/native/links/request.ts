/** What the link routes read from a request apart from its body, and add to their responses. */

import { configOf } from "../../../config.ts";
import { NO_CLICKS, type WithActivity, withActivity } from "../../../links/activity.ts";
import type { LinkContext } from "../../../links/context.ts";
import type { Link, LinkRef, ListedLink } from "../../../links/link.ts";
import { qrCompleter } from "../../../links/qr/complete-settings.ts";
import type { QrSettings } from "../../../links/qr/settings.ts";
import { etagOf } from "../../shared/if-match.ts";
import { linkContextOf as contextOf, outboundPolicyOf } from "../../shared/link-request.ts";
import type { NativeContext } from "../environment.ts";
import { uuidOf } from "../request.ts";
import type { RoutingSurroundings } from "./routing.ts";
import { wireLink } from "./translate.ts";

/** Returns the context of native links: a new one has not expired. */
export function linkContextOf(c: NativeContext): LinkContext {
  return contextOf(c, { pastExpiry: false });
}

/** Returns what reading the rules, A/B test and QR settings of one call requires. */
export function routingSurroundingsOf(
  c: NativeContext,
  qrBefore: QrSettings | null,
): RoutingSurroundings {
  return { completeQr: qrCompleter(outboundPolicyOf(c)), qrBefore };
}

/** Returns the reference to the link in the path. */
export function linkRefOf(c: NativeContext): LinkRef {
  return { uuid: uuidOf(c) };
}

/**
 * Pairs links that a request made with their activity. They have none yet, unless the request is
 * answered again.
 */
export async function newlyMade<L extends ListedLink>(
  c: NativeContext,
  links: readonly L[],
  { replayed }: { readonly replayed: boolean },
): Promise<readonly WithActivity<L>[]> {
  return replayed
    ? withActivity(linkContextOf(c), links)
    : links.map((link): WithActivity<L> => [link, NO_CLICKS]);
}

/** Answers with one link and its clicks, and its version for `If-Match`. */
export async function answerLink(c: NativeContext, link: Link): Promise<Response> {
  return answer(c, await withActivity(linkContextOf(c), [link]), 200);
}

/** Answers with a link that a request made. */
export async function answerNewLink(
  c: NativeContext,
  link: Link,
  made: { readonly replayed: boolean },
): Promise<Response> {
  return answer(c, await newlyMade(c, [link], made), 201);
}

function answer(
  c: NativeContext,
  links: readonly WithActivity<Link>[],
  status: 200 | 201,
): Response {
  const [[link, activity]] = links as [WithActivity<Link>];
  c.header("ETag", etagOf(link.version));
  return c.json(wireLink(link, activity, configOf(c.env)), status);
}
