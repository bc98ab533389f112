/** What the link routes read from a request beside its body, and put beside their answers. */
import type { Context } from "hono";

import { configOf } from "../../config.ts";
import type { LinkContext } from "../../links/context.ts";
import type { Link } from "../../links/link.ts";
import { LIVE_AFTER_MS } from "../../links/publish.ts";
import { systemClock } from "../../platform/clock.ts";
import { isOwnHost } from "../../redirect/hosts.ts";
import { etagOf } from "../shared/if-match.ts";
import type { NativeEnvironment } from "./environment.ts";
import { wireLink } from "./link-translate.ts";

type NativeContext = Context<NativeEnvironment>;

/** Native links lead to web pages elsewhere, and are not born expired. */
export function linkContextOf(c: NativeContext): LinkContext {
  const { env } = c;
  const requestHostname = new URL(c.req.url).hostname;
  return {
    env,
    access: c.get("access"),
    nowMs: systemClock(),
    policy: {
      deepLinks: false,
      pastExpiry: false,
      isOwnHost: (hostname) => isOwnHost(hostname, configOf(env), requestHostname),
    },
  };
}

/** Answers one link, with its version for `If-Match`. */
export function answerLink(c: NativeContext, link: Link, status: 200 | 201 = 200): Response {
  c.header("ETag", etagOf(link.version));
  return c.json(wireLink(link, configOf(c.env)), status);
}

/** Says when a change is expected to be live everywhere. */
export function announceLiveBy(c: NativeContext): void {
  c.header("Signpost-Live-By", new Date(systemClock() + LIVE_AFTER_MS).toISOString());
}

/** Tells whether a client asks for plain text first: Apple Shortcuts, shell scripts. */
export function wantsText(c: NativeContext): boolean {
  const first = c.req.header("Accept")?.split(",", 1)[0]?.split(";", 1)[0];
  return first?.trim().toLowerCase() === "text/plain";
}

/** Names a POST and who sent it to the idempotency keys. */
export function onceRequestOf(c: NativeContext, operation: string) {
  const { userId, workspace } = c.get("access");
  return {
    key: c.req.header("Idempotency-Key"),
    principal: `${userId}/${workspace.id}`,
    operation,
    nowMs: systemClock(),
  };
}
