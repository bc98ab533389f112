/**
 * Keeps drawn codes in the Cache API of the location, so that asking again for one reaches neither
 * D1 nor the drawing.
 *
 * A key names everything that changes the picture; the link's version stands for its settings. A
 * version that is no longer current is never asked for, and expires.
 */

import { waitUntil } from "cloudflare:workers";

import { HOUR_MS } from "../../platform/clock.ts";
import { within } from "../../platform/deadline.ts";
import { tolerate } from "../../platform/log.ts";
import { DEFAULT_DOMAIN, type LinkAddress } from "../route/address.ts";
import type { RouteRecord } from "../route/record.ts";

/** To be raised by any change of what is drawn. */
const DRAWING = 1;

const KEPT_SECONDS = HOUR_MS / 1_000;
const CACHE_DEADLINE_MS = 1_000;

export interface DrawingKey {
  /** The origin of the default hosts' links. */
  readonly origin: string;
  readonly address: LinkAddress;
  readonly link: Pick<RouteRecord, "linkId" | "version">;
  /** The format, and the size if the format depends on it. */
  readonly picture: string;
}

/** Returns a kept drawing, or null. Never throws: what cannot be read is drawn again. */
export async function keptDrawing(key: DrawingKey): Promise<Uint8Array | null> {
  const read = async () => (await caches.default.match(urlOf(key)))?.bytes() ?? null;
  return (await tolerate("qr.cache.failed", within(CACHE_DEADLINE_MS, read()))) ?? null;
}

/** Keeps a drawing, after the answer. */
export function keepDrawing(key: DrawingKey, drawing: Uint8Array): void {
  const headers = { "Cache-Control": `public, max-age=${KEPT_SECONDS}` };
  const response = new Response(drawing, { headers });
  waitUntil(tolerate("qr.cache.failed", caches.default.put(urlOf(key), response)));
}

/** Returns an address that nobody is answered at: no code contains a full stop. */
function urlOf({ origin, address: { domain, code }, link, picture }: DrawingKey): string {
  const host = domain === DEFAULT_DOMAIN ? "@" : domain;
  return `${origin}/.qr/${DRAWING}/${host}/${code}/${link.linkId}.${link.version}/${picture}`;
}
