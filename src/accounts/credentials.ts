/** Reads API tokens from request headers. better-auth reads the session cookie. */

const BEARER = /^bearer +(\S+)$/i;

/** Whether a request tries to authenticate by token, well-formed or not. */
export function offersToken(headers: Headers): boolean {
  return headers.has("Authorization") || headers.has("X-Api-Key");
}

/** Returns the token of a request, or null if its header is missing or malformed. */
export function tokenOf(headers: Headers): string | null {
  const authorization = headers.get("Authorization");
  if (authorization !== null) return BEARER.exec(authorization.trim())?.[1] ?? null;
  const key = headers.get("X-Api-Key")?.trim();
  return key === undefined || key === "" ? null : key;
}
