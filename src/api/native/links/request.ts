/** What the link routes read from a request beside its body, and put beside their answers. */

import type { Context } from "hono";

import { configOf } from "../../../config.ts";
import { databaseOf } from "../../../db/database.ts";
import type { LinkContext } from "../../../links/context.ts";
import type { Link, LinkRef } from "../../../links/link.ts";
import type { QrSettings } from "../../../links/qr/settings.ts";
import { isOwnHost } from "../../../links/route/hosts.ts";
import { LIVE_AFTER_MS } from "../../../links/route/publish.ts";
import { type LinkStore, linkStore } from "../../../links/store.ts";
import { systemClock } from "../../../platform/clock.ts";
import { parseUuid } from "../../../platform/uuid.ts";
import { etagOf } from "../../shared/if-match.ts";
import type { NativeEnvironment } from "../environment.ts";
import type { RoutingSurroundings } from "./routing.ts";
import { wireLink } from "./translate.ts";

export type NativeContext = Context<NativeEnvironment>;

/**
 * Native links lead to web pages elsewhere, and are not born expired; their rules and variants may
 * open apps.
 */
export function linkContextOf(c: NativeContext): LinkContext {
  return {
    env: c.env,
    access: c.get("access"),
    nowMs: systemClock(),
    policy: {
      deepLinks: false,
      deepTargets: true,
      pastExpiry: false,
      isOwnHost: ownHostsOf(c),
    },
  };
}

/** What reading a body's rules, A/B test and QR settings asks for. */
export function routingSurroundingsOf(
  c: NativeContext,
  qrBefore: QrSettings | null,
): RoutingSurroundings {
  const outbound = {
    dohUrl: c.env.DOH_URL,
    // What ALLOW_PRIVATE_WEBHOOKS opens is for webhooks alone.
    allowPrivate: false,
    isOwnHost: ownHostsOf(c),
  };
  return { outbound, qrBefore };
}

export function storeOf(c: NativeContext): LinkStore {
  return linkStore(databaseOf(c.env.DB), c.get("access").workspace.id);
}

/** What is no UUID names no link: it is looked for all the same, so that both answers are one. */
export function refOf(id: string): LinkRef {
  return { uuid: parseUuid(id) ?? "" };
}

function ownHostsOf(c: NativeContext): (hostname: string) => boolean {
  const requestHostname = new URL(c.req.url).hostname;
  return (hostname) => isOwnHost(hostname, configOf(c.env), requestHostname);
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
