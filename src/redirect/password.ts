/**
 * The password of a link: a page that asks for it, and a signed cookie for visitors who entered it.
 *
 * Loaded with the first link that has a password. The hash is read from D1 on each attempt, and no
 * page contains the destination: only the redirect does.
 */

import { referrerHost } from "../clicks/referrer.ts";
import type { LinkAddress } from "../links/route/address.ts";
import type { RouteRecord } from "../links/route/record.ts";
import { SECOND_MS } from "../platform/clock.ts";
import { BUSY_SECONDS, HashingBusy, isHashingBusy } from "../platform/hash-turns.ts";
import { log } from "../platform/log.ts";
import { secretOf } from "../platform/secrets.ts";
import { takeGuess } from "./guess.ts";
import { notice } from "./pages/answer.ts";
import { NOT_FOUND, UNAVAILABLE, type Notice } from "./pages/notices.ts";
import {
  PASSWORD_REQUIRED,
  PASSWORD_WRONG,
  TOO_MANY_TRIES,
  withOrigin,
} from "./pages/password-notices.ts";
import { isUnlocked, unlockCookie } from "./password-cookie.ts";
import type { Visitor } from "./visitor.ts";

export interface PasswordRequest {
  readonly request: Request;
  readonly url: URL;
  readonly address: LinkAddress;
  readonly record: RouteRecord;
  readonly visitor: Visitor;
  readonly nowMs: number;
}

interface Passed {
  readonly kind: "passed";
  /** The Set-Cookie header, if the password was entered with this request. */
  readonly cookie: string | null;
  /** Where the visitor was before the password was asked for. */
  readonly referer: string | null;
  /**
   * Whether the password had been entered before this request, less than half an hour ago. The
   * page that asked for it stays in the browser's history, so that Back from the destination asks
   * for the link again.
   */
  readonly isRepeat: boolean;
}

export type PasswordOutcome = Passed | { readonly kind: "asked"; readonly response: Response };

/** Compares a password with the stored one of the link with this UUID. Slow on purpose. */
export type VerifyPassword = (
  password: string,
  link: { readonly uuid: string; readonly stored: string },
) => Promise<boolean>;

const BODY_BYTES_MAX = 4_096;
const HOST_CHARS_MAX = 253;
const BUSY_MS = BUSY_SECONDS * SECOND_MS;

/** Lets a visitor pass, or answers with the page that asks for the password. */
export async function askPassword(
  env: Cloudflare.Env,
  asked: PasswordRequest,
  verify: VerifyPassword,
): Promise<PasswordOutcome> {
  const { request, record, url, visitor, nowMs } = asked;
  const { referer } = visitor;
  const cookies = request.headers.get("Cookie");
  const secret = await secretOf(env, "AUTH_SECRET");
  const isRepeat = await isUnlocked(secret, url, record, cookies, nowMs);
  if (request.method !== "POST") {
    if (isRepeat) return { kind: "passed", cookie: null, referer, isRepeat };
    return refused(request, withOrigin(PASSWORD_REQUIRED, referrerHost(referer)));
  }
  const form = await formOf(request);
  if (form === null) return refused(request, PASSWORD_REQUIRED);
  // Before anything is counted: a busy server is not the visitor's fault.
  if (isHashingBusy()) return refused(request, UNAVAILABLE, BUSY_MS);
  try {
    return await tryPassword(env, asked, { ...form, isRepeat }, verify);
  } catch (error) {
    if (error instanceof HashingBusy) return refused(request, UNAVAILABLE, BUSY_MS);
    log("error", "redirect.password.failed", { linkId: record.linkId, error });
    return refused(request, UNAVAILABLE);
  }
}

async function tryPassword(
  env: Cloudflare.Env,
  { request, record, url, address, visitor, nowMs }: PasswordRequest,
  { password, from, isRepeat }: PasswordForm & Pick<Passed, "isRepeat">,
  verify: VerifyPassword,
): Promise<PasswordOutcome> {
  const guess = await takeGuess(env, record, visitor, nowMs);
  const { retryAfterMs } = guess;
  if (!guess.allowed) return refused(request, withOrigin(TOO_MANY_TRIES, from), retryAfterMs);
  try {
    const link = await storedPassword(env.DB, address, record.linkId);
    if (link === null) {
      await guess.takeBack();
      return refused(request, NOT_FOUND);
    }
    const { uuid, stored, version } = link;
    if (stored !== null && !(await verify(password, { uuid, stored }))) {
      return refused(request, withOrigin(PASSWORD_WRONG, from), retryAfterMs);
    }
    await guess.succeeded();
    const secret = await secretOf(env, "AUTH_SECRET");
    const cookie = await unlockCookie(secret, url, record, version, nowMs);
    return {
      kind: "passed",
      cookie,
      referer: from === null ? visitor.referer : `https://${from}/`,
      isRepeat,
    };
  } catch (error) {
    await guess.takeBack();
    throw error;
  }
}

/** Reads the password. A null `stored` means that it was removed while the visitor typed. */
async function storedPassword(
  db: D1Database,
  { domain, code }: LinkAddress,
  linkId: number,
): Promise<StoredPassword | null> {
  return db
    .prepare(
      `SELECT uuid, password_hash AS stored, password_version AS version FROM links
       WHERE id = ?1 AND domain = ?2 AND code = ?3`,
    )
    .bind(linkId, domain, code)
    .first<StoredPassword>();
}

interface StoredPassword {
  readonly uuid: string;
  readonly stored: string | null;
  readonly version: number;
}

interface PasswordForm {
  readonly password: string;
  /** The host where the visitor comes from, as the page was told; null if it was not. */
  readonly from: string | null;
}

/** Returns the form, or null if the body is no such form or is too large. */
async function formOf(request: Request): Promise<PasswordForm | null> {
  const [type = ""] = (request.headers.get("Content-Type") ?? "").split(";", 1);
  if (type.trim().toLowerCase() !== "application/x-www-form-urlencoded") return null;
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of request.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > BODY_BYTES_MAX) return null;
  }
  const fields = new URLSearchParams(text + decoder.decode());
  const password = fields.get("password") || null;
  return password === null ? null : { password, from: hostOf(fields.get("from")) };
}

function hostOf(from: string | null): string | null {
  return from === null || from.length > HOST_CHARS_MAX ? null : referrerHost(`https://${from}/`);
}

function refused(request: Request, what: Notice, retryAfterMs = 0): PasswordOutcome {
  const seconds = Math.ceil(retryAfterMs / 1_000);
  const more: Record<string, string> = seconds > 0 ? { "Retry-After": String(seconds) } : {};
  return { kind: "asked", response: notice(request, what, more) };
}
