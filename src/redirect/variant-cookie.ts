/** The cookie by which a visitor keeps a variant: for one link's path only, hidden from scripts. */

import { stickyValue } from "../links/variants/choose.ts";

const NAME = "signpost_variant";
const AGE_SECONDS = 30 * 24 * 3_600;
const PATTERN = new RegExp(`(?:^|;\\s*)${NAME}=([^;]*)`);

export function variantCookie(url: URL, variant: string): string {
  const secure = url.protocol === "https:" ? "; Secure" : "";
  const path = url.pathname.replace(/\/$/, "");
  return `${NAME}=${stickyValue({ id: variant })}; Path=${path}; Max-Age=${AGE_SECONDS}; HttpOnly; SameSite=Lax${secure}`;
}

/** Returns the cookie's value as it was set, or null if it was not sent. */
export function variantOfCookie(cookies: string | null): string | null {
  return cookies === null ? null : (PATTERN.exec(cookies)?.[1] ?? null);
}
