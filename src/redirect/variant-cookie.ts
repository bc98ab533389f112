/** The cookie by which a visitor keeps a variant: for one link's path only, hidden from scripts. */

import { stickyValue } from "../links/variants/choose.ts";
import type { RequestUrl } from "./request-url.ts";

const NAME = "signpost_variant";
const AGE_SECONDS = 30 * 24 * 3_600;
const PATTERN = new RegExp(`(?:^|;\\s*)${NAME}=([^;]*)`);

export function variantCookie({ origin, path }: RequestUrl, variant: string): string {
  const secure = origin.startsWith("https:") ? "; Secure" : "";
  // A semicolon would end the path, and begin another attribute of the visitor's choice.
  const own = path.replace(/(?:\/|;.*)$/, "");
  return `${NAME}=${stickyValue({ id: variant })}; Path=${own}; Max-Age=${AGE_SECONDS}; HttpOnly; SameSite=Lax${secure}`;
}

/** Returns the cookie's value as it was set, or null if it was not sent. */
export function variantOfCookie(cookies: string | null): string | null {
  return cookies === null ? null : (PATTERN.exec(cookies)?.[1] ?? null);
}
