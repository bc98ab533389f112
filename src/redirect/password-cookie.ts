/**
 * The cookie of a visitor who entered a link's password: signed, bound to the link and to the
 * version of the password, and valid for half an hour.
 */

import type { RouteRecord } from "../links/route/record.ts";
import { hex, utf8 } from "../platform/bytes.ts";
import { MINUTE_MS } from "../platform/clock.ts";
import { derivedKey } from "../platform/derived-key.ts";
import { hmacSha256 } from "../platform/hmac.ts";

const AGE_MS = 30 * MINUTE_MS;
const VALUE = /^(\d{1,10})\.(\d{1,15})\.([0-9a-f]{64})$/;

type LockedLink = Pick<RouteRecord, "linkId" | "uuid" | "password">;

/** Returns the Set-Cookie header that unlocks a link for half an hour. */
export async function unlockCookie(
  secret: string,
  url: URL,
  { linkId, uuid }: LockedLink,
  version: number,
  nowMs: number,
): Promise<string> {
  const expiresAtMs = nowMs + AGE_MS;
  const mac = await macOf(secret, uuid, version, expiresAtMs);
  const secure = url.protocol === "https:" ? "; Secure" : "";
  return `${nameOf(url, linkId)}=${version}.${expiresAtMs}.${mac}; Path=/; Max-Age=${AGE_MS / 1_000}; HttpOnly; SameSite=Lax${secure}`;
}

/**
 * Whether a request's cookies unlock a link.
 *
 * A cookie for a later password version than the record's is valid: the record may be stale.
 */
export async function isUnlocked(
  secret: string,
  url: URL,
  { linkId, uuid, password = 0 }: LockedLink,
  cookies: string | null,
  nowMs: number,
): Promise<boolean> {
  const value = valueOf(cookies, nameOf(url, linkId));
  const [, version, expiresAtMs, mac] = VALUE.exec(value ?? "") ?? [];
  if (mac === undefined || Number(version) < password || Number(expiresAtMs) <= nowMs) return false;
  const expected = await macOf(secret, uuid, Number(version), Number(expiresAtMs));
  return crypto.subtle.timingSafeEqual(utf8(mac), utf8(expected));
}

/** Returns the cookie's name. `__Host-` needs https, which local development does not have. */
function nameOf(url: URL, linkId: number): string {
  return `${url.protocol === "https:" ? "__Host-" : ""}signpost_link_${linkId}`;
}

function valueOf(cookies: string | null, name: string): string | null {
  for (const pair of cookies?.split(";") ?? []) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name) return value ?? null;
  }
  return null;
}

async function macOf(
  secret: string,
  uuid: string | undefined,
  version: number,
  expiresAtMs: number,
): Promise<string> {
  const said = `${uuid}/${version}/${expiresAtMs}`;
  return hex(await hmacSha256(await derivedKey(secret, "link-cookies"), said));
}
