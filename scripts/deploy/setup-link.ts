/**
 * The way to the first account: a link that works once, so that nobody else can take a new
 * installation. The Worker has its token as a secret, and forgets it with the first account.
 */

import { randomBytes } from "node:crypto";

export const SETUP_SECRET = "SETUP_TOKEN";

export interface Beginning {
  readonly hasAccounts: boolean;
  /** The token of an earlier deployment, if no account was made by it. */
  readonly kept: string | undefined;
  /** Whether what is printed here may be read by others, as the log of a build is. */
  readonly isShortLived: boolean;
}

/** Returns the token that the Worker needs; null if it needs none. */
export function setupToken({ hasAccounts, kept, isShortLived }: Beginning): string | null {
  if (hasAccounts) return null;
  if (kept !== undefined) return kept;
  return isShortLived ? null : randomBytes(32).toString("base64url");
}

/** Tells where the first account is made. The only secret that a deployment ever prints. */
export function setupNotice(publicUrl: string, token: string): string {
  return `No account exists yet. Open ${publicUrl}/setup#${token}`;
}
